"""The visibility of offers (the contract, "Visibility")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mockserver.domain.model import Audience, Offer
from mockserver.values.instants import Instant


def within(now: Instant, since: Instant | None, until: Instant | None) -> bool:
    """Return whether ``since <= now < until``; None is no restriction."""
    return (since is None or since <= now) and (until is None or now < until)


def visible(offer: Offer, now: Instant, scope: str, in_audience: bool) -> bool:
    """Return whether an offer is visible in a scope; ``in_audience`` says whether the viewer belongs to its audience.

    An offer without an audience is for everybody; a guest belongs to no audience.
    """
    return (
        offer.status == "published"
        and offer.archived_at is None
        and offer.scope == scope
        and within(now, offer.visible_since, offer.visible_until)
        and (offer.audience_id is None or in_audience)
    )


def is_in_audience(offer: Offer, member_id: int | None, audiences: Mapping[int, Audience]) -> bool:
    """Return whether a member belongs to an offer's audience; a guest (None) belongs to none."""
    audience = None if offer.audience_id is None else audiences.get(offer.audience_id)
    return audience is not None and member_id in audience.member_ids


def audiences_of(member_id: int | None, audiences: Iterable[Audience]) -> frozenset[int]:
    """Return the ids of the audiences that a member belongs to; a guest (None) belongs to none."""
    return frozenset(audience.id for audience in audiences if member_id in audience.member_ids)
