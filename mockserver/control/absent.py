"""Worlds that are not there: what is answered, and how a call waits until one is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.clock import stopwatch
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.exchange import Response, Wait, json_response
from mockserver.worlds.keeping import NoRoomError
from mockserver.worlds.world import World
from mockserver.worlds.worlds import Worlds


def no_world(worlds: Worlds, name: str) -> CallRefused:
    """Return a 404 that names the nearest world."""
    problem = not_found("world", name, (world.name for world in worlds.all()))
    problem.body["error"].setdefault("hint", "POST /__mock/worlds makes one")
    return problem


def make_world(worlds: Worlds, name: str, make: Callable[[], World]) -> World:
    """Make a world. Raise CallRefused, 503, where there is no room."""
    try:
        return make()
    except NoRoomError as full:
        worlds.register.refuse(name, "-", "/__mock", str(full))
        wait = ("retry-after", str(full.retry_after))
        raise CallRefused(503, str(full), hint="DELETE /__mock/worlds/NAME", headers=(wait,)) from None


def existing_world(ctx: ControlContext) -> World:
    """Return the world of a call that takes names of no world, too. Raise CallRefused, 404, where it is not there."""
    world = ctx.mock.worlds.find(ctx.name)
    if world is None:
        raise no_world(ctx.mock.worlds, ctx.name)
    return world


def when_made(
    ctx: ControlContext, wait: int, begin: Callable[[World, int], Response], nothing: Mapping[str, Any]
) -> Response:
    """Return what a call begins in its world, with the milliseconds that are left of ``wait``; first wait for the world."""
    worlds, name, started = ctx.mock.worlds, ctx.name, stopwatch()

    def poll() -> Response | None:
        world = worlds.find(name)
        left = wait - (stopwatch() - started) // 1_000_000
        return None if world is None else begin(world, max(0, left))

    return poll() or Response(
        200, wait=Wait(poll, lambda: json_response(200, nothing), wait, lambda wake: worlds.wake_when_made(name, wake))
    )
