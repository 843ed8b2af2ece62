"""The offer that a member operation is about, as its viewer sees it (the contract, "Visibility")."""

from __future__ import annotations

from typing import Any

from mockserver.api.visit import Visit
from mockserver.domain.model import Offer
from mockserver.domain.visibility import visible
from mockserver.errors import Refused


def offer_of_path(visit: Visit) -> Offer:
    """Answer the offer of the path; refuse one that the club does not have."""
    text = visit.path["id"]
    offer = None if visit.offer_id is None else visit.records.club_offer(visit.club.slug, visit.offer_id)
    if offer is None:
        visit.failed("offer", text, f"an offer of {visit.club.slug}")
        raise Refused("offer_not_found", id=text)
    return offer


def visible_offer(visit: Visit, *, to_everybody: bool = False) -> Offer:
    """Answer the offer of the path; refuse one that does not exist, or that this viewer does not see.

    ``to_everybody`` leaves the audience to the operation's own errors.
    """
    offer = offer_of_path(visit)
    if not visible(offer, visit.now, visit.scope, to_everybody or in_audience(visit, offer)):
        visit.failed("offer visible", _why_visible(visit, offer), {"scope": visit.scope, "status": "published"})
        raise Refused("offer_not_found", id=visit.path["id"])
    visit.passed("offer visible", offer.id)
    return offer


def in_audience(visit: Visit, offer: Offer) -> bool:
    """Tell whether the viewer belongs to the offer's audience; a guest belongs to none."""
    if visit.guest or visit.member is None or offer.audience_id is None:
        return False
    audience = visit.records.audiences.get(offer.audience_id)
    return audience is not None and visit.member.id in audience.member_ids


def _why_visible(visit: Visit, offer: Offer) -> dict[str, Any]:
    return {
        "status": offer.status,
        "archived_at": offer.archived_at,
        "scope": offer.scope,
        "visible_since": offer.visible_since,
        "visible_until": offer.visible_until,
        "now": visit.now,
        "audience_id": offer.audience_id,
        "in_audience": in_audience(visit, offer),
    }
