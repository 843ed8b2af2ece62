"""Reloads changed files."""

from __future__ import annotations

from typing import Any

from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused
from mockserver.control.routes import route
from mockserver.sources.reload import reload


@route("POST", "reload", world="any", response="Reload", statuses=(200, 422), long=True)
def reload_files(ctx: ControlContext) -> Any:
    """Reload fixtures and scenarios in every world; if they have errors, the old ones remain."""
    done = reload(ctx.mock)
    if done.problems:
        problems = [{"message": problem} for problem in done.problems]
        raise CallRefused(422, done.problems[0], hint="nothing was changed", more={"problems": problems, "ok": False})
    return {"ok": True, "offers": done.offers, "scenarios": done.scenarios, "worlds": done.worlds}
