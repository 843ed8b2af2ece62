"""All worlds: list, create, drop."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from mockserver.clock import stopwatch, system_now
from mockserver.control.absent import make_world, no_world
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.control.past import read_moment, snapshot_at
from mockserver.control.reading import name
from mockserver.control.routes import route
from mockserver.control.world import show
from mockserver.values.instants import iso
from mockserver.worlds.keeping import Evicted, NotMade
from mockserver.worlds.world import World
from mockserver.worlds.worlds import WorldExists


@route("GET", "worlds", world="any", response="Worlds", locked=False)
def list_worlds(ctx: ControlContext) -> Any:
    """List all worlds, the default first: who made each, and when it was last asked.

    ``stored`` are those that a store keeps and that are not in memory here, with the process that answers for each, if any;
    ``evicted`` are the last that made room for others, ``not_made`` the last requests that named a world and made none.
    """
    worlds, register = ctx.mock.worlds, ctx.mock.worlds.register
    return {
        "worlds": [show(world) | _use_of(world) for world in worlds.all()],
        "stored": [_stored(each) for each in worlds.stored()],
        "evicted": [_told(each) for each in reversed(register.evicted)],
        "not_made": [_told(each) for each in reversed(register.not_made)],
    }


def _use_of(world: World) -> dict[str, Any]:
    asked_at = system_now() - (stopwatch() - world.asked) // 1_000_000
    return {
        "made_by": world.made_by,
        "asked_at": iso(asked_at),
        "arranged_by": world.arranged_by,
        "watched": world.watched,
    }


def _stored(row: Any) -> dict[str, Any]:
    owner = None if row.owner is None else str(row.owner)
    return {"name": row.name, "written_at": iso(row.written_at), "bytes": row.bytes, "owner": owner}


def _told(row: Evicted | NotMade) -> dict[str, Any]:
    return asdict(row) | {"at": iso(row.at)}


@route("POST", "worlds", world="any", body="NewWorld", response="World", statuses=(201, 404, 409, 503), locked=False)
def create_world(ctx: ControlContext) -> Any:
    """Create a world from the fixtures, or as a copy of another, now or `at` another moment of it.

    Without `from`, `at` is a moment of the world that the call names. The copy resets to what it was then; a running
    clock goes on from that moment.
    """
    fields, worlds = ctx.fields(), ctx.mock.worlds
    wanted = name(fields["name"]) if "name" in fields else ""
    source = name(fields["from"]) if "from" in fields else ctx.name if "at" in fields else None
    ctx.finish()
    snapshot = None
    if "at" in fields and source is not None:
        origin = worlds.ask(source)
        if origin is None:
            raise no_world(worlds, source)
        moment = read_moment(ctx, fields, "at", origin)
        ctx.finish()
        snapshot = snapshot_at(moment, origin)
    try:
        world = make_world(worlds, wanted, lambda: worlds.create(wanted, source, "POST /__mock/worlds", snapshot))
    except WorldExists:
        raise CallRefused(
            409, f"there is a world {wanted} already", hint="reset it, or drop it first", path="name"
        ) from None
    except KeyError:
        raise not_found("world", source, (world.name for world in worlds.all())) from None
    world.arranged_by = "POST worlds"
    return show(world)


@route("DELETE", "worlds/{name}", world="any", response="Object", statuses=(200, 404, 409), locked=False)
def drop_world(ctx: ControlContext) -> Any:
    """Drop a world with everything in it; ``default`` cannot be dropped."""
    wanted = ctx.path["name"]
    try:
        dropped = ctx.mock.worlds.drop(wanted)
    except ValueError as problem:
        raise CallRefused(409, str(problem), hint="POST /__mock/reset") from None
    if not dropped:
        raise not_found("world", wanted, (world.name for world in ctx.mock.worlds.all()))
    return {"dropped": wanted}
