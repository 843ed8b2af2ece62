"""The schemas of responses: ``Schema.dump`` writes what a view returns.

``named.py`` makes the other models of the rows in ``attributes.py``, for each revision.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from marshmallow import post_dump

from mockserver.values.fields import Bound, KindField, ModelField, field_of
from mockserver.values.kinds import Boolean, Integer, Kind, Mapping
from mockserver.values.lists import ListOf, Model

_flag, _number, _natural, _size = Boolean(), Integer(), Integer(0), Integer(1)
_mapping, _ids = Mapping(), ListOf(Integer())


class Answer(Bound):
    """An object in a response; every key is present unless its field says otherwise."""


def required(kind: Kind, says: str = "") -> KindField:
    """Declare a key that is always present and never null."""
    return field_of(kind, says, required=True)


def nullable(kind: Kind, says: str = "") -> KindField:
    """Declare a key that is always present and may be null."""
    return field_of(kind, says, required=True, null=True)


class Open(Answer):
    """The documented texts, null if not set, then any other texts that were stored."""

    def on_bind_field(self, _: str, field_obj: Any) -> None:
        """Write a text that was not stored as null."""
        field_obj.dump_default = None

    @post_dump(pass_original=True)
    def add_the_rest(self, made: dict[str, Any], original: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the documented texts and the rest."""
        return made | original


class Sparse(Answer):
    """An object that leaves out absent values."""

    @post_dump
    def leave_out(self, made: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Drop nulls and empty lists."""
        return {name: value for name, value in made.items() if value not in (None, [])}


class Empty(Answer):
    """An empty object."""


class PaginationInfo(Answer):
    """The position of a page in its list; without the flag only the keys that need no counting."""

    total_count = KindField(_natural)
    per_page = required(Integer(1, 100))
    total_pages = KindField(_natural)
    current_page = required(_size)
    next_page = KindField(_number, null=True)
    prev_page = nullable(_number)
    is_first_page = required(_flag)
    is_last_page = KindField(_flag)
    is_out_of_range = KindField(_flag)


class OfferAnswer(Answer):
    """One offer."""

    offer = required(Model("Offer"))


class OffersAnswer(Answer):
    """A page of offers; ``pagination_info`` is left out where a revision has none without the flag."""

    offers = required(Model("Offer", many=True))
    pagination_info = ModelField(Model("PaginationInfo"))


class UsageAnswer(Answer):
    """The usage after a use."""

    usage = required(Model("Usage"))


class AdminOfferAnswer(Answer):
    """One offer, for staff."""

    offer = required(Model("AdminOffer"))


class AdminOffersAnswer(Answer):
    """A page of offers, for staff."""

    offers = required(Model("AdminOffer", many=True))
    pagination_info = required(Model("PaginationInfo"))


class BatchAnswer(Answer):
    """The result of a batch; errors are keyed by the item's index, then by attribute."""

    success = required(_flag, "True if any item went through")
    errors = required(_mapping)
    ids = required(_ids)


class IdsAnswer(Answer):
    """The ids of new offers."""

    ids = required(_ids)


class Form(NamedTuple):
    """The form of an answer: an object of a model, or a bare array of them."""

    model: str
    is_array: bool = False


_FORMS: dict[str, Form] = {
    "Offer": Form("OfferAnswer"),
    "Offers": Form("OffersAnswer"),
    "Stores": Form("Store", is_array=True),
}


def form_of(response: str) -> Form:
    """Return the form of an answer by ``Operation.response``, which is a key of ``_FORMS`` or a model's name."""
    return _FORMS.get(response) or Form(response)
