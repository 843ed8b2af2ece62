"""The library of scenarios, and which of them are active."""

from __future__ import annotations

from typing import Any

from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.control.routes import route
from mockserver.control.rules import show_track
from mockserver.control.world import read_scenarios
from mockserver.limits import WORLD_SCENARIOS
from mockserver.records.effects import ScenarioForgotten, ScenarioPut
from mockserver.scenarios.arrange import activate, check, deactivate, set_active
from mockserver.scenarios.library import UnknownScenarioError
from mockserver.scenarios.model import Scenario
from mockserver.worlds.world import World


def show(world: World, scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as a row: its description, whether it is active, and the number of requests it acted on.

    ``own`` is true if it was added, or changed, since the world was made.
    """
    active = world.engine.scenario(scenario.id) is not None
    return {
        "id": scenario.id,
        "title": scenario.title,
        "comment": scenario.comment,
        "active": active,
        "hits": world.engine.hits(scenario.id),
        "state": world.engine.state(scenario.id),
        "sees": scenario.sees(),
        "own": scenario.id not in world.start.library or world.start.library.get(scenario.id) != scenario,
    }


def _all(world: World) -> dict[str, Any]:
    return {"active": list(world.engine.active), "scenarios": [show(world, scenario) for scenario in world.library]}


def _whole(world: World, scenario: Scenario) -> dict[str, Any]:
    tracks = world.engine.tracks(scenario.id) if world.engine.scenario(scenario.id) else ()
    return show(world, scenario) | {"file": dict(scenario.value), "rules": [show_track(track) for track in tracks]}


def _named(ctx: ControlContext) -> Scenario:
    try:
        return ctx.world.library.get(ctx.path["id"])
    except UnknownScenarioError as problem:
        raise not_found("scenario", problem.id, (scenario.id for scenario in ctx.world.library)) from None


@route("GET", "scenarios", response="Scenarios")
def list_scenarios(ctx: ControlContext) -> Any:
    """List the library: each scenario, whether it is active, and how often it has acted."""
    return _all(ctx.world)


@route("PUT", "scenarios", body="ActiveScenarios", response="Scenarios")
def set_active_scenarios(ctx: ControlContext) -> Any:
    """Make exactly these scenarios active, in this order; those that were active keep their counters."""
    fields = ctx.fields()
    wanted = read_scenarios(fields["active"], ctx.world.library) if "active" in fields else ()
    ctx.finish()
    set_active(ctx.world, wanted)
    return _all(ctx.world)


@route("GET", "scenarios/{id}", response="Scenario", statuses=(200, 404))
def get_scenario(ctx: ControlContext) -> Any:
    """Show one scenario with its file and the counters of its rules."""
    return _whole(ctx.world, _named(ctx))


@route("PUT", "scenarios/{id}", body="ScenarioFile", response="Scenario", yaml=True, long=True)
def put_scenario(ctx: ControlContext) -> Any:
    """Add or replace a scenario of this world's library; an active one restarts in its new form."""
    if ctx.value is None:
        raise CallRefused(422, "found an empty body, expected a scenario: title, comment, world, rules")
    world = ctx.world
    scenario = world.library.parse(ctx.path["id"], ctx.sent)
    with world.lock:
        if scenario.id not in world.library and len(world.library) >= WORLD_SCENARIOS:
            problem = (
                f"there are {len(world.library):,} scenarios, and a world takes no more from {WORLD_SCENARIOS:,} on"
            )
            raise CallRefused(422, problem, hint="delete some: DELETE /__mock/scenarios/ID")
        active = world.engine.scenario(scenario.id) is not None
        if active:
            check(world, [scenario])
        world.apply(ScenarioPut(scenario.id, dict(scenario.value)))
        scenario = world.library.get(scenario.id)
        if active:
            activate(world, scenario)
    return _whole(world, scenario)


@route("DELETE", "scenarios/{id}", response="Object", statuses=(200, 404))
def delete_scenario(ctx: ControlContext) -> Any:
    """Delete a scenario; an active one is deactivated first."""
    scenario = _named(ctx)
    deactivate(ctx.world, scenario.id)
    ctx.world.apply(ScenarioForgotten(scenario.id))
    return {"deleted": scenario.id}


@route("POST", "scenarios/{id}/activate", response="Scenario", statuses=(200, 404))
def activate_scenario(ctx: ControlContext) -> Any:
    """Make one scenario active, last in order; an active one restarts."""
    scenario = _named(ctx)
    activate(ctx.world, scenario)
    return _whole(ctx.world, scenario)


@route("POST", "scenarios/{id}/deactivate", response="Scenario", statuses=(200, 404))
def deactivate_scenario(ctx: ControlContext) -> Any:
    """Deactivate one scenario and undo what it arranged; no error if it is not active."""
    scenario = _named(ctx)
    deactivate(ctx.world, scenario.id)
    return _whole(ctx.world, scenario)
