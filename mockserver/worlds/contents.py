"""What the effects of a world change: its data, clock, rules and settings, its snapshots, and its start."""

from __future__ import annotations

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from mockserver.clock import Clock, ClockState
from mockserver.records.effects import Effect
from mockserver.records.tables import Records, Undo
from mockserver.scenarios.engine import Engine
from mockserver.scenarios.library import Library
from mockserver.values.instants import Instant
from mockserver.worlds.apply import change
from mockserver.worlds.meaning import MEANING


class Snapshot(Struct, frozen=True):
    """The state of a world at ``taken_at`` (the world's time): everything but its name and journal. It never changes."""

    taken_at: int
    records: Records
    clock: ClockState
    revision: str
    auth: str
    library: Library
    engine: Engine

    def copy(self) -> Snapshot:
        """Return a snapshot with tables, library and engine of its own."""
        return replace(self, records=self.records.copy(), library=self.library.copy(), engine=self.engine.copy())


class Contents:
    """All of a world that its effects change. A world is one; its history makes others from it.

    ``rev`` rises with every change of data, clock, scenarios or settings. ``start`` is what ``reset`` restores.
    """

    __slots__ = ("auth", "clock", "engine", "library", "records", "rev", "revision", "snapshots", "start")

    records: Records
    clock: Clock
    engine: Engine
    library: Library
    revision: str
    auth: str
    rev: int
    start: Snapshot
    snapshots: dict[str, Snapshot]

    def snapshot(self, at: Instant | None = None, clock: ClockState | None = None) -> Snapshot:
        """Return a snapshot; ``at`` and ``clock``, if given, replace its time and its clock's setting."""
        shared = self.as_snapshot(at, clock)
        return replace(shared, records=self.records.frozen(), library=self.library.copy(), engine=self.engine.copy())

    def as_snapshot(self, at: Instant | None = None, clock: ClockState | None = None) -> Snapshot:
        """Return a snapshot that shares everything, for contents that do not change any more."""
        return Snapshot(
            self.clock.now() if at is None else at,
            self.records,
            self.clock.standing() if clock is None else clock,
            self.revision,
            self.auth,
            self.library,
            self.engine,
        )

    def carry_out(self, effect: Effect) -> Undo:
        """Apply an effect; return what undoes it, but for ``rev``."""
        undo = change(self, effect)
        if MEANING[type(effect)].rev:
            self.rev += 1
        return undo

    def keep_snapshot(self, name: str, at: Instant, clock: ClockState) -> Undo:
        """Save a named snapshot, with the given time and clock setting."""
        return self._set_snapshots(self.snapshots | {name: self.snapshot(at, clock)})

    def drop_snapshot(self, name: str) -> Undo:
        """Delete a named snapshot."""
        return self._set_snapshots({key: each for key, each in self.snapshots.items() if key != name})

    def _set_snapshots(self, snapshots: dict[str, Snapshot]) -> Undo:
        before, self.snapshots = self.snapshots, snapshots
        return partial(setattr, self, "snapshots", before)

    def clear_journal(self) -> None:
        """Delete all exchanges, where there are any."""


def contents_of(
    snapshot: Snapshot, start: Snapshot, snapshots: dict[str, Snapshot], rev: int, *, over: bool = False
) -> Contents:
    """Return contents that stand as a snapshot does, the clock as its ``setting`` was.

    They are nobody else's, or (``over``) keep in their tables only what changes.
    """
    made = Contents()
    made.records = snapshot.records.over() if over else snapshot.records.copy()
    made.library, made.engine = snapshot.library.copy(), snapshot.engine.copy()
    made.clock = Clock()
    made.clock.take(snapshot.clock)
    made.revision, made.auth = snapshot.revision, snapshot.auth
    made.rev, made.start, made.snapshots = rev, start, snapshots
    return made
