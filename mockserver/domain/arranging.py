"""The slots on one page of an ordered list, found without ordering the whole list.

Attributes that depend on the time, the member or the collection cut the list into groups, in order; inside a group
the next terms decide. A stored attribute has its permutation, of which the page's part is read; the next terms decide
between what is equal in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

from mockserver.domain.bits import Bits, flags_of, from_slots, slots_in
from mockserver.domain.ordering import STORED, Key, Order, Term, sorted_by
from mockserver.domain.permutations import Permutation
from mockserver.domain.sight import Sight

_FEW = 64  # so many slots are sorted faster than looked up
_SORTING = 20  # what it costs to sort one slot, in steps along a permutation


class Group(NamedTuple):
    """Slots that are equal in the terms so far; as ``settled`` a run of slots that is in order already."""

    slots: Bits | Sequence[int]
    settled: bool = False

    @property
    def size(self) -> int:
        """How many slots there are."""
        return self.slots.bit_count() if isinstance(self.slots, int) else len(self.slots)


class Arranger:
    """Orders slots as one member sees them."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._shelf = sight.shelf

    def part(self, slots: Bits, order: Order, start: int, stop: int) -> Sequence[int]:
        """Return what stands at ``start <= place < stop`` when the slots are in order."""
        count = slots.bit_count()
        start, stop = max(start, 0), min(stop, count)
        if start >= stop:
            return []
        if not order or count <= _FEW or (_is_stored(order) and self._sorting_is_cheaper(count, start, stop)):
            return self._sorted(slots_in(slots), order)[start:stop]
        first, rest = order[0], order[1:]
        if first.attribute not in STORED:
            return self._from_groups(self._groups(slots, first), rest, start, stop)
        permutation = self._shelf.permutation(first.attribute)
        if not first.descending:
            page = self._read(slots, permutation, start, stop, count)
            return self._settle_ties(page, slots, permutation, rest) if rest else page
        page = self._read(slots, permutation, count - stop, count - start, count)[::-1]
        return self._settle_ties(page, slots, permutation, rest, backwards=True)

    def _sorting_is_cheaper(self, count: int, start: int, stop: int) -> bool:
        steps = self._shelf.size * min(stop, count - start) // count
        return count * _SORTING < steps

    def _sorted(self, slots: Sequence[int], order: Order) -> Sequence[int]:
        for attribute, descending in reversed(order):
            slots = sorted_by(slots, self._reader(attribute), descending=descending)
        return slots

    def _read(self, slots: Bits, permutation: Permutation, start: int, stop: int, count: int) -> Sequence[int]:
        """Read the page's part off a permutation, from the end that is nearer."""
        is_in = flags_of(slots, self._shelf.size).__getitem__
        if start <= count - stop:
            return list(islice(filter(is_in, permutation.slots), start, stop))
        return list(islice(filter(is_in, reversed(permutation.slots)), count - stop, count - start))[::-1]

    def _from_groups(self, groups: Iterator[Group], order: Order, start: int, stop: int) -> Sequence[int]:
        found: list[int] = []
        for group in groups:
            count = group.size
            if start < count:
                found += self._of_group(group, order, start, stop)
            start, stop = start - count, stop - count
            if stop <= 0:
                break
        return found

    def _of_group(self, group: Group, order: Order, start: int, stop: int) -> Sequence[int]:
        slots = group.slots
        if isinstance(slots, int):
            return self.part(slots, order, start, stop)
        if group.settled or len(slots) == 1:
            return slots[max(start, 0) : stop]
        return self.part(from_slots(slots, self._shelf.size), order, start, stop)

    def _settle_ties(
        self, page: Sequence[int], slots: Bits, permutation: Permutation, order: Order, *, backwards: bool = False
    ) -> Sequence[int]:
        """Order a page within each run of slots that are equal so far; the first and the last run may reach beyond it.

        What is equal stands by slot in the page, ascending, or descending where it was read ``backwards``.
        """
        found: list[int] = []
        while len(found) < len(page):
            first = page[len(found)]
            run = list(takewhile(lambda slot: permutation.are_tied(first, slot), page[len(found) :]))  # noqa: B023
            if found and len(found) + len(run) < len(page):
                found += self._of_group(Group(run), order, 0, len(run))
            else:
                tied = from_slots(permutation.ties(first), self._shelf.size) & slots
                before = (tied >> first + 1 if backwards else tied & (1 << first) - 1).bit_count()
                found += self.part(tied, order, before, before + len(run))
        return found

    def _groups(self, slots: Bits, term: Term) -> Iterator[Group]:
        """Cut the slots into groups by an attribute that is not stored."""
        if term.attribute == "uses_left":
            return self._by_uses_left(slots, descending=term.descending)
        if term.attribute == "collection_position":
            return self._by_position(slots, descending=term.descending)
        true = slots & (self._sight.usable if term.attribute == "usable" else self._sight.liked)
        false = slots ^ true
        return iter((Group(true), Group(false)) if term.descending else (Group(false), Group(true)))

    def _by_position(self, slots: Bits, *, descending: bool) -> Iterator[Group]:
        positions = self._sight.positions
        mask = from_slots(positions, self._shelf.size) & slots
        placed = sorted(slots_in(mask), key=positions.__getitem__, reverse=descending)
        found, nulls = Group(placed, settled=True), Group(slots ^ mask)
        return iter((nulls, found) if descending else (found, nulls))

    def _by_uses_left(self, slots: Bits, *, descending: bool) -> Iterator[Group]:
        """Who has touched nothing has the same left as everybody; what this member touched has its own."""
        untouched = self._shelf.untouched
        mine: dict[int | None, list[int]] = {}
        for slot in slots_in(slots & self._sight.touched):
            mine.setdefault(self._sight.usages[slot].uses_left, []).append(slot)
        others = slots & ~self._sight.touched
        nulls = Group(others & ~untouched.limited | from_slots(mine.pop(None, ()), self._shelf.size))
        if descending:
            yield nulls
        is_in = flags_of(others, self._shelf.size).__getitem__
        for left in sorted({*untouched.left, *(value for value in mine if value is not None)}, reverse=descending):
            known, own = untouched.left.of(left), mine.get(left, ())
            if isinstance(known, int):
                yield Group(known & others | from_slots(own, self._shelf.size))
            else:
                yield Group([*filter(is_in, known), *own])
        if not descending:
            yield nulls

    def _reader(self, attribute: str) -> Callable[[int], Key]:
        """Return how to read an attribute of a slot."""
        sight, offers = self._sight, self._shelf.offers
        if attribute in STORED:
            read = STORED[attribute]
            return lambda slot: read(offers[slot])  # type: ignore[arg-type]  # no empty slot is listed
        if attribute == "collection_position":
            return sight.positions.get
        if attribute == "uses_left":
            return self._uses_left
        bits = sight.usable if attribute == "usable" else sight.liked
        return flags_of(bits, self._shelf.size).__getitem__

    def _uses_left(self, slot: int) -> int | None:
        usage = self._sight.usages.get(slot)
        return self._shelf.untouched.left_of(slot) if usage is None else usage.uses_left


def _is_stored(order: Order) -> bool:
    """Return whether the records alone decide an order."""
    return all(term.attribute in STORED for term in order)
