"""Moments of a world by name (``request:ID``, ``before:ID``, ``snapshot:NAME``, ``start``, ``now``), and what it was then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from mockserver.api.routes import record_id
from mockserver.clock import ClockState, system_now
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.control.models import JsonSchema
from mockserver.documents.reading import Part
from mockserver.journal import Entry
from mockserver.settings import Settings
from mockserver.values.instants import Instant
from mockserver.worlds.contents import Contents, Snapshot
from mockserver.worlds.history import NotKeptError
from mockserver.worlds.world import World

MOMENT: JsonSchema = {
    "type": "string",
    "pattern": "^(now|start|(request|before):[0-9]+|snapshot:.+)$",
    "description": "now, start, snapshot:NAME, request:ID (just after a request of the journal) or before:ID (just before it)",
}


class NamedMoment(Struct, frozen=True):
    """A moment of a world that a caller named.

    It is one of the world's history at ``position``, where the system's clock showed ``system``, or a ``snapshot``, or both.
    """

    name: str
    position: int | None
    system: int = 0
    snapshot: Snapshot | None = None

    def instant(self, clock: ClockState) -> Instant:
        """Return the world's time at this moment; ``clock`` is how its clock stood then."""
        return clock.shown(self.system) if self.snapshot is None else self.snapshot.taken_at

    def stands(self, contents: Contents) -> Snapshot:
        """Return contents of the history as a snapshot taken at this moment; it shares them."""
        if self.snapshot is not None:
            return replace(self.snapshot, records=contents.records)
        clock = contents.clock.setting().standing_at(self.system)
        return contents.as_snapshot(self.instant(clock), clock)


def read_moment(
    ctx: ControlContext, fields: Mapping[str, Part], key: str, world: World, default: str = "now"
) -> NamedMoment:
    """Read the name of a moment of a world. Raise CallRefused where there is no such moment, or it is not kept."""
    name = fields[key].text() if key in fields else default
    kind, colon, which = name.partition(":")
    if not colon and kind == "now":
        return NamedMoment(name, world.history.position, system_now())
    if not colon and kind == "start":
        return NamedMoment(name, None, snapshot=world.start)
    if colon and kind == "snapshot":
        if which not in world.snapshots:
            raise not_found("snapshot", which, world.snapshots)
        snapshot = world.snapshots[which]
        return NamedMoment(name, world.history.taken_at(which, snapshot), snapshot=snapshot)
    id_ = record_id(which) if colon and kind in ("request", "before") else None
    if id_ is None:
        fields[key].wrong("now, start, request:ID, before:ID or snapshot:NAME")
        ctx.finish()
    return _of_request(name, _entry(ctx, world, id_ or 0), after=kind == "request")


def _of_request(name: str, entry: Entry, *, after: bool) -> NamedMoment:
    return NamedMoment(name, entry.after if after else entry.before, entry.real_at)


def _entry(ctx: ControlContext, world: World, id_: int) -> Entry:
    """Return an exchange of a world. Raise CallRefused, which says which are kept, and whose the id may be."""
    journal = world.journal
    entry = journal.find(id_)
    if entry is not None:
        return entry
    if ctx.mock.settings.journal == 0:
        raise CallRefused(409, "this server keeps no journal", hint="start it without --journal 0")
    oldest = journal.oldest
    kept = "no request is kept" if oldest is None else f"requests {oldest.id} to {journal.total} are kept"
    others = [other.name for other in ctx.mock.worlds.all() if other is not world and other.journal.find(id_)]
    theirs = f"; {', '.join(others[:3])} has a request {id_}" if others else ""
    why = "is no longer kept" if 0 < id_ <= journal.total else "has not been made"
    raise CallRefused(404, f"request {id_} of the world {world.name} {why}", hint=kept + theirs)


def snapshot_at(moment: NamedMoment, world: World) -> Snapshot:
    """Return what a world was at a moment, as a snapshot that is nobody else's. Raise CallRefused."""
    if moment.snapshot is not None:
        return moment.snapshot
    with world.lock, _kept(world):
        return moment.stands(world.history.contents_at(moment.position or 0))


def world_at(moment: NamedMoment, world: World, settings: Settings) -> World:
    """Return the world as it was at a moment, whole and nobody else's. Raise CallRefused."""
    if moment.snapshot is not None:
        return world.copy(world.name, settings, moment.snapshot)
    with _kept(world):
        return world.at(moment.position or 0, settings)


def both(one: NamedMoment, other: NamedMoment, world: World) -> tuple[Snapshot, Snapshot]:
    """Return what a world was at two moments, as snapshots to read, which share what they have in common. Raise CallRefused."""
    with world.lock, _kept(world):
        known = [each.position for each in (one, other) if each.position is not None]
        made = iter(world.history.two(known[0], known[-1]) if known else ())
        first, second = (each.snapshot if each.position is None else each.stands(next(made)) for each in (one, other))
    assert first is not None
    assert second is not None
    return first, second


@contextmanager
def _kept(world: World) -> Iterator[None]:
    """Refuse the call where a block asks for what the history does not keep any more."""
    try:
        yield
    except NotKeptError as problem:
        kept = [entry.id for entry in world.journal.newest_first() if entry.before >= problem.first]
        hint = f"it is kept from request {kept[-1]} on" if kept else "it is kept of no request"
        why = f"what the world {world.name} was then is not kept: the server started since, or its changes are too many or large"
        raise CallRefused(409, why, hint=hint) from None
