"""Named copies of a world, in memory."""

from __future__ import annotations

from typing import Any

from mockserver.control.errors import ControlError, not_found
from mockserver.control.reading import NAME
from mockserver.control.routes import route
from mockserver.control.visit import ControlVisit
from mockserver.control.world import show as show_world
from mockserver.domain.instants import iso
from mockserver.world import Snapshot


def show(name: str, snapshot: Snapshot) -> dict[str, Any]:
    """Answer a snapshot's name and the world's time at which it was taken."""
    return {"name": name, "taken_at": iso(snapshot.taken_at)}


@route("GET", "snapshots", answer="Snapshots")
def list_snapshots(visit: ControlVisit) -> Any:
    """List the named copies of this world."""
    return {"snapshots": [show(name, snapshot) for name, snapshot in visit.world.snapshots.items()]}


@route("PUT", "snapshots/{name}", answer="Snapshot")
def take_snapshot(visit: ControlVisit) -> Any:
    """Keep a copy of the world as it stands: data, clock, scenarios, rules, counters, settings; one of the name is replaced."""
    name = visit.path["name"]
    if not NAME.fullmatch(name):
        raise ControlError(422, f"a snapshot's name is 1 to 64 of A-Z a-z 0-9 . _ -, not {name!r}", path="name")
    visit.world.snapshots[name] = visit.world.snapshot()
    return show(name, visit.world.snapshots[name])


@route("POST", "snapshots/{name}/restore", answer="World", statuses=(200, 404))
def restore_snapshot(visit: ControlVisit) -> Any:
    """Stand as the copy says; the journal stays, and so does the copy."""
    visit.world.restore(_named(visit))
    return show_world(visit.world)


@route("DELETE", "snapshots/{name}", answer="Object", statuses=(200, 404))
def delete_snapshot(visit: ControlVisit) -> Any:
    """Forget a copy."""
    _named(visit)
    del visit.world.snapshots[visit.path["name"]]
    return {"deleted": visit.path["name"]}


def _named(visit: ControlVisit) -> Snapshot:
    name = visit.path["name"]
    try:
        return visit.world.snapshots[name]
    except KeyError:
        raise not_found("snapshot", name, visit.world.snapshots) from None
