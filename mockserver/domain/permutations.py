"""All slots of a shelf in the order of one stored attribute, kept while offers change."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from mockserver.domain.model import Offer
from mockserver.domain.ordering import STORED, sorted_by


class Permutation:
    """The slots of all offers by a stored attribute, NULLs last, then by slot (which is by id)."""

    __slots__ = ("_offers", "_read", "slots")

    def __init__(self, attribute: str, offers: Sequence[Offer | None]) -> None:
        read = self._read = STORED[attribute]
        self._offers = offers
        there = [slot for slot, offer in enumerate(offers) if offer is not None]
        self.slots = array("I", sorted_by(there, lambda slot: read(offers[slot]), descending=False))  # type: ignore[arg-type]

    def follow(self, offers: Sequence[Offer | None]) -> None:
        """Look from here on at these offers, which are the same as now."""
        self._offers = offers

    def replace(self, slot: int, old: Offer | None, new: Offer | None) -> None:
        """Take account of a changed offer; its record in the shelf is still the old one. None is no offer."""
        if old is not None and new is not None and self._key(old) == self._key(new):
            return
        if old is not None:
            del self.slots[self._place(slot, old)]
        if new is not None:
            self.slots.insert(self._place(slot, new), slot)

    def ties(self, slot: int) -> array[int]:
        """Return the slots whose offers are equal to that of a slot, ascending."""
        key = self._key_at(slot)[0]
        first = bisect_left(self.slots, (key, -1), key=self._key_at)
        return self.slots[first : bisect_left(self.slots, (key, len(self._offers)), key=self._key_at)]

    def are_tied(self, slot: int, other: int) -> bool:
        """Return whether the offers of two slots are equal."""
        return bool(self._key_at(slot)[0] == self._key_at(other)[0])

    def _place(self, slot: int, offer: Offer) -> int:
        """Find where a slot stands, or would stand."""
        return bisect_left(self.slots, (self._key(offer), slot), key=self._key_at)

    def _key_at(self, slot: int) -> tuple[Any, int]:
        offer = self._offers[slot]
        assert offer is not None, "no empty slot stands in an order"
        return self._key(offer), slot

    def _key(self, offer: Offer) -> tuple[bool, Any]:
        """Return what an offer is compared by, NULLs after all else."""
        value = self._read(offer)
        return (True, 0) if value is None else (False, value)
