"""The member's list: from validated parameters to a ``ListQuery``, and from its page to ``pagination_info``."""

from __future__ import annotations

from typing import Any

from mockserver.api.visit import Visit
from mockserver.domain.listing import ListQuery, Page
from mockserver.domain.ordering import Order, attributes
from mockserver.schemas.problems import refusal


def list_query(visit: Visit) -> ListQuery:
    """Answer what the member asks for. Raise ``invalid_parameters`` where the context cannot be ordered that way."""
    params = visit.params
    collection_ids = params["collection_ids"] or ()
    _check_order(params["order_by"], personal=visit.member_id is not None, one_collection=len(collection_ids) == 1)
    return ListQuery(
        order=params["order_by"],
        page_no=params["page_no"],
        per_page=params["per_page"],
        search=params["search"],
        ids=params["ids"] or (),
        collection_ids=collection_ids,
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
    )


def pagination(visit: Visit, page: Page) -> dict[str, Any] | None:
    """Answer ``pagination_info``: whole with the flag, else what needs no counting, or nothing (None)."""
    if visit.params["include_total"] or visit.params["include_pagination_info"]:
        return page.info.full()
    return page.info.terse() if visit.revision.terse_pagination else None


def _check_order(order: Order, *, personal: bool, one_collection: bool) -> None:
    """Refuse an order by an attribute that only another list has."""
    allowed = attributes(personal=personal, one_collection=one_collection)
    for term in order:
        if term.attribute not in allowed:
            raise refusal("order_by", term.attribute, "inclusion", **{"in": list(allowed)})
