"""Columns over the offers of a catalogue: one number for each offer, or for each value the offers that have it.

A slot is an offer's index in its catalogue, by ascending id. Every column can be updated for one offer (``put``), at the
offer's slot or at the next new one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mockserver.domain.model import Offer

NULL = 2**62  # NULL in a column of numbers: greater than all others
Mask = NDArray[np.bool_]
Slots = NDArray[np.int64]
Numbers = NDArray[Any]


class Column(Protocol):
    """A column that can be updated offer by offer."""

    def put(self, slot: int, offer: Offer, old: Offer | None) -> None:
        """Update for an offer that replaces ``old``, or that is new at the end (None)."""


class NumberColumn:
    """A number, an instant or a boolean of each offer; None is ``NULL``."""

    def __init__(
        self, read: Callable[[Offer], int | bool | None], offers: Sequence[Offer], dtype: type = np.int64
    ) -> None:
        self._read = read
        self.values: Numbers = np.fromiter(map(self._number, offers), dtype, len(offers))

    def put(self, slot: int, offer: Offer, old: Offer | None) -> None:
        """Take over an offer."""
        if old is None:
            self.values = np.append(self.values, self.values.dtype.type(0))
        self.values[slot] = self._number(offer)

    def _number(self, offer: Offer) -> int | bool:
        value = self._read(offer)
        return NULL if value is None else value


class RankColumn(NumberColumn):
    """The rank of each offer's key among all keys, for keys that are not numbers; equal keys share a rank."""

    def __init__(self, read: Callable[[Offer], Any], offers: Sequence[Offer]) -> None:
        self._key = read
        self._keys = sorted({key for key in map(read, offers) if key is not None})
        ranks = {key: rank for rank, key in enumerate(self._keys)}
        super().__init__(lambda offer: ranks.get(read(offer)), offers)
        self._read = self._rank

    def _rank(self, offer: Offer) -> int | None:
        """Return the rank of a key; a new key increases the ranks after it."""
        key = self._key(offer)
        if key is None:
            return None
        rank = bisect_left(self._keys, key)
        if rank == len(self._keys) or self._keys[rank] != key:
            self._keys.insert(rank, key)
            self.values[(self.values >= rank) & (self.values < NULL)] += 1
        return rank


class ValueColumn:
    """For each value of an attribute, the slots of the offers that have it; ``None`` for offers without a value."""

    def __init__(self, read: Callable[[Offer], Iterable[Hashable]], offers: Sequence[Offer]) -> None:
        self._read = read
        self.slots: defaultdict[Hashable, array[int]] = defaultdict(partial(array, "i"))
        for slot, offer in enumerate(offers):
            for value in self._values(offer):
                self.slots[value].append(slot)

    def put(self, slot: int, offer: Offer, old: Offer | None) -> None:
        """Take over an offer."""
        values, gone = self._values(offer), set() if old is None else self._values(old)
        for value in gone - values:
            self.slots[value].remove(slot)
        for value in values - gone:
            self.slots[value].append(slot)

    def mask(self, values: Iterable[Hashable], size: int) -> Mask:
        """Return the mask of ``size`` slots with any of the values."""
        found = np.zeros(size, np.bool_)
        slots = b"".join(self.slots[value] for value in values if value in self.slots)
        found[np.frombuffer(slots, np.intc)] = True
        return found

    def values_in(self, mask: Mask) -> list[Any]:
        """Return the values of the slots in a mask, without ``None``."""
        return [
            value
            for value, slots in self.slots.items()
            if value is not None and mask[np.frombuffer(slots, np.intc)].any()
        ]

    def _values(self, offer: Offer) -> set[Hashable]:
        return set(self._read(offer)) or {None}


class WordColumn(ValueColumn):
    """The words of each offer's texts, searchable for parts of words."""

    def __init__(self, read: Callable[[Offer], Iterable[str]], offers: Sequence[Offer]) -> None:
        super().__init__(read, offers)
        self._words: list[Hashable] = []
        self._text: Numbers = np.zeros(0, np.uint8)
        self._ends: Numbers = np.zeros(0, np.int64)

    def containing(self, part: str, size: int) -> Mask:
        """Return the mask of ``size`` slots with a word that contains ``part``, a text without whitespace."""
        if len(self._words) != len(self.slots):
            self._lay_out()
        text, (first, *rest) = self._text, part.encode("utf-8", "surrogatepass")
        at = np.flatnonzero(text[: len(text) - len(rest)] == first)
        for offset, octet in enumerate(rest, 1):
            at = at[text[at + offset] == octet]
        hits = np.unique(np.searchsorted(self._ends, at))
        return self.mask((self._words[hit] for hit in hits.tolist()), size)

    def _lay_out(self) -> None:
        """Write all words as one UTF-8 array, each ended by a newline, so that numpy searches them at once."""
        self._words = list(self.slots)
        text = "".join(f"{word or ''}\n" for word in self._words)
        self._text = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
        self._ends = np.flatnonzero(self._text == ord("\n"))


def part_in_order(slots: Slots, keys: Sequence[Numbers], start: int, stop: int) -> Slots:
    """Return the slots at ``start <= index < stop`` of ascending slots sorted by some keys, then by slot.

    Only the page is sorted: partitions find the smallest and the largest key on it.
    """
    start, stop = max(start, 0), min(stop, len(slots))
    if start >= stop or not keys:
        return slots[start:stop]
    key, rest = keys[0][slots], keys[1:]
    cut = np.partition(key, (start, stop - 1))
    low, high = cut[start], cut[stop - 1]
    before = int(np.count_nonzero(key < low))
    first = slots[key == low]
    found = [part_in_order(first, rest, start - before, stop - before)]
    if low != high:
        between = slots[(low < key) & (key < high)]
        found.append(between[np.lexsort([column[between] for column in reversed(keys)])])
        before += len(first) + len(between)
        found.append(part_in_order(slots[key == high], rest, 0, stop - before))
    return np.concatenate(found)
