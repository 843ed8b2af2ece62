"""The world's clock: show, set, let go, advance, jump."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mockserver.clock import Clock
from mockserver.control.errors import ControlError
from mockserver.control.jumps import Goal, find
from mockserver.control.reading import signed_duration
from mockserver.control.routes import route
from mockserver.control.visit import ControlVisit
from mockserver.domain.instants import Instant, iso
from mockserver.scenarios import times
from mockserver.scenarios.reading import Part


class ClockChange(Struct, frozen=True):
    """How a clock is to be set; None leaves a part as it is."""

    now: Instant | None = None
    frozen: bool | None = None
    rate: float | None = None

    def apply(self, clock: Clock) -> None:
        """Set a clock; a change of nothing leaves it alone."""
        if self != ClockChange():
            clock.set(self.now, frozen=self.frozen, rate=self.rate)


def read_change(fields: Mapping[str, Part]) -> ClockChange:
    """Read ``{now?, frozen?, rate?}``."""
    return ClockChange(
        times.instant(fields["now"]) if "now" in fields else None,
        fields["frozen"].boolean() if "frozen" in fields else None,
        times.rate(fields["rate"]) if "rate" in fields else None,
    )


def show(clock: Clock) -> dict[str, Any]:
    """Answer a clock as JSON."""
    return {"now": iso(clock.now()), "mode": clock.mode, "rate": clock.rate}


@route("GET", "clock", answer="Clock")
def get_clock(visit: ControlVisit) -> Any:
    """Show the world's time, and how it moves."""
    return show(visit.world.clock)


@route("PUT", "clock", body="ClockChange", answer="Clock")
def set_clock(visit: ControlVisit) -> Any:
    """Set the time, freeze it or let it run, or change its rate; backwards is allowed."""
    change = read_change(visit.fields())
    visit.finish()
    change.apply(visit.world.clock)
    return _moved(visit)


@route("DELETE", "clock", answer="Clock")
def reset_clock(visit: ControlVisit) -> Any:
    """Go back to real time."""
    visit.world.clock.reset()
    return _moved(visit)


@route("POST", "clock/advance", body="Advance", answer="Clock")
def advance_clock(visit: ControlVisit) -> Any:
    """Move the time by a duration; a frozen clock stays frozen."""
    fields = visit.fields()
    by = signed_duration(fields["by"]) if "by" in fields else 0
    visit.finish()
    return _move(visit, visit.world.clock.now() + by)


@route("POST", "clock/jump", body="Jump", answer="Clock")
def jump_clock(visit: ControlVisit) -> Any:
    """Move the time to a moment: an ISO time, ``next``, a name of the timeline, or ``offer:1000115.active_until``."""
    fields = visit.fields()
    goal = Goal(
        fields["to"].text() if "to" in fields else "",
        fields["member_id"].integer() if "member_id" in fields else None,
        fields["offer_id"].integer() if "offer_id" in fields else None,
    )
    plus = signed_duration(fields["plus"]) if "plus" in fields else 0
    visit.finish()
    return _move(visit, find(goal, visit.world) + plus)


def _move(visit: ControlVisit, to: Instant) -> Any:
    try:
        visit.world.clock.set(to)
    except ValueError as problem:
        raise ControlError(422, str(problem)) from None
    return _moved(visit)


def _moved(visit: ControlVisit) -> dict[str, Any]:
    visit.world.changed()
    return show(visit.world.clock)
