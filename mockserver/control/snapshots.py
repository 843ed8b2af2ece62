"""Named copies of a world, in memory."""

from __future__ import annotations

from typing import Any

from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.control.routes import route
from mockserver.control.world import show as show_world
from mockserver.documents.problems import described
from mockserver.limits import NAMED_SNAPSHOTS
from mockserver.records.effects import SnapshotDropped, SnapshotTaken
from mockserver.values.instants import iso
from mockserver.worlds.world import Snapshot, World
from mockserver.worlds.worlds import NAME


def show(name: str, snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot's name and the world's time at which it was taken."""
    return {"name": name, "taken_at": iso(snapshot.taken_at)}


@route("GET", "snapshots", response="Snapshots")
def list_snapshots(ctx: ControlContext) -> Any:
    """List the named copies of this world."""
    return {"snapshots": [show(name, snapshot) for name, snapshot in ctx.world.snapshots.items()]}


@route("PUT", "snapshots/{name}", response="Snapshot")
def take_snapshot(ctx: ControlContext) -> Any:
    """Save a copy of the world (data, clock, scenarios, rules, counters, settings), replacing one of the same name."""
    name = ctx.path["name"]
    if not NAME.fullmatch(name):
        raise CallRefused(422, f"a snapshot's name is 1 to 64 of A-Z a-z 0-9 . _ -, not {described(name)}", path="name")
    check_room_for(name, ctx.world)
    clock = ctx.world.clock
    ctx.world.apply(SnapshotTaken(name, clock.now(), clock.standing()))
    return show(name, ctx.world.snapshots[name])


@route("POST", "snapshots/{name}/restore", response="World", statuses=(200, 404))
def restore_snapshot(ctx: ControlContext) -> Any:
    """Restore a copy; the journal and the copy remain."""
    ctx.world.restore(_named(ctx))
    return show_world(ctx.world)


@route("DELETE", "snapshots/{name}", response="Object", statuses=(200, 404))
def delete_snapshot(ctx: ControlContext) -> Any:
    """Delete a copy."""
    _named(ctx)
    ctx.world.apply(SnapshotDropped(ctx.path["name"]))
    return {"deleted": ctx.path["name"]}


def check_room_for(name: str, world: World) -> None:
    """Raise CallRefused, 422, where a world has as many snapshots as it may have, and none of this name."""
    if name not in world.snapshots and len(world.snapshots) >= NAMED_SNAPSHOTS:
        problem = f"there are {NAMED_SNAPSHOTS} snapshots, the limit of a world"
        raise CallRefused(422, problem, hint="delete one: DELETE /__mock/snapshots/NAME", path="name")


def _named(ctx: ControlContext) -> Snapshot:
    name = ctx.path["name"]
    try:
        return ctx.world.snapshots[name]
    except KeyError:
        raise not_found("snapshot", name, ctx.world.snapshots) from None
