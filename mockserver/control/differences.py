"""The differences between an earlier and the present state of a world, and the undo of everything since its start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mockserver.clock import Clock
from mockserver.control.clock import show as show_clock
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.control.models import TEXT
from mockserver.control.routes import route
from mockserver.control.snapshots import check_room_for
from mockserver.control.world import show as show_world
from mockserver.documents.problems import described
from mockserver.fixtures.shapes import SHAPES
from mockserver.records.effects import SnapshotTaken
from mockserver.records.tables import TABLES, Records
from mockserver.values.instants import iso
from mockserver.worlds.world import Snapshot, World

SHOWN = 200  # records listed individually
BEFORE_UNDO = "before-undo"
_OF_MEMBERS: Mapping[str, Callable[[Any], Any]] = {
    "uses": lambda uses: [iso(at) for at in uses],
    "grants": lambda grants: [_grant(grant) for grant in grants],
    "likes": iso,
}


@route(
    "GET", "diff", query={"from": TEXT, "to": {"enum": ["now"]}}, response="Differences", statuses=(200, 404), long=True
)
def get_differences(ctx: ControlContext) -> Any:
    """Return the differences between `start`, or `snapshot:NAME`, and now: settings, and at most 200 records by attribute."""
    fields = ctx.query()
    source = fields["from"].text() if "from" in fields else "start"
    if "to" in fields:
        fields["to"].one_of(("now",))
    ctx.finish()
    with ctx.world.lock:
        then, now = _snapshot(source, ctx.world), ctx.world.snapshot()
    return {"from": source} | differences(then, now)


@route("POST", "undo", response="Undone")
def undo_everything(ctx: ControlContext) -> Any:
    """Reset the world to its start, but keep its requests; save its state before as the snapshot `before-undo`."""
    world = ctx.world
    check_room_for(BEFORE_UNDO, world)
    found = differences(world.start, world.snapshot())
    world.apply(SnapshotTaken(BEFORE_UNDO, world.clock.now(), world.clock.standing()))
    world.restore(world.start)
    return {"snapshot": BEFORE_UNDO, "undone": found, "world": show_world(world)}


def _snapshot(source: str, world: World) -> Snapshot:
    kind, _, name = source.partition(":")
    if source == "start":
        return world.start
    if kind != "snapshot":
        raise CallRefused(422, f"from: found {described(source)}, expected start or snapshot:NAME", path="from")
    if name not in world.snapshots:
        raise not_found("snapshot", name, world.snapshots)
    return world.snapshots[name]


def differences(then: Snapshot, now: Snapshot) -> dict[str, Any]:
    """Return ``settings`` as {name: [then, now]}, and ``records`` with the attributes that differ, of ``total``."""
    records = list(_records(then.records, now.records))
    before, after = _settings(then), _settings(now)
    return {
        "settings": {name: [before[name], after[name]] for name in before if before[name] != after[name]},
        "records": records[:SHOWN],
        "total": len(records),
    }


def _settings(snapshot: Snapshot) -> dict[str, Any]:
    clock = show_clock(Clock(snapshot.clock))
    return {
        "clock": {"mode": "real"} if clock["mode"] == "real" else clock,
        "scenarios": list(snapshot.engine.active),
        "rules": [track.rule.name for track in snapshot.engine.tracks()],
        "revision": snapshot.revision,
        "auth": snapshot.auth,
    }


def _records(then: Records, now: Records) -> Iterator[dict[str, Any]]:
    for table, _ in TABLES.values():
        write = SHAPES[table].write
        for key, old, new in _changed(getattr(then, table), getattr(now, table)):
            attributes = _attributes({} if old is None else write(old), {} if new is None else write(new))
            if attributes:
                yield _row(table, key, old, new, attributes)
    for table, shown in _OF_MEMBERS.items():
        for (offer_id, member_id), old, new in _changed(getattr(then, table), getattr(now, table)):
            values = [None if each is None else shown(each) for each in (old, new)]
            if (values[0] or None) != (values[1] or None):
                row = _row(table, f"offer {offer_id}, member {member_id}", old or None, new or None, {table: values})
                yield row | {"offer_id": offer_id, "member_id": member_id}
    if then.events_total != now.events_total:
        yield _row("events", "all", then, now, {"count": [then.events_total, now.events_total]})


def _row(table: str, key: Any, old: Any, new: Any, attributes: Mapping[str, Any]) -> dict[str, Any]:
    change = "added" if old is None else "removed" if new is None else "changed"
    return {"table": table, "key": str(key), "change": change, "attributes": attributes}


def _changed(then: Mapping[Any, Any], now: Mapping[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:
    for key in {**then, **now}:
        old, new = then.get(key), now.get(key)
        if old is not new and old != new:
            yield key, old, new


def _attributes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    names = {**old, **new}
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}


def _grant(grant: Any) -> dict[str, Any]:
    until = grant.expires_at
    return {"granted_at": iso(grant.granted_at), "expires_at": until and iso(until), "uses": grant.uses}
