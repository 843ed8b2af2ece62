"""The ``order_by`` parameter (``docs/offers-member-2019-08.md``): ``attribute [ASC|DESC]``, in any case."""

from __future__ import annotations

from typing import Any

from mockserver.domain.ordering import Order, UnknownOrderError, attributes, parse_order_by
from mockserver.schemas.fields import String
from mockserver.schemas.problems import problem, refusal


class OrderBy(String):
    """An order by any attribute that some list may have; ``check_order`` knows what a certain list has."""

    def _read(self, value: Any) -> Any:
        text = super()._read(value)
        try:
            return parse_order_by(text, personal=True, one_collection=True)
        except UnknownOrderError as unknown:
            raise problem(text, "inclusion", **{"in": list(unknown.allowed)}) from None


def check_order(order: Order, *, personal: bool, one_collection: bool) -> None:
    """Refuse an order by an attribute that only another list has."""
    allowed = attributes(personal=personal, one_collection=one_collection)
    for term in order:
        if term.attribute not in allowed:
            raise refusal("order_by", term.attribute, "inclusion", **{"in": list(allowed)})
