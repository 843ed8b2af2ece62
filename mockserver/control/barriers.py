"""Barriers: show the waiting requests, and release them."""

from __future__ import annotations

from typing import Any

from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.control.journal import read_wait
from mockserver.control.models import COUNT, DURATION
from mockserver.control.routes import route
from mockserver.exchange import Response, Wait, json_response
from mockserver.limits import HELD_AT_ONCE
from mockserver.scenarios.actions.hold import read_order
from mockserver.values.durations import write_duration
from mockserver.worlds.world import World


@route("GET", "barriers", response="Barriers")
def list_barriers(ctx: ControlContext) -> Any:
    """List the barriers of active rules, and the requests held at each."""
    return {"barriers": [_shown(ctx.world, name) for name in ctx.world.barriers.names()]}


@route(
    "GET",
    "barriers/{name}",
    query={"held": COUNT, "wait": DURATION},
    response="Barrier",
    statuses=(200, 404),
    locked=False,
)
def get_barrier(ctx: ControlContext) -> Any:
    """Show a barrier; with ``wait``, block until ``held`` requests (default 1) are held there or the time is up."""
    fields, world, name = ctx.query(), ctx.world, ctx.path["name"]
    least = fields["held"].integer() if "held" in fields else 1
    wait = read_wait(fields["wait"]) if "wait" in fields else None
    ctx.finish()
    _check_there(ctx)

    def response(complete: bool) -> Response:
        return json_response(200, _shown(world, name) | {"complete": complete})

    def poll() -> Response | None:
        return response(True) if len(world.barriers.held(name)) >= least else None

    if wait is None:
        return _shown(world, name)
    return poll() or Response(200, wait=Wait(poll, lambda: response(False), wait, world.barriers.subscribe))


@route("POST", "barriers/{name}/release", body="Release", response="Released", statuses=(200, 404, 409))
def release_barrier(ctx: ControlContext) -> Any:
    """Release held requests one after another: those in ``order``, or ``all`` in the rule's order."""
    fields, name = ctx.fields(), ctx.path["name"]
    order = read_order(fields["order"], HELD_AT_ONCE) if "order" in fields else None
    everybody = fields["all"].boolean() if "all" in fields else False
    if everybody == bool(order):
        ctx.body().wrong("either order, with the numbers of held requests, or all: true")
    ctx.finish()
    _check_there(ctx)
    barriers = ctx.world.barriers
    waiting = [held.number for held in barriers.held(name)]
    absent = [number for number in order or () if number not in waiting]
    if absent:
        held = ", ".join(map(str, waiting)) or "nobody"
        raise CallRefused(409, f"number {absent[0]} is not held at barrier {name}", hint=f"held: {held}")
    return {"name": name, "released": barriers.release(name, order)}


def _check_there(ctx: ControlContext) -> None:
    names = ctx.world.barriers.names()
    if ctx.path["name"] not in names:
        raise not_found("barrier", ctx.path["name"], names)


def _shown(world: World, name: str) -> dict[str, Any]:
    barriers = world.barriers
    rules = [
        {
            "rule": rule.name, "at": hold.at, "until": hold.until, "timeout": write_duration(hold.timeout_ms),
            "release": list(hold.release) if hold.seed is None else {"seed": hold.seed},
        }
        for rule, hold in barriers.holds(name)
    ]  # fmt: skip
    held = [{"number": each.number} | each.about for each in barriers.held(name)]
    return {"name": name, "rules": rules, "held": held, "releases": barriers.releases(name)}
