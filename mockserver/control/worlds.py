"""All worlds: list, create, drop."""

from __future__ import annotations

from typing import Any

from mockserver.control.context import ControlContext
from mockserver.control.errors import ControlError, not_found
from mockserver.control.reading import name
from mockserver.control.routes import route
from mockserver.control.world import show
from mockserver.worlds.worlds import WorldExists


@route("GET", "worlds", response="Worlds", locked=False)
def list_worlds(ctx: ControlContext) -> Any:
    """List all worlds, the default first."""
    return {"worlds": [show(world) for world in ctx.mock.worlds.all()]}


@route("POST", "worlds", body="NewWorld", response="World", statuses=(201, 404, 409), locked=False)
def create_world(ctx: ControlContext) -> Any:
    """Create a world from the fixtures, or as a copy of another as it stands."""
    fields = ctx.fields()
    wanted = name(fields["name"]) if "name" in fields else ""
    source = name(fields["from"]) if "from" in fields else None
    ctx.finish()
    try:
        return show(ctx.mock.worlds.create(wanted, source))
    except WorldExists:
        raise ControlError(
            409, f"there is a world {wanted} already", hint="reset it, or drop it first", path="name"
        ) from None
    except KeyError:
        raise not_found("world", source, (world.name for world in ctx.mock.worlds.all())) from None


@route("DELETE", "worlds/{name}", response="Object", statuses=(200, 404, 409), locked=False)
def drop_world(ctx: ControlContext) -> Any:
    """Drop a world with everything in it; ``default`` cannot be dropped."""
    wanted = ctx.path["name"]
    try:
        dropped = ctx.mock.worlds.drop(wanted)
    except ValueError as problem:
        raise ControlError(409, str(problem), hint="POST /__mock/reset") from None
    if not dropped:
        raise not_found("world", wanted, (world.name for world in ctx.mock.worlds.all()))
    return {"dropped": wanted}
