"""The defaults of query parameters.

They are apart from the schemas so that a request without parameters need not import marshmallow (some 60 ms).
"""

from __future__ import annotations

from typing import Any

from mockserver.domain.pagination import MOST_PER_PAGE


class _Unsent(dict[str, Any]):
    def __missing__(self, name: str) -> None:
        return None


UNSENT: dict[str, Any] = _Unsent(
    scope="standard",
    preview=False,
    per_page=MOST_PER_PAGE,
    page_no=1,
    include_total=False,
    include_pagination_info=False,
    only_usable=False,
    usable=False,
    liked=False,
    sort_by="name",
    sort_direction="asc",
    without_collection=False,
    without_tag=False,
    without_audience_id=False,
    without_campaign_id=False,
    without_shop=False,
    with_archived=False,
    only_archived=False,
    sort="name",
    order="asc",
)
"""By name, for all operations; any other parameter is None. A parameter has the same default everywhere."""
