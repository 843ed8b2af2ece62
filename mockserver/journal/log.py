"""The bounded log of one world's exchanges, and those who wait for the next one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from mockserver.exchange import HeaderPairs
from mockserver.headers import SentHeaders
from mockserver.journal.bodies import BODY_BUDGET, Bodies
from mockserver.journal.entry import Entry, Exchange, Repeat

_ROW = 6  # an entry; and where it is repeated, what is its own: headers, peer, marks, at, microseconds
# one for all journals, not one in each: what every request touches should not lie in as many places as there are worlds
_LOCK = threading.Lock()
_latest_moment = 0


class Journal:
    """The last ``size`` exchanges of one world; 0 keeps none. Safe to call from many threads.

    ``total`` counts all that ever came; an exchange's id is how many it was the last of. Bodies are kept up to ``budget`` bytes,
    each shared body counted once; beyond that the oldest exchanges lose theirs.

    Exchanges stand in rows, and the newest takes the row of the oldest: one that repeats another is no object until somebody
    reads it. Adding one touches few places of memory, whatever the size, so that many worlds cost hardly more than one.
    """

    __slots__ = (
        "_bodies",
        "_oldest_body",
        "_rows",
        "_start",
        "_subscribers",
        "size",
        "total",
    )

    def __init__(self, size: int = 1_000, budget: int = BODY_BUDGET) -> None:
        self.size = size
        self.total = 0
        self._start = 1  # the id of the first exchange since the journal was last cleared
        self._rows: list[Any] = []  # one after another in one list
        self._bodies = Bodies(budget)
        self._oldest_body = 0  # the bodies' own answer, at hand for each request
        self._subscribers: tuple[Callable[[], None], ...] = ()

    def add(self, entry: Entry) -> None:
        """Count an exchange, give it its id, and keep it; the oldest goes when the journal is full."""
        self.repeat(entry, None, None, (), entry.at, entry.took_ns, entry.heavy)

    def repeat(
        self,
        first: Entry,
        headers: SentHeaders | None,
        peer: tuple[str, int] | None,
        marks: HeaderPairs,
        at: int,
        took_ns: int,
        heavy: bool,
    ) -> int:
        """Add an exchange that was asked and answered as ``first``, by what is its own (see ``Repeat``); answer its id.

        It is ``heavy`` if the first is, which its caller knows without looking there. Without ``headers`` it is the first itself.
        """
        with _LOCK:
            self.total = id_ = self.total + 1
            if headers is None:
                first.number(id_)
            if self.size:
                place = (id_ - self._start) % self.size * _ROW
                if self._oldest_body and self._oldest_body <= id_ - self.size:
                    self._release_oldest()
                rows = self._rows
                try:
                    rows[place] = first
                except IndexError:
                    rows += (first, None, None, None, None, None)
                rows[place + 1] = headers
                rows[place + 2] = peer
                rows[place + 3] = marks
                rows[place + 4] = _moment(at)
                rows[place + 5] = took_ns // 1_000  # mostly one of the small numbers of which there is one object each
                if heavy:
                    self._hold(id_, first)
        if self._subscribers:
            for wake in self._subscribers:
                wake()
        return id_

    @property
    def dropped(self) -> int:
        """How many went since the last ``clear``."""
        return self.total + 1 - self._start - len(self)

    def find(self, entry_id: int) -> Exchange | None:
        """Return an exchange that is kept, or None."""
        with _LOCK:
            return self._read(entry_id) if self.total - len(self) < entry_id <= self.total else None

    def newest_first(self, after: int = 0) -> list[Exchange]:
        """Return the exchanges that are kept, or those of them with ids above ``after``."""
        with _LOCK:
            return [self._read(id_) for id_ in range(self.total, max(after, self.total - len(self)), -1)]

    def clear(self) -> None:
        """Forget all exchanges; ids go on rising, so that an old id never means a new exchange."""
        with _LOCK:
            self._rows.clear()
            self._bodies.clear()
            self._oldest_body = 0
            self._start = self.total + 1

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called after each exchange, on the thread that answers it; answer the way to end that."""
        self._subscribers = (*self._subscribers, wake)

        def unsubscribe() -> None:
            self._subscribers = tuple(other for other in self._subscribers if other is not wake)

        return unsubscribe

    def __len__(self) -> int:
        return len(self._rows) // _ROW

    # -- rows

    def _place(self, id_: int) -> int:
        return (id_ - self._start) % self.size * _ROW

    def _read(self, id_: int) -> Exchange:
        place = self._place(id_)
        entry: Entry
        entry, headers, peer, marks, at, took_us = self._rows[place : place + _ROW]
        return entry if headers is None else Repeat(entry, id_, at, took_us * 1_000, headers, peer, marks)

    # -- large bodies

    def _hold(self, id_: int, entry: Entry) -> None:
        self._bodies.hold(id_, entry.bodies)
        while self._bodies.too_many:
            place = self._place(self._bodies.oldest)
            self._release_oldest()
            self._rows[place] = self._rows[place].without_bodies()
        self._oldest_body = self._bodies.oldest

    def _release_oldest(self) -> None:
        self._bodies.release(self._rows[self._place(self._bodies.oldest)].bodies)
        self._oldest_body = self._bodies.oldest


def _moment(at: int) -> int:
    """Return the same number; exchanges of one millisecond share its object, of which they would be most of the weight."""
    global _latest_moment
    if at != _latest_moment:
        _latest_moment = at
    return _latest_moment
