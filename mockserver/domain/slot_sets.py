"""Which offers have a value (a tag, a word, a campaign): a set of slots for each value."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

from mockserver.domain.bits import Bits, from_slots
from mockserver.domain.model import Offer

Value = TypeVar("Value", bound=Hashable)
_DENSE = 2_048  # a set of more slots is kept as bits


class SlotSets(Generic[Value]):
    """A set of slots for each value: an array while it is small, bits when it is not. No set is empty."""

    __slots__ = ("_sets",)

    def __init__(self) -> None:
        self._sets: dict[Value, array[int] | Bits] = {}

    def __iter__(self) -> Iterator[Value]:
        return iter(self._sets)

    def take(self, value: Value, slots: list[int]) -> None:
        """Begin with the set of a value: ascending, not empty, each slot once."""
        self._sets[value] = array("I", slots) if len(slots) <= _DENSE else from_slots(slots, slots[-1] + 1)

    def add(self, value: Value, slot: int) -> None:
        """Put a slot, which is not in it, into the set of a value."""
        found = self._sets.get(value)
        if found is None:
            self._sets[value] = array("I", (slot,))
        elif isinstance(found, int):
            self._sets[value] = found | 1 << slot
        else:
            found.append(slot)
            if len(found) > _DENSE:
                self._sets[value] = from_slots(found, max(found) + 1)

    def discard(self, value: Value, slot: int) -> None:
        """Take a slot, which is in it, out of the set of a value."""
        found = self._sets[value]
        if isinstance(found, int):
            self._sets[value] = found = found ^ 1 << slot
        else:
            found.remove(slot)
        if not found:
            del self._sets[value]

    def of(self, value: Value) -> array[int] | Bits:
        """Return the set of a value, as it is kept: slots in no order, or bits."""
        return self._sets.get(value, 0)

    def any_of(self, values: Iterable[Value], size: int) -> Bits:
        """Return the slots that have at least one of the values."""
        found = [self._sets[value] for value in values if value in self._sets]
        few = array("I")
        for slots in found:
            if not isinstance(slots, int):
                few += slots
        union = from_slots(few, size)
        for bits in found:
            if isinstance(bits, int):
                union |= bits
        return union

    def values_among(self, bits: Bits, flags: bytes) -> Iterator[Value]:
        """Return the values that any slot of a set has; ``flags`` are the flags of ``bits``."""
        for value, found in self._sets.items():
            if (bits & found) if isinstance(found, int) else any(map(flags.__getitem__, found)):
                yield value


class Facet(SlotSets[Value]):
    """The sets of slots for the values that ``values_of`` reads from an offer, each value once."""

    __slots__ = ("_values_of",)

    def __init__(self, values_of: Callable[[Offer], Iterable[Value]], offers: Iterable[Offer | None]) -> None:
        super().__init__()
        self._values_of = values_of
        made: defaultdict[Value, list[int]] = defaultdict(list)
        for slot, offer in enumerate(offers):
            if offer is not None:
                for value in set(values_of(offer)):
                    made[value].append(slot)
        for value, slots in made.items():
            self.take(value, slots)

    def replace(self, slot: int, old: Offer | None, new: Offer | None) -> None:
        """Take account of a changed offer; None is no offer."""
        before = set(self._values_of(old)) if old is not None else ()
        after = set(self._values_of(new)) if new is not None else ()
        for value in before:
            if value not in after:
                self.discard(value, slot)
        for value in after:
            if value not in before:
                self.add(value, slot)
