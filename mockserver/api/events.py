"""Events that apps register about offers (``docs/offers-events.md``)."""

from __future__ import annotations

from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.domain.events import events_of
from mockserver.domain.model import EventKind
from mockserver.records.effects import EventsAdded


def _row(permit: str, event: str) -> dict[str, Any]:
    return {
        "aliases": (("POST", f"offers/events/{event}"),),
        "document": "offers-events.md",
        "contexts": ("me",),
        "permits": {"me": (f"Offers:Api:Events:{permit}",)},
        "payload": "OfferEventsPayload",
        "writes": True,
    }


@operation("POST", "members/me/events/offers_clicked", **_row("Clicked", "offers_clicked"))
def register_offers_clicked(ctx: RequestContext) -> dict[str, Any]:
    """Register offers clicked."""
    return _register(ctx, "clicked")


@operation("POST", "members/me/events/offers_seen", **_row("Seen", "offers_seen"))
def register_offers_seen(ctx: RequestContext) -> dict[str, Any]:
    """Register offers seen."""
    return _register(ctx, "seen")


def _register(ctx: RequestContext, kind: EventKind) -> dict[str, Any]:
    events = events_of(kind, ctx.club.slug, ctx.acting_member.id, ctx.payload["events"], ctx.now)
    for offer_id in dict.fromkeys(event.offer_id for event in events):
        if ctx.records.club_offer(ctx.club.slug, offer_id) is None:
            ctx.note(
                "event", str(offer_id), f"Offer#{offer_id} is not an offer of the club; it was recorded all the same"
            )
    if len(events) == 1:
        ctx.offer_id = events[0].offer_id
    if events:
        ctx.apply(EventsAdded(tuple(events)))
    return {}
