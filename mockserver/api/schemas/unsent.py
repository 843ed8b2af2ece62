"""What query parameters are when they are not sent.

They stand apart from the schemas, so that a request without any does not wait until marshmallow is imported (some 60 ms).
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
"""By name, of all operations; any other parameter is None. A parameter's default is the same wherever it is taken."""
