"""The member's list: from validated parameters to a ``ListQuery``, and from its page to ``pagination_info``."""

from __future__ import annotations

from typing import Any

from mockserver.api.visit import Visit
from mockserver.domain.listing import ListQuery, Page
from mockserver.domain.ordering import Order, Term, attributes
from mockserver.schemas.problems import refusal


def list_query(visit: Visit) -> ListQuery:
    """Answer what the member asks for. Raise ``invalid_parameters`` where the context cannot be ordered that way."""
    params = visit.params
    collection_ids = tuple(params["collection_ids"] or ())
    return ListQuery(
        order=_order(visit, len(collection_ids) == 1),
        page_no=params["page_no"],
        per_page=params["per_page"],
        search=params["search"],
        ids=tuple(params["ids"] or ()),
        collection_ids=collection_ids,
        campaign_ids=tuple(params["campaign_id"] or ()),
        tags=tuple(params["tags"] or ()),
        shops=tuple(params["shops"] or ()),
        stores=tuple(params["stores"] or ()),
        store_ids=tuple(params["store_ids"] or ()),
        types=tuple(params["type"] or ()),
        scope=params["scope"],
        only_usable=params["only_usable"],
        usable=params["usable"],
        liked=params["liked"],
    )


def _order(visit: Visit, one_collection: bool) -> Order:
    allowed = attributes(personal=visit.member_id is not None, one_collection=one_collection)
    for attribute, _ in visit.params["order_by"]:
        if attribute not in allowed:
            raise refusal("order_by", attribute, "inclusion", **{"in": list(allowed)})
    return tuple(Term(attribute, direction == "DESC") for attribute, direction in visit.params["order_by"])


def pagination(visit: Visit, page: Page) -> dict[str, Any] | None:
    """Answer ``pagination_info``: whole with the flag, else what needs no counting, or nothing (None)."""
    if visit.params["include_total"] or visit.params["include_pagination_info"]:
        return page.info.full()
    return page.info.terse() if visit.revision.terse_pagination else None
