"""Ad-hoc rules: one rule as in a scenario file, without a scenario."""

from __future__ import annotations

from typing import Any

from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.control.routes import route
from mockserver.limits import WORLD_RULES
from mockserver.records.effects import RuleAdded, RuleRemoved, RulesCleared
from mockserver.scenarios.engine import Track


def show_track(track: Track) -> dict[str, Any]:
    """Return a rule with its counters: the matching ``calls``, and the ``hits`` on which it acted."""
    rule = track.rule
    return {"name": rule.name, "calls": track.calls, "hits": track.hits, "sees": rule.sees(), "rule": dict(rule.value)}


@route("GET", "rules", response="Rules")
def list_rules(ctx: ControlContext) -> Any:
    """List the ad-hoc rules in order; they precede those of scenarios."""
    return {"rules": [show_track(track) for track in ctx.world.engine.tracks()]}


@route("POST", "rules", body="RuleFile", response="Rule", statuses=(201,), yaml=True)
def add_rule(ctx: ControlContext) -> Any:
    """Add one rule after the existing ones; one of the same name is replaced, and its counters start at 0."""
    if ctx.value is None:
        raise CallRefused(422, "found an empty body, expected a rule: when, calls, chance, then")
    engine = ctx.world.engine
    name = f"rule-{engine.knows.named + 1}"
    rule = ctx.world.library.rule(ctx.sent, name)
    known = {track.rule.name for track in engine.tracks()}
    if rule.name not in known and len(known) >= WORLD_RULES:
        problem = f"there are {WORLD_RULES:,} ad-hoc rules, the limit of a world"
        raise CallRefused(422, problem, hint="delete some: DELETE /__mock/rules/NAME")
    ctx.world.apply(RuleAdded(rule.name, dict(rule.value), engine.knows.named + (rule.name == name)))
    return show_track(next(track for track in engine.tracks() if track.rule.name == rule.name))


@route("DELETE", "rules", response="Cleared")
def clear_rules(ctx: ControlContext) -> Any:
    """Remove all ad-hoc rules."""
    cleared = len(ctx.world.engine.tracks())
    ctx.world.apply(RulesCleared())
    return {"cleared": cleared}


@route("DELETE", "rules/{name}", response="Object", statuses=(200, 404))
def delete_rule(ctx: ControlContext) -> Any:
    """Remove one ad-hoc rule."""
    name = ctx.path["name"]
    names = [track.rule.name for track in ctx.world.engine.tracks()]
    if name not in names:
        raise not_found("rule", name, names)
    ctx.world.apply(RuleRemoved(name))
    return {"deleted": name}
