"""What is written of a world: records, which are effects and rows of the journal in their order, and bases.

Both begin with the version of their format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Union

import msgspec

from mockserver.journal import kept
from mockserver.journal.kept import JournalRow, JournalState
from mockserver.records.effects import Effect, JournalCleared
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.stores.store import FORMAT, NewerFormatError, StoredWorld
from mockserver.worlds.base import Still, UnreadableError, base_of, read_base, world_of, write_base
from mockserver.worlds.meaning import MEANING
from mockserver.worlds.world import World

RecordItem = Effect | JournalRow | JournalState


class StoredBase(msgspec.Struct, frozen=True, omit_defaults=True):
    """A world's base (``worlds/base.py``) with its journal, and what is known of it besides."""

    base: bytes
    journal: JournalState
    rows: tuple[JournalRow, ...] = ()
    made_by: str = ""
    arranged_by: str | None = None


_TYPES = (*MEANING, JournalRow, JournalState)
_ITEMS: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(list[Union[_TYPES]])  # type: ignore[valid-type]  # noqa: UP007
_BASE = msgspec.msgpack.Decoder(StoredBase)
_ENCODE = msgspec.msgpack.Encoder().encode


def write_record(items: Sequence[RecordItem]) -> bytes:
    """Return effects and rows, in the order in which they came, as one record."""
    return bytes((FORMAT,)) + _ENCODE(items)


def read_record(data: bytes) -> list[RecordItem]:
    """Return the effects and rows of a record. Raise UnreadableError, NewerFormatError."""
    try:
        items: list[RecordItem] = _ITEMS.decode(_checked(data))
    except msgspec.MsgspecError as problem:
        raise UnreadableError(f"no record that can be read: {problem}") from None
    return items


def write_stored_base(still: Still, journal: JournalState, rows: Iterable[JournalRow], **known: Any) -> bytes:
    """Return a world as it stood, with its journal, as bytes."""
    return bytes((FORMAT,)) + _ENCODE(StoredBase(write_base(base_of(still)), journal, tuple(rows), **known))


def read_stored_base(data: bytes) -> StoredBase:
    """Return what a base says. Raise UnreadableError, NewerFormatError."""
    try:
        return _BASE.decode(_checked(data))
    except msgspec.MsgspecError as problem:
        raise UnreadableError(f"no base that can be read: {problem}") from None


def _checked(data: bytes) -> memoryview:
    if data[:1] != bytes((FORMAT,)):
        found = data[0] if data else None
        raise NewerFormatError(f"a world of format {found}; this version reads format {FORMAT}")
    return memoryview(data)[1:]


def world_from(stored: StoredWorld, settings: Settings, known: Library) -> tuple[World, StoredBase]:
    """Return the world that a base and the records after it make, and what else its base says. Raise UnreadableError."""
    assert stored.base is not None
    base = read_stored_base(stored.base)
    world = world_of(read_base(base.base), settings, known)
    world.made_by, world.arranged_by = base.made_by, base.arranged_by
    state, rows = base.journal, list(base.rows)
    for data in stored.records:
        for item in read_record(data):
            if isinstance(item, JournalRow):
                rows.append(item)
            elif isinstance(item, JournalState):
                state = item
            else:
                if isinstance(item, JournalCleared):
                    state, rows = _cleared(state, rows), []
                world.carry_out(item)
    world.history.restart()
    world.history.position += 1  # what the world was at the requests of the journal is not stored
    for observer in world.observers:
        observer.rebased()
    kept.restore(world.journal, state, rows)
    return world, base


def _cleared(state: JournalState, rows: Sequence[JournalRow]) -> JournalState:
    """Return the counts of a journal that was emptied, which keeps the outcomes that were met."""
    last = max([state.total, *(row.id for row in rows)])
    met = Counter(state.outcomes)
    for row in {row.id: row for row in rows if row.id > state.total}.values():
        met.update(row.outcomes)
    return JournalState(last, max(last, state.reserved), last + 1, last + 1, outcomes=dict(met), lost=state.lost)
