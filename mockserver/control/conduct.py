"""The report on an app's conduct."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins

from mockserver.control.context import ControlContext
from mockserver.control.models import BOOLEAN
from mockserver.control.routes import route
from mockserver.reports.conduct_report import report_on


@route("GET", "conduct", query={"all_worlds": BOOLEAN}, response="Conduct", locked=False, long=True)
def report_conduct(ctx: ControlContext) -> Any:
    """Report on the app's conduct in this world or, with ``all_worlds``, in all worlds, dropped ones included."""
    fields = ctx.query()
    everywhere = "all_worlds" in fields and fields["all_worlds"].one_of(("true", "false")) == "true"
    ctx.finish()
    worlds = [ctx.world] if not everywhere else [world for world in ctx.mock.worlds.all() if world.journal.total]
    reports = [*(ctx.mock.dropped_worlds if everywhere else ()), *map(report_on, worlds)]
    elsewhere = [each.name for each in ctx.mock.worlds.all() if each is not ctx.world and len(each.journal)]
    gone = [each.world for each in ctx.mock.dropped_worlds if each.world != ctx.world.name]
    return {"worlds": to_builtins(reports), "elsewhere": list(dict.fromkeys(elsewhere + gone))}
