"""The query parameters of the operations, as the documents under ``docs/`` list them.

``MemberList`` and ``MemberRead`` hold the parameters of all revisions; which of them count is the revision's to say. What one is
where it is not sent stands in ``unsent.py``.
"""

from __future__ import annotations

from typing import Any

from mockserver.domain.model import OFFER_TYPES, SCOPES
from mockserver.domain.ordering import ADMIN_ATTRIBUTES, DIRECTIONS
from mockserver.schemas.arrays import ArrayOf
from mockserver.schemas.fields import Boolean, Enum, Integer, PageSize, String
from mockserver.schemas.order_by import OrderBy, read_order
from mockserver.schemas.shapes import Query


def _says(description: str) -> dict[str, str]:
    return {"description": description}


class MemberAct(Query):
    """Parameters of acting on one offer."""

    scope = Enum(SCOPES, metadata=_says("The scope of the offers; each needs its permit"))


class MemberRead(MemberAct):
    """Parameters of reading one offer, or the meta."""

    preview = Boolean(metadata=_says("Answer without a member; no Authorization is needed"))


class MemberList(MemberRead):
    """Parameters of the member's list of offers."""

    per_page = PageSize(metadata=_says("Results in one page; more than 100 is treated as 100"))
    page_no = Integer(min=1, metadata=_says("Number of the page"))
    order_by = OrderBy(metadata=_says("attribute [ASC|DESC], comma-separated"))
    collection_ids = ArrayOf(Integer(), metadata=_says("Offers that belong to at least one of these collections"))
    campaign_id = ArrayOf(Integer(), metadata=_says("Offers of these campaigns"))
    search = String(metadata=_says("Offers that match every word, in name, description, tags or stores"))
    tags = ArrayOf(String(), metadata=_says("Offers with at least one of these tags"))
    shops = ArrayOf(String(), metadata=_says("Offers of at least one of these shops"))
    include_total = Boolean(metadata=_says("Answer the full pagination_info"))
    only_usable = Boolean(metadata=_says("Only offers that are usable"))
    stores = ArrayOf(String(), metadata=_says("Offers of at least one of these stores, by name"))
    store_ids = ArrayOf(Integer(), metadata=_says("Offers of at least one of these stores, by id"))
    ids = ArrayOf(Integer(), metadata=_says("Offers with one of these ids"))
    type = ArrayOf(Enum(OFFER_TYPES), metadata=_says("Offers of one of these types"))
    include_pagination_info = Boolean(metadata=_says("Answer the full pagination_info"))
    usable = Boolean(metadata=_says("Only offers that are, or are not, usable"))
    liked = Boolean(metadata=_says("Only offers that the member likes, or does not like"))

    def finish(self, values: dict[str, Any]) -> dict[str, Any]:
        """A member's list may be ordered by what is the member's own."""
        return read_order(values, personal=True)


class GuestList(MemberList):
    """Parameters of the same list without a member: for guests, and with ``preview=true``."""

    def finish(self, values: dict[str, Any]) -> dict[str, Any]:
        """Nobody's list has nothing of anybody's own."""
        return read_order(values, personal=False)


class AdminList(Query):
    """Parameters of the list of offers in the Admin API."""

    per_page = PageSize(metadata=_says("Results in one page; more than 100 is treated as 100"))
    page_no = Integer(min=1, metadata=_says("Number of the page"))
    include_total = Boolean(metadata=_says("Answer the full pagination_info"))
    sort_by = Enum(ADMIN_ATTRIBUTES, metadata=_says("The attribute to sort by"))
    sort_direction = Enum(DIRECTIONS, any_case=True, metadata=_says("Direction of sorting"))
    collection_ids = ArrayOf(Integer(), metadata=_says("Offers that belong to at least one of these collections"))
    tags = ArrayOf(String(), metadata=_says("Offers with at least one of these tags"))
    stores = ArrayOf(String(), metadata=_says("Offers of at least one of these stores"))
    campaign_id = ArrayOf(Integer(), metadata=_says("Offers of these campaigns"))
    audience_id = ArrayOf(Integer(), metadata=_says("Offers for these audiences"))
    search = String(metadata=_says("Offers that match every word, also in their internal texts"))
    ids = ArrayOf(Integer(), metadata=_says("Offers with one of these ids"))
    without_collection = Boolean(metadata=_says("Only offers without collections"))
    without_tag = Boolean(metadata=_says("Only offers without tags"))
    without_audience_id = Boolean(metadata=_says("Only offers without audience"))
    without_campaign_id = Boolean(metadata=_says("Only offers without campaign"))
    without_shop = Boolean(metadata=_says("Only offers without stores"))
    with_archived = Boolean(metadata=_says("Archived offers too"))
    only_archived = Boolean(metadata=_says("Only archived offers"))


class StoreList(Query):
    """Parameters of the list of stores."""

    department_id = String(metadata=_says("Stores of this department"))
    category = String(metadata=_says("Stores of this category"))
    limit = Integer(min=1, metadata=_says("At most so many stores"))
    sort = Enum(("name", "id", "store_id"), metadata=_says("The attribute to sort by"))
    order = Enum(DIRECTIONS, any_case=True, metadata=_says("Direction of sorting"))


class TranslationList(Query):
    """Parameters of the translations."""

    language = String(metadata=_says("The language, such as en or nb; the club's first one without it"))
