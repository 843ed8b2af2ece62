"""Ad-hoc rules: one rule as in a scenario file, without a scenario."""

from __future__ import annotations

from typing import Any

from mockserver.control.errors import ControlError, not_found
from mockserver.control.routes import route
from mockserver.control.visit import ControlVisit
from mockserver.scenarios.engine import Track


def show_track(track: Track) -> dict[str, Any]:
    """Answer a rule with its counters: the matching ``calls``, and the ``hits`` on which it acted."""
    rule = track.rule
    return {"name": rule.name, "calls": track.calls, "hits": track.hits, "sees": rule.sees(), "rule": dict(rule.value)}


@route("GET", "rules", answer="Rules")
def list_rules(visit: ControlVisit) -> Any:
    """List the ad-hoc rules in order; they come before those of scenarios."""
    return {"rules": [show_track(track) for track in visit.world.engine.tracks()]}


@route("POST", "rules", body="RuleFile", answer="Rule", statuses=(201,), yaml=True)
def add_rule(visit: ControlVisit) -> Any:
    """Add one rule after those that are there; one of the same name is replaced and starts afresh."""
    if visit.value is None:
        raise ControlError(422, "found an empty body, expected a rule: when, calls, chance, then")
    engine = visit.world.engine
    named = isinstance(visit.value, dict) and "name" in visit.value
    rule = visit.world.library.rule(visit.value, "-" if named else engine.next_name())
    engine.add_rule(rule)
    visit.world.changed()
    return show_track(next(track for track in engine.tracks() if track.rule.name == rule.name))


@route("DELETE", "rules", answer="Cleared")
def clear_rules(visit: ControlVisit) -> Any:
    """Remove all ad-hoc rules."""
    cleared = len(visit.world.engine.tracks())
    visit.world.engine.clear_rules()
    visit.world.changed()
    return {"cleared": cleared}


@route("DELETE", "rules/{name}", answer="Object", statuses=(200, 404))
def delete_rule(visit: ControlVisit) -> Any:
    """Remove one ad-hoc rule."""
    name = visit.path["name"]
    if not visit.world.engine.remove_rule(name):
        raise not_found("rule", name, (track.rule.name for track in visit.world.engine.tracks()))
    visit.world.changed()
    return {"deleted": name}
