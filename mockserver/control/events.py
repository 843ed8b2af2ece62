"""The registered events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.control.context import ControlContext
from mockserver.control.models import COUNT, INTEGER
from mockserver.control.reading import each_of
from mockserver.control.routes import route
from mockserver.documents.reading import Part
from mockserver.domain.model import Event
from mockserver.exchange import fragments
from mockserver.values.instants import iso

KINDS = ("clicked", "seen")
SOURCES = ("app", "image")
QUERY = {
    "kind": {"enum": list(KINDS)}, "member_id": INTEGER, "offer_id": INTEGER, "source": {"enum": list(SOURCES)},
    "limit": COUNT,
}  # fmt: skip


@route("GET", "events", query=QUERY, response="Events", long=True)
def list_events(ctx: ControlContext) -> Any:
    """List registered events, newest first; ``source`` is ``image`` for those recorded when an image was fetched."""
    fields = ctx.query()
    readers: dict[str, Callable[[Part], object]] = {
        "kind": lambda part: part.one_of(KINDS),
        "member_id": Part.integer,
        "offer_id": Part.integer,
        "source": lambda part: part.one_of(SOURCES),
    }
    wanted = {name: {read(part) for part in each_of(fields[name])} for name, read in readers.items() if name in fields}
    limit = fields["limit"].integer() if "limit" in fields else None
    ctx.finish()
    with ctx.world.lock:
        known = list(ctx.world.records.events)
    events = [
        event for event in reversed(known) if all(getattr(event, name) in values for name, values in wanted.items())
    ]
    return {"events": fragments(show(event) for event in events[:limit]), "total": len(events)}


def show(event: Event) -> dict[str, Any]:
    """Return an event as JSON."""
    return {
        "kind": event.kind,
        "club": event.club,
        "offer_id": event.offer_id,
        "member_id": event.member_id,
        "created_at": iso(event.created_at),
        "recorded_at": iso(event.recorded_at),
        "context": event.context,
        "source": event.source,
    }
