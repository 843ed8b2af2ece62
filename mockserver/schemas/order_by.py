"""The ``order_by`` parameter (``docs/offers-member-2019-08.md``): ``attribute [ASC|DESC]``, in any case."""

from __future__ import annotations

from typing import Any

from mockserver.domain.ordering import UnknownOrderError, parse_order_by
from mockserver.schemas.fields import String
from mockserver.schemas.problems import leaf


class OrderBy(String):
    """An order as it was sent: what it may name hangs on who asks and for what, so the whole query reads it."""


def read_order(values: dict[str, Any], *, personal: bool) -> dict[str, Any]:
    """Read ``order_by`` in place, for a list with a member or without; answer its problem as a tree, if it has one."""
    text, ids = values["order_by"], values["collection_ids"] or ()
    try:
        values["order_by"] = parse_order_by(text, personal=personal, one_collection=len(ids) == 1)
    except UnknownOrderError as unknown:
        return {"order_by": [leaf(text, "inclusion", **{"in": list(unknown.allowed)})]}
    return {}
