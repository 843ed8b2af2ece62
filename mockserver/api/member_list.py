"""The member's list: makes a ``ListQuery`` of validated parameters, and ``pagination_info`` of a page."""

from __future__ import annotations

from typing import Any

from mockserver.api.context import RequestContext
from mockserver.domain.listing import ListQuery, Page
from mockserver.domain.ordering import BY_NAME


def list_query(ctx: RequestContext) -> ListQuery:
    """Return the list query of a member's parameters."""
    params = ctx.params
    return ListQuery(
        order=params["order_by"] or BY_NAME,
        page_no=params["page_no"],
        per_page=params["per_page"],
        search=params["search"],
        ids=params["ids"] or (),
        collection_ids=params["collection_ids"] or (),
        campaign_ids=params["campaign_id"] or (),
        tags=params["tags"] or (),
        shops=params["shops"] or (),
        stores=params["stores"] or (),
        store_ids=params["store_ids"] or (),
        types=params["type"] or (),
        scope=params["scope"],
        only_usable=params["only_usable"],
        usable=params["usable"],
        liked=params["liked"],
        periods=ctx.revision.has_periods,
    )


def pagination(ctx: RequestContext, page: Page) -> dict[str, Any] | None:
    """Return ``pagination_info``: complete with the flag, else only what needs no counting, or None."""
    if ctx.params["include_total"] or ctx.params["include_pagination_info"]:
        return page.info.full()
    return page.info.terse() if ctx.revision.terse_pagination else None
