"""A store in memory, which nothing outlives: the plainest reading of the interface, for tests and simulations."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct, field

from mockserver.clock import stopwatch, system_now
from mockserver.stores.store import LeaseLostError, OwnedError, Portion, Process, StoredRow, StoredWorld


class _Kept(Struct):
    epoch: int = 0
    owner: Process | None = None
    seq: int = 0
    base: bytes | None = None
    records: list[bytes] = field(default_factory=list)
    written_at: int = 0


class Shelf:
    """What the processes of one memory store share; ``ticks`` reads nanoseconds, by which leases end."""

    def __init__(self, ticks: Callable[[], int] = stopwatch) -> None:
        self.lock = threading.Lock()
        self.worlds: dict[str, _Kept] = {}
        self.leases: dict[str, float] = {}
        self.processes: dict[str, Process] = {}
        self.ticks = ticks


class MemoryStore:
    """One process's view of a shelf. Without a ``lease`` (seconds) it owns its worlds for as long as it is open."""

    atomic = True

    def __init__(self, process: Process, shelf: Shelf | None = None, lease: float | None = None) -> None:
        self.process = process
        self.lease = lease
        self._shelf = shelf or Shelf()
        self._begin()

    def _begin(self) -> None:
        now = self._shelf.ticks()
        self._shelf.leases[self.process.id] = float("inf") if self.lease is None else now + self.lease * 1e9
        self._shelf.processes[self.process.id] = self.process

    def _lives(self, process: Process) -> bool:
        return self._shelf.leases.get(process.id, 0) > self._shelf.ticks()

    def claim(self, name: str) -> StoredWorld:
        """Own a world; see ``WorldStore``."""
        with self._shelf.lock:
            if not self._lives(self.process):
                raise LeaseLostError("the lease of this process has ended")
            kept = self._shelf.worlds.setdefault(name, _Kept())
            if kept.owner not in (None, self.process) and kept.owner is not None and self._lives(kept.owner):
                raise OwnedError(name, kept.owner)
            kept.epoch, kept.owner = kept.epoch + 1, self.process
            return _as_stored(name, kept)

    def renew(self) -> None:
        """Lengthen the lease; see ``WorldStore``."""
        with self._shelf.lock:
            lost = not self._lives(self.process)
            self._begin()
        if lost:
            raise LeaseLostError("the lease of this process has ended")

    def append(self, portions: Iterable[Portion]) -> frozenset[str]:
        """Write portions; see ``WorldStore``."""
        with self._shelf.lock:
            return frozenset(portion.name for portion in portions if not self._append(portion))

    def _append(self, portion: Portion) -> bool:
        kept = self._shelf.worlds.get(portion.name)
        if kept is None or kept.epoch != portion.epoch or kept.owner != self.process:
            return False
        first = kept.seq - len(kept.records)
        if portion.base is not None and (kept.base is None or portion.seq > first):
            kept.base, kept.records = portion.base, kept.records[portion.seq - first :]
            kept.seq = max(kept.seq, portion.seq)
        fresh = portion.records[max(kept.seq - portion.seq, 0) :]
        kept.records += fresh
        kept.seq += len(fresh)
        kept.written_at = system_now()
        return True

    def load(self, name: str) -> StoredWorld | None:
        """Return a world; see ``WorldStore``."""
        with self._shelf.lock:
            kept = self._shelf.worlds.get(name)
            return None if kept is None or kept.base is None else _as_stored(name, kept)

    def compact(self, name: str, epoch: int, seq: int, base: bytes) -> bool:
        """Replace records by a base; see ``WorldStore``."""
        return not self.append([Portion(name, epoch, seq, base=base)])

    def release(self, name: str, epoch: int, *, forget: bool = False) -> None:
        """Own a world no longer; see ``WorldStore``."""
        with self._shelf.lock:
            kept = self._shelf.worlds.get(name)
            if kept is not None and (kept.epoch, kept.owner) == (epoch, self.process):
                self._shelf.worlds[name] = _Kept(epoch) if forget else kept
                self._shelf.worlds[name].owner = None

    def list(self) -> list[StoredRow]:
        """Return the stored worlds; see ``WorldStore``."""
        with self._shelf.lock:
            return [
                StoredRow(
                    name, kept.epoch, kept.written_at, len(kept.base) + sum(map(len, kept.records)), len(kept.records),
                    kept.owner if kept.owner is not None and self._lives(kept.owner) else None,
                )
                for name, kept in sorted(self._shelf.worlds.items())
                if kept.base is not None
            ]  # fmt: skip

    def processes(self) -> Sequence[Process]:
        """Return the living processes; see ``WorldStore``."""
        with self._shelf.lock:
            return [process for process in self._shelf.processes.values() if self._lives(process)]

    def close(self) -> None:
        """End the lease."""
        with self._shelf.lock:
            self._shelf.leases.pop(self.process.id, None)


def _as_stored(name: str, kept: _Kept) -> StoredWorld:
    return StoredWorld(name, kept.epoch, kept.seq, kept.base, tuple(kept.records))
