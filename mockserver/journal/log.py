"""The bounded log of one world's exchanges, and those who wait for the next one."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from struct import Struct
from typing import Any

from mockserver.exchange import HeaderPairs
from mockserver.headers import SentHeaders
from mockserver.journal.entry import SMALL_BODY, Entry, Exchange, Repeat

BODY_BUDGET = 32 * 1024 * 1024
_OBJECTS = 4  # of a row: an entry; and where it is repeated, the headers, the peer and the marks of that time
_NUMBERS = Struct("=2q")  # of a row: at, took_ns
_BYTES = _NUMBERS.size


class Journal:
    """The last ``size`` exchanges of one world; 0 keeps none. Hold ``lock`` while adding or clearing; reading takes it.

    ``total`` counts all that ever came; an exchange's id is how many it was the last of. Bodies are kept up to ``budget`` bytes,
    each shared body counted once; beyond that the oldest exchanges lose theirs.

    Exchanges stand in rows, and the newest takes the row of the oldest: one that repeats another is no object until somebody
    reads it. Adding one touches two places of memory, whatever the size, so that many worlds cost hardly more than one.
    """

    __slots__ = (
        "lock",
        "size",
        "total",
        "_before",
        "_bodied",
        "_budget",
        "_held_bytes",
        "_holders",
        "_numbers",
        "_objects",
        "_subscribers",
    )

    def __init__(self, size: int = 1_000, budget: int = BODY_BUDGET, lock: Any = None) -> None:
        self.lock = threading.RLock() if lock is None else lock
        self.size = size
        self.total = 0
        self._before = 0  # how many had come when the journal was last cleared
        self._objects: list[Any] = []
        self._numbers = bytearray()
        self._subscribers: tuple[Callable[[], None], ...] = ()
        self._budget = budget
        self._held_bytes = 0
        self._holders: dict[int, int] = {}  # how many exchanges hold a large body, by its identity
        self._bodied: deque[int] = deque()  # the ids of the exchanges that hold one, oldest first

    @property
    def next_id(self) -> int:
        """The id of the exchange that is added next; no other one of this world has it, or will have."""
        return self.total + 1

    def add(self, entry: Entry) -> None:
        """Count an exchange and keep it; the oldest goes when the journal is full."""
        self._write((entry, None, None, ()), entry.at, entry.took_ns, entry.heavy)

    def repeat(
        self,
        first: Entry,
        at: int,
        headers: SentHeaders,
        peer: tuple[str, int] | None = None,
        marks: HeaderPairs = (),
        took_ns: int = 0,
        heavy: bool = False,
    ) -> None:
        """Count an exchange that was asked and answered as ``first``, and keep what is its own (see ``Repeat``).

        It is ``heavy`` if the first is, which its caller knows without looking there.
        """
        self._write((first, headers, peer, marks), at, took_ns, heavy)

    def _write(self, objects: tuple[Any, ...], at: int, took_ns: int, heavy: bool) -> None:
        self.total = id_ = self.total + 1
        if self.size:
            row = (id_ - 1 - self._before) % self.size
            if self._bodied and self._bodied[0] == id_ - self.size:
                self._release()
            self._objects[row * _OBJECTS : (row + 1) * _OBJECTS] = objects
            self._numbers[row * _BYTES : (row + 1) * _BYTES] = _NUMBERS.pack(at, took_ns)
            if heavy:
                self._hold(id_)
        for wake in self._subscribers:
            wake()

    @property
    def dropped(self) -> int:
        """How many went since the last ``clear``."""
        return self.total - self._before - len(self)

    def find(self, entry_id: int) -> Exchange | None:
        """Answer an exchange that is kept, or None."""
        with self.lock:
            return self._read(entry_id) if self.total - len(self) < entry_id <= self.total else None

    def newest_first(self, after: int = 0) -> list[Exchange]:
        """Answer the exchanges that are kept, or those of them with ids above ``after``."""
        with self.lock:
            return [self._read(id_) for id_ in range(self.total, max(after, self.total - len(self)), -1)]

    def clear(self) -> None:
        """Forget all exchanges; ids go on rising, so that an old id never means a new exchange."""
        self._objects.clear()
        self._numbers.clear()
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
        return len(self._objects) // _OBJECTS

    # -- rows

    def _row(self, id_: int) -> int:
        return (id_ - 1 - self._before) % self.size

    def _read(self, id_: int) -> Exchange:
        row = self._row(id_)
        entry, headers, peer, marks = self._objects[row * _OBJECTS : (row + 1) * _OBJECTS]
        if headers is None:
            return entry
        return Repeat(entry, id_, *_NUMBERS.unpack_from(self._numbers, row * _BYTES), headers, peer, marks)

    # -- bodies: large ones are counted by identity, because cached answers share theirs

    def _hold(self, id_: int) -> None:
        self._bodied.append(id_)
        for body in self._large(id_):
            holders = self._holders[id(body)] = self._holders.get(id(body), 0) + 1
            self._held_bytes += len(body) if holders == 1 else 0
        while self._held_bytes > self._budget:
            place = self._row(self._bodied[0]) * _OBJECTS
            self._release()
            self._objects[place] = self._objects[place].without_bodies()

    def _release(self) -> None:
        for body in self._large(self._bodied.popleft()):
            self._holders[id(body)] -= 1
            if not self._holders[id(body)]:
                del self._holders[id(body)]
                self._held_bytes -= len(body)

    def _large(self, id_: int) -> list[bytes]:
        entry: Entry = self._objects[self._row(id_) * _OBJECTS]
        return [body for body in entry.bodies if len(body) > SMALL_BODY]
