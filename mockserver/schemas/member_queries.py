"""What member operations are asked with: their schemas, and a list's parameters as the catalogue takes them."""

from __future__ import annotations

from typing import Any, Protocol

from marshmallow import Schema

from mockserver.domain.listing import ListQuery, Page
from mockserver.revisions import Revision
from mockserver.schemas.order_by import check_order
from mockserver.schemas.payloads import GrantPayload, UsePayload
from mockserver.schemas.queries import MemberAct, MemberList, MemberRead


class Asked(Protocol):
    """A validated request: its parameters, its revision, and the member whose view it asks for (None is a guest)."""

    params: dict[str, Any]
    revision: Revision

    @property
    def member_id(self) -> int | None:
        """The member, or None."""


def read() -> type[Schema]:
    """Answer the parameters of reading one offer, or the meta."""
    return MemberRead


def listing() -> type[Schema]:
    """Answer the parameters of a list."""
    return MemberList


def act() -> type[Schema]:
    """Answer the parameters of acting on one offer."""
    return MemberAct


def use_payload() -> type[Schema]:
    """Answer the body of a use."""
    return UsePayload


def grant_payload() -> type[Schema]:
    """Answer the body of a grant."""
    return GrantPayload


def list_query(asked: Asked) -> ListQuery:
    """Answer a list's parameters; refuse an order that this list does not have."""
    params = asked.params
    collection_ids = params["collection_ids"] or ()
    personal, one = asked.member_id is not None, len(collection_ids) == 1
    check_order(params["order_by"], personal=personal, one_collection=one)
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


def pagination(asked: Asked, page: Page) -> dict[str, Any] | None:
    """Answer a page's PaginationInfo as its revision shows it; None leaves it out."""
    if asked.params["include_total"] or asked.params["include_pagination_info"]:
        return page.info.full()
    return page.info.terse() if asked.revision.terse_pagination else None
