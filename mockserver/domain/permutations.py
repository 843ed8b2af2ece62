"""All slots of a shelf in one order, kept while offers change."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

from mockserver.domain.model import Offer
from mockserver.domain.ordering import STORED, Descending, Order, sorted_by


class Permutation:
    """The slots of all offers by stored attributes, then by slot (which is by id)."""

    __slots__ = ("_offers", "_order", "slots")

    def __init__(self, order: Order, offers: Sequence[Offer | None]) -> None:
        self._order = order
        self._offers = offers
        slots: list[int] = [slot for slot, offer in enumerate(offers) if offer is not None]
        for attribute, descending in reversed(order):
            slots = sorted_by(slots, self._reader(attribute), descending=descending)
        self.slots = array("I", slots)

    def _reader(self, attribute: str) -> Callable[[int], Any]:
        read, offers = STORED[attribute], self._offers
        return lambda slot: read(offers[slot])  # type: ignore[arg-type]  # no empty slot stands in an order

    def replace(self, slot: int, old: Offer | None, new: Offer | None) -> None:
        """Take account of a changed offer; its record in the shelf is still the old one. None is no offer."""
        if old is not None and new is not None and self._keys(old) == self._keys(new):
            return
        if old is not None:
            del self.slots[self._place(slot, old)]
        if new is not None:
            self.slots.insert(self._place(slot, new), slot)

    def ties(self, slot: int) -> array[int]:
        """Answer the slots whose offers are equal to that of a slot, in order."""
        offer = self._offers[slot]
        assert offer is not None, "no empty slot stands in an order"
        keys = self._keys(offer)
        first = bisect_left(self.slots, (*keys, -1), key=self._keys_at)
        return self.slots[first : bisect_left(self.slots, (*keys, len(self._offers)), key=self._keys_at)]

    def are_tied(self, slot: int, other: int) -> bool:
        """Tell whether the offers of two slots are equal."""
        return self._keys_at(slot)[:-1] == self._keys_at(other)[:-1]

    def _place(self, slot: int, offer: Offer) -> int:
        """Find where a slot stands, or would stand."""
        return bisect_left(self.slots, (*self._keys(offer), slot), key=self._keys_at)

    def _keys_at(self, slot: int) -> tuple[Any, ...]:
        offer = self._offers[slot]
        assert offer is not None, "no empty slot stands in an order"
        return (*self._keys(offer), slot)

    def _keys(self, offer: Offer) -> tuple[Any, ...]:
        """Answer what an offer is compared by, NULLs after all else."""
        keys = []
        for attribute, descending in self._order:
            value = STORED[attribute](offer)
            key = (value is None, 0 if value is None else value)
            keys.append(Descending(key) if descending else key)
        return tuple(keys)
