"""The coming moments at which a response may change."""

from __future__ import annotations

from typing import Any

from mockserver.control.context import ControlContext
from mockserver.control.models import COUNT, INTEGER
from mockserver.control.routes import route
from mockserver.exchange import fragments
from mockserver.values.instants import iso
from mockserver.worlds.timeline import Moment


@route(
    "GET", "timeline", query={"limit": COUNT, "member_id": INTEGER, "offer_id": INTEGER}, response="Timeline", long=True
)
def get_timeline(ctx: ControlContext) -> Any:
    """List the coming moments in order; ``clock/jump`` accepts their names."""
    fields = ctx.query()
    limit, member_id, offer_id = (
        fields[name].integer() if name in fields else None for name in ("limit", "member_id", "offer_id")
    )
    ctx.finish()
    with ctx.world.lock:
        now = ctx.world.clock.now()
        coming = ctx.world.timeline.coming(now, limit, member_id, offer_id)
    return {"now": iso(now), "timeline": fragments(map(show, coming))}


def show(moment: Moment) -> dict[str, Any]:
    """Return a moment as JSON; ``member_id`` only if it concerns one member."""
    row: dict[str, Any] = {"at": iso(moment.at), "what": moment.what, "offer_id": moment.offer_id}
    return row if moment.member_id is None else row | {"member_id": moment.member_id}
