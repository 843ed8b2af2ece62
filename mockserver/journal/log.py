"""The bounded log of one world's exchanges, and those who wait for the next one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import count

from mockserver.journal.entry import SMALL_BODY, Exchange

BODY_BUDGET = 32 * 1024 * 1024


class Journal:
    """The last ``size`` exchanges of one world; 0 keeps none. Hold the world's lock while adding or clearing.

    ``total`` counts all that ever came. Bodies are kept up to ``budget`` bytes, each shared body counted once; beyond that
    the oldest entries lose theirs.
    """

    def __init__(self, size: int = 1_000, budget: int = BODY_BUDGET) -> None:
        self.size = size
        self.total = 0
        self._before = 0  # how many had come when the journal was last cleared
        self._budget = budget
        self._held_bytes = 0
        self._holders: dict[int, int] = {}  # how many entries hold a large body, by its identity
        self._bodied: deque[Exchange] = deque()  # the entries that hold one, oldest first
        self._entries: deque[Exchange] = deque()
        self._ids = count(1)
        self._subscribers: tuple[Callable[[], None], ...] = ()

    def next_id(self) -> int:
        """Answer a number that no other exchange of this world has or will have."""
        return next(self._ids)

    def add(self, entry: Exchange) -> None:
        """Count an exchange and keep it; the oldest goes when the journal is full."""
        self.total += 1
        if self.size:
            if len(self._entries) >= self.size:
                self._release(self._entries.popleft())
            self._entries.append(entry)
            if entry.heavy:
                self._hold(entry)
        for wake in self._subscribers:
            wake()

    @property
    def dropped(self) -> int:
        """How many went since the last ``clear``."""
        return self.total - self._before - len(self._entries)

    def find(self, entry_id: int) -> Exchange | None:
        """Answer an exchange that is kept, or None."""
        return next((entry for entry in self.newest_first() if entry.id == entry_id), None)

    def newest_first(self) -> list[Exchange]:
        """Answer the exchanges that are kept."""
        return list(reversed(self._entries.copy()))

    def clear(self) -> None:
        """Forget all exchanges; ids go on rising, so that an old id never means a new exchange."""
        self._entries.clear()
        self._bodied.clear()
        self._holders.clear()
        self._held_bytes = 0
        self._before = self.total

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called after each exchange, on the thread that answers it; answer the way to end that."""
        self._subscribers = (*self._subscribers, wake)

        def unsubscribe() -> None:
            self._subscribers = tuple(other for other in self._subscribers if other is not wake)

        return unsubscribe

    def __len__(self) -> int:
        return len(self._entries)

    # -- bodies: large ones are counted by identity, because cached answers share theirs

    def _hold(self, entry: Exchange) -> None:
        self._bodied.append(entry)
        for body in _large(entry):
            holders = self._holders[id(body)] = self._holders.get(id(body), 0) + 1
            self._held_bytes += len(body) if holders == 1 else 0
        while self._held_bytes > self._budget:
            oldest = self._bodied[0]
            self._release(oldest)
            oldest.shed_bodies()

    def _release(self, entry: Exchange) -> None:
        if not self._bodied or self._bodied[0] is not entry:
            return
        self._bodied.popleft()
        for body in _large(entry):
            self._holders[id(body)] -= 1
            if not self._holders[id(body)]:
                del self._holders[id(body)]
                self._held_bytes -= len(body)


def _large(entry: Exchange) -> list[bytes]:
    return [body for body in entry.bodies if len(body) > SMALL_BODY]
