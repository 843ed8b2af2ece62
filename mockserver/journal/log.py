"""The bounded log of one world's exchanges, and its subscribers."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from itertools import islice

from mockserver.journal.bodies import BODY_BUDGET, Bodies
from mockserver.journal.entry import Entry
from mockserver.journal.tallies import DroppedRequests


class Journal:
    """The last ``size`` exchanges of one world; 0 keeps none. Safe to call from many threads.

    ``total`` counts all exchanges ever added, and is the id of the newest. Bodies are stored up to ``budget`` bytes, a
    shared body counted once; beyond that the oldest exchanges lose theirs. ``tallies`` counts dropped exchanges.
    ``outcomes`` counts what was met (``union use_offer/ok``), whatever is forgotten; ``lost`` are requests whose answer was lost.
    """

    __slots__ = (
        "_bodies",
        "_entries",
        "_lock",
        "_start",
        "_subscribers",
        "lost",
        "outcomes",
        "size",
        "tallies",
        "total",
    )

    def __init__(self, size: int = 1_000, budget: int = BODY_BUDGET) -> None:
        self.size = size
        self.total = 0
        self._start = 1  # the id of the first exchange since the journal was last cleared
        self._entries: deque[Entry] = deque()
        self._bodies = Bodies(budget)
        self.tallies = DroppedRequests()
        self.outcomes: dict[str, int] = {}
        self.lost: set[tuple[str, str, str | None]] = set()
        self._lock = threading.Lock()
        self._subscribers: tuple[Callable[[Entry], None], ...] = ()

    def add(self, entry: Entry) -> None:
        """Add an exchange and set its id; a full journal drops the oldest."""
        with self._lock:
            self.total = id_ = self.total + 1
            entry.number(id_)
            counts = self.outcomes
            for outcome in entry.outcomes:
                counts[outcome] = counts.get(outcome, 0) + 1
            if self.size:
                self._keep(entry)
            else:
                self.tallies.add(entry)
        for hear in self._subscribers:
            hear(entry)

    def count(self, outcome: str) -> None:
        """Count an outcome that was met, besides those of an entry."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def _keep(self, entry: Entry) -> None:
        entries = self._entries
        if len(entries) == self.size:
            oldest = entries.popleft()
            self.tallies.add(oldest)
            if oldest.id == self._bodies.oldest:
                self._bodies.release(oldest.bodies)
        entries.append(entry)
        if bodies := entry.bodies:
            self._bodies.hold(entry.id, bodies)
            while self._bodies.too_many:
                place = self._bodies.oldest - entries[0].id
                self._bodies.release(entries[place].bodies)
                entries[place] = entries[place].without_bodies()

    @property
    def dropped(self) -> int:
        """The number of exchanges dropped since the last ``clear``."""
        return self.total + 1 - self._start - len(self)

    def find(self, entry_id: int) -> Entry | None:
        """Return an exchange by id, or None if it is not in the journal."""
        with self._lock:
            place = entry_id - self._entries[0].id if self._entries else -1
            return self._entries[place] if 0 <= place < len(self._entries) else None

    @property
    def oldest(self) -> Entry | None:
        """The oldest exchange that is kept."""
        with self._lock:
            return self._entries[0] if self._entries else None

    def newest_first(self, after: int = 0) -> list[Entry]:
        """Return the exchanges with ids above ``after``."""
        with self._lock:  # ids have no gaps: the new ones are counted, not looked for
            return list(islice(reversed(self._entries), max(0, self.total - after)))

    def clear(self) -> None:
        """Remove all exchanges; ids keep rising, so that an id is never reused."""
        with self._lock:
            self._entries.clear()
            self._bodies.clear()
            self.tallies.clear()
            self._start = self.total + 1

    @property
    def start(self) -> int:
        """The id of the first exchange since it was last cleared."""
        return self._start

    @property
    def watched(self) -> bool:
        """Whether somebody waits for exchanges."""
        return bool(self._subscribers)

    def subscribe(self, hear: Callable[[Entry], None]) -> Callable[[], None]:
        """Have ``hear`` called with each exchange, on the thread that answers it; return the way to end that."""
        self._subscribers = (*self._subscribers, hear)

        def unsubscribe() -> None:
            self._subscribers = tuple(other for other in self._subscribers if other is not hear)

        return unsubscribe

    def __len__(self) -> int:
        return len(self._entries)
