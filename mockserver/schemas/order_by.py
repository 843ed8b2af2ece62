"""The ``order_by`` parameter (``docs/offers-member-2019-08.md``): ``attribute [ASC|DESC]``, in any case."""

from __future__ import annotations

from typing import Any, Literal

from mockserver.schemas.fields import String
from mockserver.schemas.problems import problem

Direction = Literal["ASC", "DESC"]
ATTRIBUTES = (
    "name", "usable_since", "usable_until", "created_at", "usable", "uses_left", "liked", "collection_position",
)  # fmt: skip
_PARTS = 20  # attributes in one order; more cannot mean anything


class OrderBy(String):
    """An order, read to ``((attribute, "ASC" | "DESC"), ...)``; the view refuses attributes that its context lacks."""

    def _read(self, value: Any) -> Any:
        text = super()._read(value)
        return tuple(_part(part, text) for part in text.split(",", _PARTS) if part.strip())


def _part(part: str, whole: str) -> tuple[str, Direction]:
    words = part.split()
    attribute = words[0].lower()
    if attribute not in ATTRIBUTES:
        raise problem(whole, "inclusion", **{"in": list(ATTRIBUTES)})
    if len(words) == 1 or (len(words) == 2 and words[1].upper() == "ASC"):
        return attribute, "ASC"
    if len(words) == 2 and words[1].upper() == "DESC":
        return attribute, "DESC"
    raise problem(whole, "inclusion", **{"in": ["ASC", "DESC"]})
