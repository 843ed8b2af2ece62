"""The query parameters of the operations, as the documents under ``docs/`` list them.

``MemberList`` and ``MemberRead`` have the parameters of all revisions; the revision says which of them count. Defaults
are in ``unsent.py``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import ValidationError, post_load, validates_schema

from mockserver.api.schemas.unsent import UNSENT
from mockserver.domain.ordering import ADMIN_ATTRIBUTES, DIRECTIONS, Order, UnknownOrderError, parse_order_by
from mockserver.domain.pagination import MOST_PER_PAGE
from mockserver.revisions import REVISIONS, ViewerKind
from mockserver.values.choices import OFFER_TYPES, SCOPES
from mockserver.values.fields import Bound, KindField
from mockserver.values.kinds import Boolean, Capped, Choice, Integer, Text
from mockserver.values.lists import ListOf
from mockserver.values.problems import leaf

_flag, _text, _texts, _ids = Boolean(), Text(), ListOf(Text()), ListOf(Integer())
_page_size, _page_no = Capped(1, cap=MOST_PER_PAGE), Integer(1)
_direction = Choice(DIRECTIONS, any_case=True)


class Query(Bound):
    """Parameters of a query string: every value arrives as text."""

    def on_bind_field(self, field_name: str, field_obj: Any) -> None:
        """Make the field read text, and set its default."""
        field_obj.text, field_obj.load_default = True, UNSENT[field_name]


class OrderBy(Text, frozen=True):
    """An order as text: the allowed attributes depend on the viewer and on other parameters, so the whole query reads it."""


class MemberAct(Query):
    """Parameters of acting on one offer."""

    scope = KindField(Choice(SCOPES), "The scope of the offers; each needs its permit")


class MemberRead(MemberAct):
    """Parameters of reading one offer, or the meta."""

    preview = KindField(_flag, "Answer without a member; no Authorization is needed")


class MemberList(MemberRead):
    """Parameters of the member's list of offers."""

    per_page = KindField(_page_size, "Results in one page; more than 100 is treated as 100")
    page_no = KindField(_page_no, "Number of the page")
    order_by = KindField(OrderBy(), "attribute [ASC|DESC], comma-separated")
    collection_ids = KindField(_ids, "Offers that belong to at least one of these collections")
    campaign_id = KindField(_ids, "Offers of these campaigns")
    search = KindField(_text, "Offers that match every word, in name, description, tags or stores")
    tags = KindField(_texts, "Offers with at least one of these tags")
    shops = KindField(_texts, "Offers of at least one of these shops")
    include_total = KindField(_flag, "Answer the full pagination_info")
    only_usable = KindField(_flag, "Only offers that are usable")
    stores = KindField(_texts, "Offers of at least one of these stores, by name")
    store_ids = KindField(_ids, "Offers of at least one of these stores, by id")
    ids = KindField(_ids, "Offers with one of these ids")
    type = KindField(ListOf(Choice(OFFER_TYPES)), "Offers of one of these types")
    include_pagination_info = KindField(_flag, "Answer the full pagination_info")
    usable = KindField(_flag, "Only offers that are usable")
    liked = KindField(_flag, "Only offers that the member likes")

    viewer: ClassVar[ViewerKind] = "member"

    @validates_schema(skip_on_field_errors=False)
    def check_order(self, values: dict[str, Any], **_: Any) -> None:
        """Refuse an order by an attribute that the viewer's list lacks."""
        self._order(values)

    @post_load
    def read_order(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the parameters with ``order_by`` read."""
        return values | {"order_by": self._order(values)}

    def _order(self, values: dict[str, Any]) -> Order:
        text, ids = values["order_by"], values.get("collection_ids") or ()
        allowed_here = REVISIONS[self.revision].order_attributes(self.viewer, one_collection=len(ids) == 1)
        try:
            return parse_order_by(text, allowed_here)
        except UnknownOrderError as unknown:
            allowed = {"in": list(unknown.allowed)}
            raise ValidationError({"order_by": [leaf(text, "inclusion", **allowed)]}) from None


class GuestList(MemberList):
    """Parameters of a guest's list."""

    viewer: ClassVar[ViewerKind] = "guest"


class PreviewList(MemberList):
    """Parameters of the list with ``preview=true``."""

    viewer: ClassVar[ViewerKind] = "preview"


class AdminList(Query):
    """Parameters of the list of offers in the Admin API."""

    per_page = KindField(_page_size, "Results in one page; more than 100 is treated as 100")
    page_no = KindField(_page_no, "Number of the page")
    include_total = KindField(_flag, "Answer the full pagination_info")
    sort_by = KindField(Choice(ADMIN_ATTRIBUTES), "The attribute to sort by")
    sort_direction = KindField(_direction, "Direction of sorting")
    collection_ids = KindField(_ids, "Offers that belong to at least one of these collections")
    tags = KindField(_texts, "Offers with at least one of these tags")
    stores = KindField(_texts, "Offers of at least one of these stores")
    campaign_id = KindField(_ids, "Offers of these campaigns")
    audience_id = KindField(_ids, "Offers for these audiences")
    search = KindField(_text, "Offers that match every word, also in their internal texts")
    ids = KindField(_ids, "Offers with one of these ids")
    without_collection = KindField(_flag, "Only offers without collections")
    without_tag = KindField(_flag, "Only offers without tags")
    without_audience_id = KindField(_flag, "Only offers without audience")
    without_campaign_id = KindField(_flag, "Only offers without campaign")
    without_shop = KindField(_flag, "Only offers without stores")
    with_archived = KindField(_flag, "Archived offers too")
    only_archived = KindField(_flag, "Only archived offers")


class StoreList(Query):
    """Parameters of the list of stores."""

    department_id = KindField(Integer(), "Stores of this department")
    category = KindField(_text, "Stores of this category")
    limit = KindField(_page_no, "At most so many stores")
    sort = KindField(Choice(("name", "id", "store_id")), "The attribute to sort by")
    order = KindField(_direction, "Direction of sorting")


class TranslationList(Query):
    """Parameters of the translations."""

    language = KindField(_text, "The language, such as en or nb; the club's default, its first one, without it")
