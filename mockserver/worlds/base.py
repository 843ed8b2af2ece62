"""A world as one value, from which it can be made again elsewhere: with its snapshots and the start that it resets to.

The journal is not part of it. A base and the effects applied after it always make the same world.
"""

from __future__ import annotations

from typing import Any, Union

import msgspec

from mockserver.clock import ClockState
from mockserver.documents.problems import DocumentError
from mockserver.domain.model import Event, Grant
from mockserver.records.effects import Effect, Record
from mockserver.records.relative import Distances
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.values.instants import Instant
from mockserver.worlds.contents import contents_of
from mockserver.worlds.meaning import MEANING
from mockserver.worlds.pools import Pools, ScenarioRow, Shared, TablesValue, UsesRow
from mockserver.worlds.rules_value import RulesValue, engine_of, rules_of
from mockserver.worlds.world import Snapshot, World, world_with

FORMAT = 1
"""The version of the written form; a change that older versions cannot read increases it."""


class UnreadableError(ValueError):
    """The bytes are not a base or an effect that this version can read."""


class WorldState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of a world, its start or a snapshot, at the world's time ``at``; ``library`` holds indexes of scenarios."""

    clock: ClockState
    revision: str
    auth: str
    tables: TablesValue
    rules: RulesValue
    library: tuple[int, ...] = ()
    at: Instant = 0


class Base(msgspec.Struct, frozen=True, omit_defaults=True):
    """A whole world; rows that its states share are in the pools at the end.

    ``uses`` are (offer id, member id, instants), ``scenarios`` (id, document).
    """

    format: int
    name: str
    seed: int
    secret: bytes
    made_at: Instant
    rev: int
    now: WorldState
    start: WorldState
    snapshots: dict[str, WorldState]
    copied: bool = False
    records: tuple[Record, ...] = ()
    uses: tuple[UsesRow, ...] = ()
    grants: tuple[Grant, ...] = ()
    events: tuple[Event, ...] = ()
    scenarios: tuple[ScenarioRow, ...] = ()
    distances: tuple[Distances, ...] = ()


class Still(msgspec.Struct, frozen=True):
    """A world as it stood at one moment, held apart from it in almost no time."""

    name: str
    seed: int
    secret: bytes
    made_at: Instant
    rev: int
    now: Snapshot
    start: Snapshot
    snapshots: dict[str, Snapshot]
    copied: bool


def still_of(world: World) -> Still:
    """Return a world as it stands. The clock is held as it was set, so that a running clock runs on where the base is read."""
    with world.lock:
        now = world.snapshot(0, world.clock.setting())
        return Still(
            world.name, world.seed, world.secret, world.made_at, world.rev, now, world.start, dict(world.snapshots),
            world.copied,
        )  # fmt: skip


def base_of(world: World | Still) -> Base:
    """Return a world as a value."""
    still = still_of(world) if isinstance(world, World) else world
    pools = Pools()
    now, start = _standing(still.now, pools), _standing(still.start, pools)
    snapshots = {name: _standing(snapshot, pools) for name, snapshot in still.snapshots.items()}
    return Base(
        FORMAT, still.name, still.seed, still.secret, still.made_at, still.rev, now, start, snapshots,
        still.copied, tuple(pools.records.rows), tuple(pools.uses.rows), tuple(pools.grants.rows), tuple(pools.events.rows),
        tuple(pools.scenarios.rows), tuple(pools.distances.rows),
    )  # fmt: skip


def world_of(base: Base, settings: Settings, known: Library) -> World:
    """Return a new world made from a base; ``known`` are the scenarios of this server. Raise UnreadableError."""
    try:
        return _made(base, settings, known)
    except (LookupError, DocumentError, msgspec.MsgspecError) as problem:
        raise UnreadableError(f"a world that contradicts itself: {problem}") from None


def _made(base: Base, settings: Settings, known: Library) -> World:
    shared = Shared(Pools(base.records, base.uses, base.grants, base.events, base.scenarios, base.distances), known)
    now, start = (_snapshot(each, shared, known, base.seed) for each in (base.now, base.start))
    snapshots = {name: _snapshot(each, shared, known, base.seed) for name, each in base.snapshots.items()}
    contents = contents_of(now, start, snapshots, base.rev)
    world = world_with(contents, base.name, settings, base.made_at, base.seed, base.secret)
    world.copied = base.copied
    return world


def _standing(snapshot: Snapshot, pools: Pools) -> WorldState:
    return WorldState(
        snapshot.clock,
        snapshot.revision,
        snapshot.auth,
        pools.tables_of(snapshot.records),
        rules_of(snapshot.engine, pools),
        pools.places_of(snapshot.library),
        snapshot.taken_at,
    )


def _snapshot(standing: WorldState, shared: Shared, known: Library, seed: int) -> Snapshot:
    library = Library(shared.scenarios(standing.library), known.operations)
    return Snapshot(
        standing.at,
        shared.records(standing.tables),
        standing.clock,
        standing.revision,
        standing.auth,
        library,
        engine_of(standing.rules, shared, Library(), seed),
    )


def base_and_steps(
    world: World, after: int, until: int, settings: Settings
) -> tuple[Base, list[tuple[int, Effect | Base]]]:
    """Return a world as it was at one position of its history, and the steps after it until another, by their positions.

    A step is an effect, or the base that a reset, a restored snapshot or a reload made. Raise NotKeptError.
    """
    with world.lock:
        steps = world.history.steps(after, until)
        return base_of(world.at(after, settings)), [
            (position, base_of(world.at(position, settings)) if effect is None else effect)
            for position, effect in steps
        ]


# -- as bytes


class _Head(msgspec.Struct):
    format: int


_HEAD = msgspec.msgpack.Decoder(_Head)
_BASE = msgspec.msgpack.Decoder(Base)
_EFFECT: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Union[tuple(MEANING)])  # noqa: UP007


def write_base(base: Base) -> bytes:
    """Return a base as MessagePack, which preserves numbers and texts exactly."""
    return msgspec.msgpack.encode(base)


def read_base(data: bytes) -> Base:
    """Return the base read from MessagePack. Raise UnreadableError, which names the format of another version."""
    try:
        found = _HEAD.decode(data).format
        if found != FORMAT:
            raise UnreadableError(f"a world of format {found}; this version reads format {FORMAT}")
        return _BASE.decode(data)
    except msgspec.MsgspecError as problem:
        raise UnreadableError(f"no world that can be read: {problem}") from None


def write_effect(effect: Effect) -> bytes:
    """Return an effect as MessagePack."""
    return msgspec.msgpack.encode(effect)


def read_effect(data: bytes) -> Effect:
    """Return the effect read from MessagePack. Raise UnreadableError."""
    try:
        found: Effect = _EFFECT.decode(data)
    except msgspec.MsgspecError as problem:
        raise UnreadableError(f"no effect that can be read: {problem}") from None
    return found
