"""A world as one file, to export it and to import it into another world or server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.clock import REAL
from mockserver.control.clock import read_change
from mockserver.control.clock import show as show_clock
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.control.models import TEXT
from mockserver.control.routes import route
from mockserver.control.state import read_data
from mockserver.control.world import AUTH
from mockserver.control.world import show as show_world
from mockserver.documents.reading import Part
from mockserver.fixtures.document import document_text
from mockserver.fixtures.start import Fixtures
from mockserver.limits import WORLD_RULES, WORLD_SCENARIOS
from mockserver.revisions import REVISIONS
from mockserver.scenarios.arrange import set_active
from mockserver.scenarios.engine import Engine
from mockserver.scenarios.library import UnknownScenarioError
from mockserver.settings import Settings
from mockserver.worlds.world import Snapshot, World

FORMAT = "offers-mock-world-1"


@route("GET", "world/file", query={"snapshot": TEXT}, response="WorldFile", statuses=(200, 404), long=True)
def get_world_file(ctx: ControlContext) -> Any:
    """Return the world, or one of its snapshots, as a file: data, clock, scenarios with their files, rules, settings."""
    fields, world = ctx.query(), ctx.world
    name = fields["snapshot"].text() if "snapshot" in fields else None
    ctx.finish()
    with world.lock:
        snapshot = world.snapshot() if name is None else world.snapshots.get(name)
        if snapshot is None:
            raise not_found("snapshot", name, world.snapshots)
    return world_file(world, snapshot, ctx.mock.settings)


def world_file(world: World, snapshot: Snapshot, settings: Settings) -> dict[str, Any]:
    """Return a world as it stood in a snapshot of it, as a file."""
    with world.lock:
        twin = world.copy(world.name, settings)
        start = world.start.library
    return _written(twin, snapshot, {scenario.id: scenario for scenario in start})


def _written(twin: World, snapshot: Snapshot, shipped: Mapping[str, Any]) -> dict[str, Any]:
    """Return a snapshot as a document, made in the scratch world ``twin``: its data without the scenarios' overlays."""
    twin.restore(snapshot)
    engine = twin.engine
    found = {
        "format": FORMAT,
        "clock": show_clock(twin.clock),
        "revision": twin.revision,
        "auth": twin.auth,
        "scenarios": list(engine.active),
        "library": {each.id: dict(each.value) for each in twin.library if shipped.get(each.id) != each},
        "rules": [dict(track.rule.value) | {"name": track.rule.name} for track in engine.tracks()],
    }
    set_active(twin, ())
    return found | {"state": orjson.Fragment(document_text(twin.records))}


@route("PUT", "world/file", body="WorldFile", response="World", long=True, large=True)
def put_world_file(ctx: ControlContext) -> Any:
    """Replace the world by a world's file, all or nothing; the journal and the snapshots remain."""
    fields, world = ctx.fields(), ctx.world
    if "format" in fields:
        fields["format"].one_of((FORMAT,))
    _check_number(fields, "library", WORLD_SCENARIOS)
    _check_number(fields, "rules", WORLD_RULES)
    ctx.finish()
    fixtures = read_data(fields["state"].value)
    with world.rebasing():
        before = world.snapshot()
        try:
            _take(world, fixtures, fields)
            ctx.finish()
        except Exception:
            world.restore(before)
            raise
    return show_world(world)


def _check_number(fields: Mapping[str, Part], name: str, most: int) -> None:
    found = len(fields[name].value) if name in fields and isinstance(fields[name].value, dict | list) else 0
    if found > most:
        fields[name].wrong(f"at most {most:,}", found=f"{found:,}")


def _take(world: World, fixtures: Fixtures, fields: Mapping[str, Part]) -> None:
    set_active(world, ())
    world.engine.take(Engine(world.seed))
    world.clock.take(REAL)
    world.records.restore(fixtures.records_at(world.clock.now()))
    world.revision = fields["revision"].one_of(tuple(REVISIONS)) if "revision" in fields else world.revision
    world.auth = fields["auth"].one_of(AUTH) if "auth" in fields else world.auth
    for scenario_id, part in fields["library"].entries().items() if "library" in fields else ():
        world.library.put(scenario_id, part.value)
    for n, part in enumerate(fields["rules"].elements() if "rules" in fields else (), 1):
        world.engine.add_rule(world.library.rule(part.value, f"rule-{n}"), n)
    if "scenarios" in fields:
        _activate(world, fields["scenarios"])
    if "clock" in fields:
        _set_clock(world, fields["clock"])


def _activate(world: World, part: Part) -> None:
    try:
        set_active(world, [world.library.get(each.text()) for each in part.elements()])
    except UnknownScenarioError as problem:
        raise CallRefused(422, str(problem), path="scenarios") from None


def _set_clock(world: World, part: Part) -> None:
    known = part.fields(("now", "mode", "rate"))
    mode = known["mode"].one_of(("real", "frozen", "running")) if "mode" in known else "running"
    change = read_change(known)
    part.document.finish()
    if mode != "real":
        world.clock.set(change.now, frozen=mode == "frozen", rate=change.rate)
