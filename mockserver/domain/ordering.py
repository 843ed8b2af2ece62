"""Orders of lists: ``order_by`` of the member API, ``sort_by`` and ``sort_direction`` of the admin API.

Every order is total: the requested terms, then ``id`` ascending. NULLs sort as in PostgreSQL: last on ASC, first on
DESC. Names compare case-insensitively, then by code point (the contract, "Dates, arrays, pagination").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, TypeVar

from mockserver.domain.model import Collection, Offer

INSTANTS = (
    "usable_since", "usable_until", "visible_since", "visible_until", "created_at", "updated_at", "archived_at",
)  # fmt: skip
ADMIN_ATTRIBUTES = ("name", *INSTANTS)
DIRECTIONS = ("asc", "desc")
Key = Any
"""A sort key of an offer: an instant, a boolean, a number, or the pair of a name; None is NULL."""


class Term(NamedTuple):
    """One attribute of an order and its direction."""

    attribute: str
    descending: bool = False


Order = tuple[Term, ...]
BY_NAME: Order = (Term("name"),)


class UnknownOrderError(ValueError):
    """An order has an unknown attribute or direction; ``allowed`` are the known ones."""

    def __init__(self, value: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"cannot order by {value!r}; one of {', '.join(allowed)} is expected")
        self.value = value
        self.allowed = allowed


def parse_order_by(text: str | None, allowed: tuple[str, ...]) -> Order:
    """Read ``attribute [ASC|DESC], ...`` in any case; blank is by name. Raise UnknownOrderError on anything else."""
    if text is None or not text.strip():
        return BY_NAME
    return _without_repeats([_term(part, allowed) for part in text.split(",")])


def parse_sort(sort_by: str | None = None, sort_direction: str | None = None) -> Order:
    """Read the admin list's order; both have defaults. Raise UnknownOrderError, whose ``allowed`` tells which one is wrong."""
    attribute, direction = (sort_by or "name").strip().lower(), (sort_direction or "asc").strip().lower()
    if attribute not in ADMIN_ATTRIBUTES:
        raise UnknownOrderError(sort_by or "", ADMIN_ATTRIBUTES)
    if direction not in DIRECTIONS:
        raise UnknownOrderError(sort_direction or "", DIRECTIONS)
    return (Term(attribute, direction == "desc"),)


def _term(part: str, allowed: tuple[str, ...]) -> Term:
    words = part.lower().split()
    if len(words) not in (1, 2) or words[0] not in allowed or (len(words) == 2 and words[1] not in DIRECTIONS):
        raise UnknownOrderError(part.strip(), allowed)
    return Term(words[0], words[-1] == "desc")


def _without_repeats(terms: list[Term]) -> Order:
    """Return the first term of each attribute: a second one has no influence."""
    first: dict[str, Term] = {}
    for term in terms:
        first.setdefault(term.attribute, term)
    return tuple(first.values())


def case_insensitive(text: str) -> tuple[str, str]:
    """Return the sort key of a text: case-insensitive, then by code point."""
    return text.casefold(), text


def name_key(offer: Offer) -> tuple[str, str] | None:
    """Return the sort key of an offer's name, cached with the record."""
    if offer.name is None:
        return None
    found: tuple[str, str] | None = offer.shapes.get("name")
    if found is None:
        found = offer.shapes["name"] = case_insensitive(offer.name)
    return found


STORED: dict[str, Callable[[Offer], Key]] = {"name": name_key} | {name: attrgetter(name) for name in INSTANTS}
"""The attributes that depend on the record alone; all others depend on the time, the member or the collection."""


def positions(collections: Mapping[int, Collection], club: str, collection_ids: tuple[int, ...]) -> dict[int, int]:
    """Return the position of each offer id in the ``offers_order`` of the one requested collection, if it is the club's.

    An offer listed twice has its first position.
    """
    (collection_id,) = collection_ids
    collection = collections.get(collection_id)
    if collection is None or collection.club != club:
        return {}
    count = len(collection.offers_order)
    return {id_: count - n for n, id_ in enumerate(reversed(collection.offers_order), 1)}


Item = TypeVar("Item")


def sorted_by(items: Iterable[Item], read: Callable[[Item], Key], *, descending: bool) -> list[Item]:
    """Sort by one key, NULLs last (first when descending); the sort is stable."""
    keyed = [(read(item), item) for item in items]
    nulls = [item for key, item in keyed if key is None]
    found = [pair for pair in keyed if pair[0] is not None] if nulls else keyed
    found.sort(key=itemgetter(0), reverse=descending)
    rest = [item for _, item in found]
    return nulls + rest if descending else rest + nulls
