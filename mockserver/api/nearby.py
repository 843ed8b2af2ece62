"""The documented operation that a call to an unknown path may have meant."""

from __future__ import annotations

import re

from mockserver.api.routes import Route
from mockserver.revisions import Revision
from mockserver.spelling import nearest

_NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")


def nearest_operation(method: str, path: str, revision: Revision) -> dict[str, str] | None:
    """Return the operation of a revision whose method and path are most like these; None if none is."""
    from mockserver.api.table import ROUTES  # imports the views, which import this module's importers

    spelt = {_spelling(route): route.operation for route in ROUTES if route.operation and route.is_in(revision)}
    near = nearest(f"{method} {_below_the_club(path)}", spelt, 0.3)
    if near is None:
        return None
    wanted, _, below = near.partition(" ")
    return {"operation": spelt[near].name, "method": wanted, "path": f"/v3/{{slug}}/{below}"}


def _spelling(route: Route) -> str:
    _, _, below = "/".join(route.segments).partition("{slug}/")
    return f"{route.method} {below}"


def _below_the_club(path: str) -> str:
    parts = path.split("/")
    at = next((place for place, part in enumerate(parts) if part == "v3"), 0)
    below = parts[at + 2 :] if parts[at] == "v3" else parts[1:]
    if parts[at + 1 : at + 2] == ["loyalty_clubs"]:
        below = below[1:]
    return _NUMBER.sub("{id}", "/" + "/".join(below)).removeprefix("/")
