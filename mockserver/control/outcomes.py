"""For each refusal: its meaning, how to reach it by data and time, and how to force it."""

from __future__ import annotations

from typing import Any

from mockserver.control.context import ControlContext
from mockserver.control.models import TEXT
from mockserver.control.routes import route
from mockserver.errors import REFUSALS, Refusal
from mockserver.errors.recipe import DEFAULT_HEADERS, Recipe, Step
from mockserver.revisions import REVISIONS


@route("GET", "outcomes", world="any", query={"revision": TEXT}, response="Outcomes", locked=False)
def list_outcomes(ctx: ControlContext) -> Any:
    """List every refusal with its honest recipe (fixtures, time, calls) and its forced one (a scenario), as steps to walk.

    Steps start from a world that has just been reset; the response to the last one is the refusal. ``headers`` are sent with
    every step to the API unless it overrides them; null removes one.
    The refusals are those of ``revision``, by default the world's.
    """
    asked = ctx.query().get("revision")
    name = ctx.world.revision if asked is None else asked.one_of(tuple(REVISIONS))
    ctx.finish()
    absent = REVISIONS[name].absent_refusals
    outcomes = [show(refusal, name) for refusal in REFUSALS.values() if refusal.id not in absent]
    return {"headers": dict(DEFAULT_HEADERS), "revision": name, "outcomes": outcomes}


def show(refusal: Refusal, revision: str) -> dict[str, Any]:
    """Return a refusal with its recipes; ``honest`` is null if no data and no time lead to it."""
    recipe = refusal.recipe
    return {
        "refusal": refusal.id,
        "meaning": refusal.meaning,
        "stage": refusal.stage,
        "status": refusal.status_in(revision),
        "statuses": dict(refusal.statuses),
        "text": refusal.text,
        "honest": _honest(refusal, recipe, revision),
        "forced": _forced(refusal, recipe, revision),
    }


def _honest(refusal: Refusal, recipe: Recipe, revision: str) -> dict[str, Any] | None:
    if not recipe.honest:
        return None
    return {
        "because": recipe.because,
        "steps": [show_step(step) for step in recipe.honest],
        "answer": {"status": refusal.status_in(revision), "body": recipe.body},
    }


def _forced(refusal: Refusal, recipe: Recipe, revision: str) -> dict[str, Any]:
    scenario = refusal.id.replace("_", "-")
    activate = Step("PUT", "/__mock/scenarios", {"active": [scenario]})
    return {
        "scenario": scenario,
        "header": f"X-Mock-Scenario: {scenario}",
        "steps": [show_step(activate), show_step(recipe.forced)],
        "answer": {"status": refusal.status_in(revision), "body": recipe.forced_body},
    }


def show_step(step: Step) -> dict[str, Any]:
    """Return a call as JSON, without what it does not have."""
    shown: dict[str, Any] = {"method": step.method, "path": step.path}
    for name in ("body", "text", "headers", "size", "picture"):
        value = getattr(step, name)
        if value is not None:
            shown[name] = value
    return shown
