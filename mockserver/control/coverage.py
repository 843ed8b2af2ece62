"""Which documented outcomes the requests met, and how each is reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.outcomes import outcomes_of
from mockserver.api.table import OPERATIONS
from mockserver.control.context import ControlContext
from mockserver.control.models import BOOLEAN, TEXT
from mockserver.control.outcome_plan import show_plan
from mockserver.control.routes import route
from mockserver.errors.recipe import DEFAULT_HEADERS
from mockserver.reports.coverage import Coverage, merged
from mockserver.revisions import REVISIONS


@route("GET", "coverage", query={"all_worlds": BOOLEAN}, response="Coverage", locked=False)
def report_coverage(ctx: ControlContext) -> Any:
    """Report which outcomes were met in this world or, with ``all_worlds``, in all of them, those that were dropped included.

    Resets and cleared journals take nothing away. The outcomes are those of the revisions that were asked.
    """
    fields = ctx.query()
    everywhere = "all_worlds" in fields and fields["all_worlds"].one_of(("true", "false")) == "true"
    ctx.finish()
    counts = [world.journal.met() for world in (ctx.mock.worlds.all() if everywhere else [ctx.world])]
    if everywhere:
        counts.append(ctx.mock.dropped_outcomes)
    asked = list(dict.fromkeys(key.partition(" ")[0] for each in counts for key in list(each)))
    revisions = asked or [ctx.world.revision]
    none = [
        Coverage(dict.fromkeys(outcomes_of(OPERATIONS.values(), REVISIONS[each]), 0), (each,)) for each in revisions
    ]
    return merged([*none, *map(_met, counts)]).shown()


def _met(counts: Mapping[str, int]) -> Coverage:
    return merged(Coverage({key.partition(" ")[2]: count}) for key, count in list(counts.items()))


@route("GET", "plan", world="any", query={"revision": TEXT}, response="Plan", locked=False)
def get_plan(ctx: ControlContext) -> Any:
    """List every outcome with the steps that lead to it, honestly and by force, as in ``outcomes``.

    The outcomes are those of ``revision``, by default the world's.
    """
    asked = ctx.query().get("revision")
    name = ctx.world.revision if asked is None else asked.one_of(tuple(REVISIONS))
    ctx.finish()
    outcomes = outcomes_of(OPERATIONS.values(), REVISIONS[name])
    return {"headers": dict(DEFAULT_HEADERS), "outcomes": [show_plan(each) for each in outcomes]}
