"""The world's clock: show, set, reset, advance, jump."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mockserver.clock import REAL, Clock
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused
from mockserver.control.jump_preview import preview
from mockserver.control.jumps import JumpTarget, find
from mockserver.control.models import BOOLEAN
from mockserver.control.reading import signed_duration
from mockserver.control.routes import route
from mockserver.control.timeline import show as show_moment
from mockserver.documents.reading import Part
from mockserver.records.effects import ClockSet
from mockserver.scenarios import times
from mockserver.values.instants import Instant, iso
from mockserver.worlds.world import World


class ClockChange(Struct, frozen=True):
    """A change of a clock; parts that are None do not change."""

    now: Instant | None = None
    frozen: bool | None = None
    rate: float | None = None

    def apply(self, world: World) -> None:
        """Set a world's clock; an empty change has no effect."""
        if self != ClockChange():
            world.apply(ClockSet(world.clock.moved(self.now, frozen=self.frozen, rate=self.rate)))


def read_change(fields: Mapping[str, Part]) -> ClockChange:
    """Read ``{now?, frozen?, rate?}``."""
    return ClockChange(
        times.instant(fields["now"]) if "now" in fields else None,
        fields["frozen"].boolean() if "frozen" in fields else None,
        times.rate(fields["rate"]) if "rate" in fields else None,
    )


def show(clock: Clock) -> dict[str, Any]:
    """Return a clock as JSON."""
    return {"now": iso(clock.now()), "mode": clock.mode, "rate": clock.rate}


@route("GET", "clock", response="Clock")
def get_clock(ctx: ControlContext) -> Any:
    """Show the world's time, mode and rate."""
    return show(ctx.world.clock)


@route("PUT", "clock", body="ClockChange", response="Clock")
def set_clock(ctx: ControlContext) -> Any:
    """Set the time, freeze it or let it run, or change its rate; the time may move backwards."""
    change = read_change(ctx.fields())
    ctx.finish()
    change.apply(ctx.world)
    return show(ctx.world.clock)


@route("DELETE", "clock", response="Clock")
def reset_clock(ctx: ControlContext) -> Any:
    """Go back to real time."""
    ctx.world.apply(ClockSet(REAL))
    return show(ctx.world.clock)


@route("POST", "clock/advance", body="Advance", response="Clock")
def advance_clock(ctx: ControlContext) -> Any:
    """Move the time by a duration; a frozen clock stays frozen."""
    fields = ctx.fields()
    by = signed_duration(fields["by"]) if "by" in fields else 0
    ctx.finish()
    return _move(ctx, ctx.world.clock.now() + by)


@route("POST", "clock/jump", query={"dry_run": BOOLEAN}, body="Jump", response="Jumped")
def jump_clock(ctx: ControlContext) -> Any:
    """Move the time to a moment: an ISO time, ``next``, a name of the timeline, or ``offer:1000115.active_until``.

    With ``dry_run`` the clock does not move: the response has the moments that the jump would pass.
    """
    fields = ctx.fields()
    goal = JumpTarget(
        fields["to"].text() if "to" in fields else "",
        fields["member_id"].integer() if "member_id" in fields else None,
        fields["offer_id"].integer() if "offer_id" in fields else None,
    )
    plus = signed_duration(fields["plus"]) if "plus" in fields else 0
    query = ctx.query()
    dry_run = "dry_run" in query and query["dry_run"].one_of(("true", "false")) == "true"
    ctx.finish()
    moment = find(goal, ctx.world)
    to = moment.at + plus
    return preview(ctx.world, to) if dry_run else _move(ctx, to) | {"moment": show_moment(moment)}


def _move(ctx: ControlContext, to: Instant) -> dict[str, Any]:
    try:
        ctx.world.apply(ClockSet(ctx.world.clock.moved(to)))
    except ValueError as problem:
        raise CallRefused(422, str(problem)) from None
    return show(ctx.world.clock)
