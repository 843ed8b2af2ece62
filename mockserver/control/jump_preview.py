"""A preview of the changes that a jump of the clock causes."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from mockserver.control.timeline import show as show_moment
from mockserver.values.instants import Instant, iso
from mockserver.worlds.world import World

SHOWN = 100


def preview(world: World, to: Instant) -> dict[str, Any]:
    """Return the moments between now and ``to``, at most 100 of ``total``; backwards those that are undone."""
    now = world.clock.now()
    early, late = min(now, to), max(now, to)
    moments = list(takewhile(lambda moment: moment.at <= late, world.timeline.coming(early)))
    return {
        "now": iso(now),
        "to": iso(to),
        "moments": [show_moment(moment) for moment in moments[:SHOWN]],
        "total": len(moments),
    }
