"""The differences between two moments of a world, and the undo of everything since its start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from mockserver.clock import Clock
from mockserver.control.clock import show as show_clock
from mockserver.control.context import ControlContext
from mockserver.control.in_words import calls, in_words, states
from mockserver.control.past import MOMENT, both, read_moment
from mockserver.control.routes import route
from mockserver.control.snapshots import check_room_for
from mockserver.control.world import show as show_world
from mockserver.fixtures.patch import json_patch
from mockserver.fixtures.shapes import SHAPES
from mockserver.limits import PATCH_OPERATIONS
from mockserver.records.differences import RowDifference, differing_rows
from mockserver.records.effects import SnapshotTaken
from mockserver.values.instants import iso
from mockserver.worlds.world import Snapshot

SHOWN = 200  # records listed individually
BEFORE_UNDO = "before-undo"
_OF_MEMBERS: Mapping[str, Callable[[Any], Any]] = {
    "uses": lambda uses: [iso(at) for at in uses],
    "grants": lambda grants: [_grant(grant) for grant in grants],
    "likes": iso,
}


@route("GET", "diff", query={"from": MOMENT, "to": MOMENT}, response="Differences", statuses=(200, 404, 409), long=True)
def get_differences(ctx: ControlContext) -> Any:
    """Return the differences between two moments, `start` and `now` if none are named: in words, by attribute, as JSON Patch.

    `patch` (RFC 6902) turns `state?at=FROM` into `state?at=TO`; it is null where it would be too long.
    """
    fields, world = ctx.query(), ctx.world
    then, now = (read_moment(ctx, fields, key, world, default) for key, default in (("from", "start"), ("to", "now")))
    ctx.finish()
    return {"from": then.name, "to": now.name} | differences(*both(then, now, world))


@route("POST", "undo", response="Undone")
def undo_everything(ctx: ControlContext) -> Any:
    """Reset the world to its start, but keep its requests; save its state before as the snapshot `before-undo`."""
    world = ctx.world
    check_room_for(BEFORE_UNDO, world)
    found = differences(world.start, world.snapshot())
    world.apply(SnapshotTaken(BEFORE_UNDO, world.clock.now(), world.clock.standing()))
    world.restore(world.start)
    return {"snapshot": BEFORE_UNDO, "undone": found, "world": show_world(world)}


def differences(then: Snapshot, now: Snapshot) -> dict[str, Any]:
    """Return ``settings`` as {name: [then, now]}, ``records`` with the attributes that differ, of ``total``, words and patch."""
    rows = list(differing_rows(then.records, now.records))
    records = [found for row in rows for found in _shown(row)]
    if then.records.events_total != now.records.events_total:
        counts = [then.records.events_total, now.records.events_total]
        records.append(_row("events", "all", then, now, {"count": counts}))
    patch = list(islice(json_patch(then.records, now.records, rows), PATCH_OPERATIONS + 1))
    before, after = _settings(then), _settings(now)
    return {
        "words": list(islice(in_words(then, now, rows), SHOWN)),
        "settings": {name: [before[name], after[name]] for name in before if before[name] != after[name]},
        "records": records[:SHOWN],
        "total": len(records),
        "patch": patch if len(patch) <= PATCH_OPERATIONS else None,
    }


def _settings(snapshot: Snapshot) -> dict[str, Any]:
    clock = show_clock(Clock(snapshot.clock))
    return {
        "clock": {"mode": "real"} if clock["mode"] == "real" else clock,
        "scenarios": list(snapshot.engine.active),
        "rules": [track.rule.name for track in snapshot.engine.tracks()],
        "states": states(snapshot.engine),
        "calls": calls(snapshot.engine),
        "revision": snapshot.revision,
        "auth": snapshot.auth,
    }


def _shown(row: RowDifference) -> Iterator[dict[str, Any]]:
    table, key, old, new = row
    if table in _OF_MEMBERS:
        show, (offer_id, member_id) = _OF_MEMBERS[table], key
        values = [None if each is None else show(each) for each in (old, new)]
        if (values[0] or None) != (values[1] or None):
            found = _row(table, f"offer {offer_id}, member {member_id}", old or None, new or None, {table: values})
            yield found | {"offer_id": offer_id, "member_id": member_id}
        return
    write = SHAPES[table].write
    attributes = _attributes({} if old is None else write(old), {} if new is None else write(new))
    if attributes:
        yield _row(table, key, old, new, attributes)


def _row(table: str, key: Any, old: Any, new: Any, attributes: Mapping[str, Any]) -> dict[str, Any]:
    change = "added" if old is None else "removed" if new is None else "changed"
    return {"table": table, "key": str(key), "change": change, "attributes": attributes}


def _attributes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    names = {**old, **new}
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}


def _grant(grant: Any) -> dict[str, Any]:
    until = grant.expires_at
    return {"granted_at": iso(grant.granted_at), "expires_at": until and iso(until), "uses": grant.uses}
