"""Converts the parameters of the admin list to a ``ListQuery``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.domain.listing import ListQuery
from mockserver.domain.ordering import parse_sort

_AS_THEY_ARE = (
    "page_no", "per_page", "search", "without_collection", "without_tag", "without_audience_id", "without_campaign_id",
    "without_shop", "with_archived", "only_archived",
)  # fmt: skip


def list_query(params: Mapping[str, Any]) -> ListQuery:
    """Return validated parameters as a list query."""
    return ListQuery(
        order=parse_sort(params["sort_by"], params["sort_direction"]),
        ids=params["ids"] or (),
        collection_ids=params["collection_ids"] or (),
        campaign_ids=params["campaign_id"] or (),
        audience_ids=params["audience_id"] or (),
        tags=params["tags"] or (),
        stores=params["stores"] or (),
        **{name: params[name] for name in _AS_THEY_ARE},
    )
