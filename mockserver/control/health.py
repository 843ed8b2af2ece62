"""Health, readiness, version, and the index of control calls."""

from __future__ import annotations

import platform
from dataclasses import replace
from typing import Any

from mockserver import __version__
from mockserver.api.handle import respond
from mockserver.api.runtime import Runtime
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused
from mockserver.control.routes import route
from mockserver.exchange import Request
from mockserver.revisions import REVISIONS
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT, Worlds


@route("GET", "health", world="any", response="Status", locked=False)
def get_health(ctx: ControlContext) -> Any:  # noqa: ARG001 - every handler takes the context
    """Return ``ok`` while the process responds."""
    return {"status": "ok"}


@route("GET", "ready", world="any", response="Status", statuses=(200, 503), locked=False)
def get_ready(ctx: ControlContext) -> Any:
    """Return ``ok`` once fixtures are loaded and a real request has been handled; 503 before, and while the store refuses."""
    failing = ctx.mock.worlds.failing
    if ctx.mock.worlds.ending:
        raise CallRefused(503, "not ready: the server ends, its worlds are handed over", hint="ask another")
    if failing is not None:
        raise CallRefused(503, f"not ready: the store refuses: {failing}", hint="what is not stored is not done")
    if not is_ready(ctx.mock):
        raise CallRefused(503, "not ready: a request to the API was not answered", hint="see the server's log")
    return {"status": "ok"}


@route("GET", "version", world="any", response="Version", locked=False)
def get_version(ctx: ControlContext) -> Any:  # noqa: ARG001
    """Tell the mock's version and the revisions that it speaks."""
    return {
        "name": "mockserver",
        "version": __version__,
        "python": platform.python_version(),
        "revisions": sorted(REVISIONS),
    }


@route("GET", "", world="any", response="Index", locked=False)
def get_index(ctx: ControlContext) -> Any:
    """List all control calls."""
    calls = [
        {"call": each.name, "method": each.method, "path": f"/__mock/{each.path}", "summary": each.summary}
        for each in ctx.routes
    ]
    return {"world": ctx.name, "version": __version__, "calls": calls}


def is_ready(mock: Runtime) -> bool:
    """Request offers as an app would, in a separate world, so that no journal shows it."""
    if mock.worlds.get(DEFAULT).journal.total:
        return True
    settings = replace(mock.settings, journal=0, clock=None, freeze=False, scenario=())
    default = mock.worlds.get(DEFAULT)
    apart = Runtime(settings, Worlds(lambda _: default.start.records.copy(), settings), mock.match, mock.carry_out)
    return respond(apart, _first_request(apart.worlds.get(DEFAULT))).status < 500


def _first_request(world: World) -> Request:
    client = next(iter(world.records.clients.values()), None)
    club = next(iter(client.clubs if client else world.records.clubs), "-")
    headers = {
        "x-client-authorization": client.token if client else "-",
        "x-product-name": client.products[0] if client and client.products else "default",
        "x-user-agent": "mockserver",
    }
    preview = "preview" in REVISIONS[world.revision].read_parameters
    path, query = ("me", "per_page=1&preview=true") if preview else ("guest", "per_page=1")
    return Request("GET", f"/v3/{club}/members/{path}/offers", query, headers)
