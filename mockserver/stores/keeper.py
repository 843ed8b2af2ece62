"""What of one world is not stored yet: its effects in order, each with what undoes it, and the rows of its journal."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from threading import get_ident
from typing import Protocol

from msgspec import Struct

from mockserver.clock import stopwatch
from mockserver.exchange import JSON_HEADERS, Response
from mockserver.journal import Entry
from mockserver.journal.kept import LEAST_AHEAD, READS, JournalState, row_of, state_of
from mockserver.records.effects import Effect
from mockserver.records.tables import Undo
from mockserver.stores.records import RecordItem, write_record, write_stored_base
from mockserver.stores.store import Portion, StoredWorld
from mockserver.worlds.base import Still, still_of
from mockserver.worlds.world import World

MANY = 200  # new rows of reads from which they are stored once a second
SECOND_NS = 1_000_000_000
LEAST_BYTES = 1024 * 1024  # of records after a base from which a new base may be written


class GoneError(Exception):
    """The world was let go, dropped or taken by another process while a request was on its way to it."""


class Books(Protocol):
    """Where a keeper enters itself while its world has something that is not stored: ``dirty``, by name."""

    dirty: dict[str, WorldKeeper]


class Noted(Struct):
    """An effect, and what undoes it."""

    effect: Effect
    undo: Undo


class NewBase(Struct):
    """A world as it stood, with its journal; ``undoable`` if the effects before it can still be undone."""

    still: Still
    journal: JournalState
    entries: list[Entry]
    undoable: bool


Unit = Noted | NewBase | Entry | JournalState


class WorldKeeper:
    """Keeps the books of one world: hears of each effect, and hands over what is to be stored (``writer.py``).

    ``note`` and ``rebased`` are called with the world's lock held, by the world; ``take``, ``stored`` and ``undo`` by the writer.
    ``failed`` counts how often effects were undone since the store refused them; ``gone`` says that this world is no more.
    """

    def __init__(self, world: World, stored: StoredWorld, books: Books) -> None:
        self.world = world
        self.epoch = stored.epoch
        self.failed = 0
        self.gone = False
        self._books = books
        self._seq = stored.seq
        self._open: list[Unit] = []
        self._units: deque[Unit] = deque()
        self._rebased = self._too_long = False
        self._undoing = False
        self._noted = self._undone = 0
        self._by_thread: dict[int, int] = {}
        self._sealed_id = self._swept_id = self._stored_id = world.journal.total
        self._swept_at = 0
        self._unsettled: list[Entry] = []
        self._since_base = sum(map(len, stored.records))
        self._base_bytes = len(stored.base or b"")
        if stored.base is None or world.journal.skipped:
            self.rebased()

    # -- on the thread that answers, with the world's lock held

    def note(self, effect: Effect, undo: Undo) -> None:
        """Enter an effect that was applied. Raise GoneError: then the world is let go, and what became of it means nothing."""
        if self.gone:
            raise GoneError
        self._open.append(Noted(effect, undo))
        self._noted += 1
        self._by_thread[get_ident()] = self._noted
        self._books.dirty[self.world.name] = self

    def rebased(self) -> None:
        """Enter that the world stands differently as a whole, so that a base is to be stored. Raise GoneError."""
        if self.gone:
            raise GoneError
        if not self._undoing:
            self._rebased = True
            self._noted += 1
            self._by_thread[get_ident()] = self._noted
            self._books.dirty[self.world.name] = self

    # -- on any thread

    def seal(self) -> bool:
        """Hand over all that finished requests have done; return whether there is anything that the writer has not taken."""
        with self.world.lock:
            self._units.extend(self._open)
            self._open.clear()
            self._seal_rows()
            if self._rebased or self._too_long:
                self._units.append(self._new_base(undoable=not self._rebased))
                self._rebased = self._too_long = False
        return bool(self._units)

    def _seal_rows(self) -> None:
        journal = self.world.journal
        if journal.total != self._sealed_id:
            new = journal.newest_first(self._sealed_id)
            for entry in reversed(new):
                if entry.request.method not in READS:
                    self._seal_row(entry)
            if new:
                self._sealed_id = new[0].id

    def _seal_row(self, entry: Entry) -> None:
        self._units.append(entry)
        if _on_its_way(entry):
            self._unsettled.append(entry)

    def _new_base(self, *, undoable: bool) -> NewBase:
        state, entries = state_of(self.world.journal, 0, LEAST_AHEAD)
        self._swept_id = state.total
        return NewBase(still_of(self.world), state, entries, undoable)

    def sweep(self, *, last: bool = False) -> None:
        """Hand over the rows of reads since the last time, once a second while there are many; ``last`` reserves no ids."""
        journal, now = self.world.journal, stopwatch()
        new = journal.total - self._swept_id
        late = now - self._swept_at > SECOND_NS
        settled: list[Entry] = []
        under_way: list[Entry] = []
        for entry in self._unsettled:
            (under_way if _on_its_way(entry) else settled).append(entry)
        if not (last or settled or (new and (new < MANY or late))):
            return
        self._unsettled = under_way
        with self.world.lock:
            ahead = 0 if last else LEAST_AHEAD + 10 * new
            state, entries = state_of(journal, self._swept_id, ahead)
            self.seal()
            for entry in reversed(entries):
                if entry.request.method in READS:
                    self._seal_row(entry)
            self._units.extend(settled)
            self._units.append(state)
        self._swept_id, self._swept_at = state.total, now
        self._books.dirty[self.world.name] = self

    @property
    def pending(self) -> bool:
        """Whether something is noted that the writer has not taken."""
        return bool(self._units or self._open or self._rebased)

    def was_undone(self, failed: int) -> bool:
        """Return whether what this thread has just computed, when ``failed`` undoings had been, was undone meanwhile."""
        return self.failed > failed and self._by_thread.get(get_ident(), 0) <= self._undone

    # -- on the writer's thread

    def take(self) -> list[Unit]:
        """Return what is to be stored now, in order."""
        units = []
        while self._units:
            units.append(self._units.popleft())
        return units

    def portion(self, units: Sequence[Unit]) -> Portion:
        """Return units as they are stored: a base covers all before it."""
        start = next((n for n in range(len(units) - 1, -1, -1) if isinstance(units[n], NewBase)), -1)
        items: list[RecordItem] = []
        for unit in units[start + 1 :]:
            if isinstance(unit, Noted):
                items.append(unit.effect)
            elif isinstance(unit, Entry):
                items.append(row_of(unit))
            elif isinstance(unit, JournalState):
                items.append(unit)
        base, seq = (None, self._seq) if start < 0 else (self._written(units[start]), self._seq + 1)
        return Portion(self.world.name, self.epoch, seq, (write_record(items),) if items else (), base)

    def _written(self, unit: Unit) -> bytes:
        assert isinstance(unit, NewBase)
        known = {"made_by": self.world.made_by, "arranged_by": self.world.arranged_by}
        return write_stored_base(unit.still, unit.journal, map(row_of, unit.entries), **known)

    def stored(self, portion: Portion) -> None:
        """Take note that a portion is stored; after many records, a base is to follow."""
        self._seq = portion.seq + len(portion.records)
        self._stored_id = self._swept_id
        if portion.base is not None:
            self._since_base, self._base_bytes = 0, len(portion.base)
        self._since_base += sum(map(len, portion.records))
        if self._since_base > max(LEAST_BYTES, 4 * self._base_bytes):
            self._since_base, self._too_long = 0, True
            self._books.dirty[self.world.name] = self

    def undo(self, units: Iterable[Unit], reason: str) -> bool:
        """Undo, in reverse, these units and all that came after them; return False where the world must be forgotten instead."""
        with self.world.lock:
            undone = [*units, *self._units, *self._open]
            self._units.clear()
            self._open.clear()
            forget = self._rebased or any(isinstance(unit, NewBase) and not unit.undoable for unit in undone)
            self._too_long = self._too_long or any(isinstance(unit, NewBase) for unit in undone)
            self.failed += 1
            self._undone = self._noted
            self._sealed_id = min([self._sealed_id, *(unit.id - 1 for unit in undone if isinstance(unit, Entry))])
            self._swept_id = self._stored_id
            if not forget:
                self._undoing = True
                for unit in reversed(undone):
                    if isinstance(unit, Noted):
                        unit.undo()
                self._undoing = False
            for unit in undone:
                if isinstance(unit, Entry) and unit.request.method not in READS:
                    unit.committed = False
                    refuse(unit.response, reason)
        return not forget


def _on_its_way(entry: Entry) -> bool:
    """Return whether a response that takes long has not been delivered yet."""
    response = entry.response
    return (response.fault is not None or response.delay_ms > 0) and (
        response.receipt is None or response.receipt.ended is None
    )


def refuse(response: Response, reason: str) -> None:
    """Make of a response, in place, one that says that nothing was done as it could not be stored."""
    import orjson

    kept = tuple(pair for pair in response.headers if pair[0] not in ("content-type", "retry-after"))
    response.status, response.body = 503, orjson.dumps({"error": f"not stored, so nothing was changed: {reason}"})
    response.headers = (*JSON_HEADERS, *kept, ("retry-after", "1"))
    response.delay_ms, response.fault, response.stream = 0, None, None
