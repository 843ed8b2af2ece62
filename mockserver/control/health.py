"""Is it alive, is it ready, which version is it, and what can be asked."""

from __future__ import annotations

import platform
from dataclasses import replace
from typing import Any

from mockserver import __version__
from mockserver.control.errors import ControlError
from mockserver.control.routes import route
from mockserver.control.visit import ControlVisit
from mockserver.exchange import Call
from mockserver.mock import Mock
from mockserver.revisions import REVISIONS
from mockserver.world import World
from mockserver.worlds import DEFAULT, Worlds


@route("GET", "health", answer="Status", locked=False)
def get_health(visit: ControlVisit) -> Any:  # noqa: ARG001 - every handler takes the visit
    """Answer ``ok`` as long as the process can answer at all."""
    return {"status": "ok"}


@route("GET", "ready", answer="Status", statuses=(200, 503), locked=False)
def get_ready(visit: ControlVisit) -> Any:
    """Answer ``ok`` once fixtures are loaded and a real request has been answered; 503 before."""
    if not is_ready(visit.mock):
        raise ControlError(503, "not ready: a request to the API was not answered", hint="see the server's log")
    return {"status": "ok"}


@route("GET", "version", answer="Version", locked=False)
def get_version(visit: ControlVisit) -> Any:  # noqa: ARG001
    """Tell the mock's version and the revisions that it speaks."""
    return {
        "name": "mockserver",
        "version": __version__,
        "python": platform.python_version(),
        "revisions": sorted(REVISIONS),
    }


@route("GET", "", answer="Index", locked=False)
def get_index(visit: ControlVisit) -> Any:
    """List all control calls."""
    from mockserver.control.table import ROUTES

    calls = [
        {"call": each.name, "method": each.method, "path": f"/__mock/{each.path}", "summary": each.summary}
        for each in ROUTES
    ]
    return {"world": visit.world.name, "version": __version__, "calls": calls}


def is_ready(mock: Mock) -> bool:
    """Ask the mock for offers as an app would, in a world apart, so that nobody's journal shows it."""
    if mock.worlds.get(DEFAULT).journal.total:
        return True
    settings = replace(mock.settings, journal=0, clock=None, freeze=False, scenario=())
    default = mock.worlds.get(DEFAULT)
    apart = Mock(settings, Worlds(lambda _: default.start.records.copy(), settings))
    return apart.answer(_first_request(apart.worlds.get(DEFAULT))).status < 500


def _first_request(world: World) -> Call:
    client = next(iter(world.records.clients.values()), None)
    club = next(iter(client.clubs if client else world.records.clubs), "-")
    headers = {
        "x-client-authorization": client.token if client else "-",
        "x-product-name": client.products[0] if client and client.products else "default",
        "x-user-agent": "mockserver",
    }
    return Call("GET", f"/v3/{club}/members/guest/offers", "per_page=1", headers)
