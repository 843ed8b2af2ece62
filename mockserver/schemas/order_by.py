"""The ``order_by`` parameter (``docs/offers-member-2019-08.md``): ``attribute [ASC|DESC]``, in any case."""

from __future__ import annotations

from typing import Any

from mockserver.domain.ordering import UnknownOrderError, parse_order_by
from mockserver.schemas.fields import String
from mockserver.schemas.problems import problem


class OrderBy(String):
    """An order by any attribute that some list may have; the view knows what its list has."""

    def _read(self, value: Any) -> Any:
        text = super()._read(value)
        try:
            return parse_order_by(text, personal=True, one_collection=True)
        except UnknownOrderError as unknown:
            raise problem(text, "inclusion", **{"in": list(unknown.allowed)}) from None
