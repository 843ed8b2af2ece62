"""The bounded log of one world's exchanges, and its subscribers."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from mockserver.exchange import Fault, Receipt
from mockserver.journal.bodies import BODY_BUDGET, Bodies
from mockserver.journal.delivery import broken_by
from mockserver.journal.entry import Entry
from mockserver.journal.tallies import DroppedRequests


class Journal:
    """The last ``size`` exchanges of one world; 0 keeps none. Safe to call from many threads.

    ``total`` counts all exchanges ever added, and is the id of the newest. Bodies are stored up to ``budget`` bytes, a
    shared body counted once; beyond that the oldest exchanges lose theirs. ``tallies`` counts dropped exchanges.
    ``outcomes`` counts outcomes (``union use_offer/ok``), also of dropped exchanges; ``lost`` are requests with a lost response,
    with the receipt of its delivery, if known; ``breaking`` are outcomes that count once their fault has been delivered.
    ``skipped`` counts the ids that a crash left open since it was last cleared: reads may be missing there.
    """

    __slots__ = (
        "_bodies",
        "_entries",
        "_lock",
        "_start",
        "_subscribers",
        "breaking",
        "lost",
        "outcomes",
        "size",
        "skipped",
        "tallies",
        "total",
    )

    def __init__(self, size: int = 1_000, budget: int = BODY_BUDGET) -> None:
        self.size = size
        self.total = 0
        self.skipped = 0
        self._start = 1  # the id of the first exchange since the journal was last cleared
        self._entries: deque[Entry] = deque()
        self._bodies = Bodies(budget)
        self.tallies = DroppedRequests()
        self.outcomes: dict[str, int] = {}
        self.lost: dict[tuple[str, str, str | None], tuple[Fault, Receipt] | None] = {}
        self.breaking: list[tuple[str, Fault, Receipt]] = []
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

    def met(self) -> dict[str, int]:
        """Return how often each outcome was met, faults that have been delivered meanwhile included."""
        with self._lock:
            self._count_broken()
            return self.outcomes

    def _count_broken(self) -> None:
        waiting, self.breaking = self.breaking, []
        for outcome, fault, receipt in waiting:
            broken = broken_by(fault, receipt)
            if broken is None:
                self.breaking.append((outcome, fault, receipt))
            elif broken:
                self.count(outcome)

    def _keep(self, entry: Entry) -> None:
        entries = self._entries
        if len(entries) == self.size:
            oldest = entries.popleft()
            self.tallies.add(oldest)
            if oldest.id == self._bodies.oldest:
                self._bodies.release(oldest.weigh())
        entries.append(entry)
        if bodies := entry.weigh():
            self._bodies.hold(entry.id, bodies)
            while self._bodies.too_many:
                place = self._place(self._bodies.oldest)
                self._bodies.release(entries[place].weigh())
                entries[place] = entries[place].without_bodies()

    @property
    def dropped(self) -> int:
        """The number of exchanges dropped since the last ``clear``."""
        return self.total + 1 - self._start - len(self) - self.skipped

    def find(self, entry_id: int) -> Entry | None:
        """Return an exchange by id, or None if it is not in the journal."""
        with self._lock:
            place = self._place(entry_id)
            return None if place < 0 else self._entries[place]

    def _place(self, entry_id: int) -> int:
        """Return where an exchange stands, -1 where it does not."""
        entries = self._entries
        if self.skipped:
            place = bisect_left(entries, entry_id, key=lambda entry: entry.id)
            return place if place < len(entries) and entries[place].id == entry_id else -1
        place = entry_id - entries[0].id if entries else -1
        return place if place < len(entries) else -1

    @property
    def oldest(self) -> Entry | None:
        """The oldest exchange in the journal."""
        with self._lock:
            return self._entries[0] if self._entries else None

    def newest_first(self, after: int = 0) -> list[Entry]:
        """Return the exchanges with ids above ``after``."""
        with self._lock:  # ids have no gaps: the new ones are counted, not looked for
            newest = list(islice(reversed(self._entries), max(0, self.total - after)))
        return [entry for entry in newest if entry.id > after] if self.skipped else newest

    def clear(self) -> None:
        """Remove all exchanges; ids keep rising, so that an id is never reused."""
        with self._lock:
            self._entries.clear()
            self._bodies.clear()
            self.tallies.clear()
            self._start, self.skipped = self.total + 1, 0

    def since(self, after: int) -> tuple[dict[str, Any], list[Entry]]:
        """Return, as of one moment, what a store keeps of it (``kept.py``): its counts, and the exchanges after ``after``."""
        with self._lock:
            self._count_broken()
            counts = {
                "total": self.total, "start": self._start, "oldest": self.total + 1, "skipped": self.skipped,
                "tallies": tuple(self.tallies.rows()), "untold": self.tallies.untold, "outcomes": dict(self.outcomes),
                "lost": tuple(self.lost),
            }  # fmt: skip
            if self._entries:
                counts["oldest"] = self._entries[0].id
            return counts, [
                entry for entry in islice(reversed(self._entries), max(0, self.total - after)) if entry.id > after
            ]

    def restore(self, state: Any, entries: Sequence[Entry]) -> None:
        """Fill an empty journal with counts (a ``JournalState``) and the exchanges since its ``oldest``, oldest first."""
        with self._lock:
            self._start, self.skipped = state.start, state.skipped
            self.outcomes, self.lost = dict(state.outcomes), dict.fromkeys(state.lost)
            self.tallies.restore(state.tallies, state.untold)
            for entry in entries:
                if self.size:
                    self._keep(entry)
                elif entry.id > state.total:
                    self.tallies.add(entry)
                for outcome in entry.outcomes if entry.id > state.total else ():
                    self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
            last = max(state.total, entries[-1].id if entries else 0)
            self.total = max(last, state.reserved)
            gaps = [entry.id for entry in entries if entry.id > state.total]
            self.skipped += self.total - state.total - len(gaps)

    @property
    def start(self) -> int:
        """The id of the first exchange since it was last cleared."""
        return self._start

    @property
    def watched(self) -> bool:
        """Whether somebody waits for exchanges."""
        return bool(self._subscribers)

    def subscribe(self, hear: Callable[[Entry], None]) -> Callable[[], None]:
        """Call ``hear`` with each exchange, on the thread that handles it; return a function that ends this."""
        self._subscribers = (*self._subscribers, hear)

        def unsubscribe() -> None:
            self._subscribers = tuple(other for other in self._subscribers if other is not hear)

        return unsubscribe

    def __len__(self) -> int:
        return len(self._entries)
