"""Which offers are inside their window at an instant, without looking at each.

A window (``visibility.within``) opens and closes at most once, so the set at one instant is the set at another one
with each opening and closing between them toggled.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from operator import itemgetter

from mockserver.domain.bits import Bits, from_slots, toggled
from mockserver.domain.instants import Instant
from mockserver.domain.model import Offer

Span = tuple[Instant | None, Instant | None]
_BEFORE_ALL, _AFTER_ALL = -(1 << 62), 1 << 62
_FAR = 2_048  # so many openings and closings away from what is known, a moment is worth remembering
_MOST_KNOWN = 128


class Windows:
    """The windows that ``span_of`` reads from the offers, by slot."""

    __slots__ = ("_at", "_known", "_moments", "_size", "_span_of", "_who")

    def __init__(self, span_of: Callable[[Offer], Span], offers: Iterable[Offer | None]) -> None:
        self._span_of = span_of
        spans = [(slot, span) for slot, offer in enumerate(offers) if (span := self._open(offer)) is not None]
        self._size = 1 + (spans[-1][0] if spans else 0)
        self._moments = [_BEFORE_ALL]
        self._known: list[Bits] = [from_slots([slot for slot, span in spans if span[0] == _BEFORE_ALL], self._size)]
        events = [(at, slot) for slot, span in spans for at in span if _BEFORE_ALL < at < _AFTER_ALL]
        events.sort(key=itemgetter(0))
        self._at = array("q", [at for at, _ in events])
        self._who = array("I", [slot for _, slot in events])

    def _open(self, offer: Offer | None) -> tuple[Instant, Instant] | None:
        """Return from when until when a window is open; None if it never is."""
        if offer is None:
            return None
        since, until = self._span_of(offer)
        opens, closes = (_BEFORE_ALL if since is None else since), (_AFTER_ALL if until is None else until)
        return (opens, closes) if opens < closes else None

    def at(self, now: Instant) -> Bits:
        """Return the slots whose window is open."""
        here = bisect_right(self._at, now)
        near, there = self._nearest(now, here)
        if here == there:
            return self._known[near]
        bits = toggled(self._known[near], self._who[min(here, there) : max(here, there)], self._size)
        if abs(here - there) > _FAR:
            self._remember(now, bits)
        return bits

    def _nearest(self, now: Instant, here: int) -> tuple[int, int]:
        """Return the known moment with the fewest events between it and now, and its place among the events."""
        after = bisect_right(self._moments, now)
        places = [(n, bisect_right(self._at, self._moments[n])) for n in (after - 1, after) if n < len(self._moments)]
        return min(places, key=lambda place: abs(place[1] - here))

    def _remember(self, now: Instant, bits: Bits) -> None:
        if len(self._moments) >= _MOST_KNOWN:  # begin again, but for the first, which nothing leads up to
            del self._moments[1:], self._known[1:]
        place = bisect_left(self._moments, now)
        self._moments.insert(place, now)
        self._known.insert(place, bits)

    def replace(self, slot: int, old: Offer | None, new: Offer | None) -> None:
        """Take account of a changed offer; None is no offer."""
        before, after = self._open(old), self._open(new)
        if before == after:
            return
        self._size = max(self._size, slot + 1)
        if before is not None:
            self._toggle(slot, before, self._forget_event)
        if after is not None:
            self._toggle(slot, after, self._add_event)

    def _toggle(self, slot: int, span: tuple[Instant, Instant], change: Callable[[int, Instant], None]) -> None:
        opens, closes = span
        for at in span:
            if _BEFORE_ALL < at < _AFTER_ALL:
                change(slot, at)
        for n in range(bisect_left(self._moments, opens), bisect_left(self._moments, closes)):
            self._known[n] ^= 1 << slot

    def _add_event(self, slot: int, at: Instant) -> None:
        place = bisect_right(self._at, at)
        self._at.insert(place, at)
        self._who.insert(place, slot)

    def _forget_event(self, slot: int, at: Instant) -> None:
        place = self._who.index(slot, bisect_left(self._at, at))
        del self._at[place], self._who[place]
