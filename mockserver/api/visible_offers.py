"""Finds the offer of a member operation, as its viewer sees it (the contract, "Visibility")."""

from __future__ import annotations

from typing import Any

from mockserver.api.context import RequestContext
from mockserver.domain.checks import CheckFailed
from mockserver.domain.model import Offer
from mockserver.domain.visibility import is_in_audience, visible


def offer_of_path(ctx: RequestContext) -> Offer:
    """Return the offer of the path; refuse one that the club does not have."""
    text = ctx.path["id"]
    offer = None if ctx.offer_id is None else ctx.records.club_offer(ctx.club.slug, ctx.offer_id)
    if offer is None:
        raise CheckFailed("offer_not_found", "offer", text, f"an offer of {ctx.club.slug}", id=text)
    return offer


def visible_offer(ctx: RequestContext, *, to_everybody: bool = False) -> Offer:
    """Return the offer of the path; refuse one that does not exist, or that this viewer does not see.

    ``to_everybody`` skips the audience, which the operation checks itself.
    """
    offer = offer_of_path(ctx)
    for_everybody = to_everybody or offer.audience_id is None
    if not visible(offer, ctx.now, ctx.scope, for_everybody or in_audience(ctx, offer)):
        if offer.scope != ctx.scope and "scope" in ctx.revision.read_parameters:
            text = f"Offer#{offer.id} is in scope {offer.scope}: every call about it needs scope={offer.scope}"
            ctx.note("surprise", "scope", text)
        found, expected = _why_visible(ctx, offer), {"scope": ctx.scope, "status": "published"}
        raise CheckFailed("offer_not_found", "offer visible", found, expected, id=ctx.path["id"])
    ctx.passed("offer visible", offer.id)
    return offer


def in_audience(ctx: RequestContext, offer: Offer) -> bool:
    """Return whether the viewer belongs to the offer's audience."""
    return is_in_audience(offer, ctx.member_id, ctx.records.audiences)


def _why_visible(ctx: RequestContext, offer: Offer) -> dict[str, Any]:
    return {
        "status": offer.status,
        "archived_at": offer.archived_at,
        "scope": offer.scope,
        "visible_since": offer.visible_since,
        "visible_until": offer.visible_until,
        "now": ctx.now,
        "audience_id": offer.audience_id,
        "in_audience": in_audience(ctx, offer),
    }
