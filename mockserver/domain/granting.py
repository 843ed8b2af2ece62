"""Granting an offer to a member (the contract, "grant_offer")."""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.domain.checks import Check
from mockserver.domain.model import Grant, Offer
from mockserver.domain.usage import stock_left
from mockserver.values.instants import Instant


def grant_checks(offer: Offer, uses_count: int, in_audience: bool) -> Iterator[Check]:
    """Return the checks of a grant, lazily; the first failed one refuses. ``in_audience`` is true if there is no audience."""
    yield Check("not_grantable", offer.needs_grant, offer.type, "a type that needs granting")
    stock = stock_left(offer, uses_count)
    yield Check("global_limit_exceeded", stock != 0, stock, "1 or more left, or no limit")
    yield Check("member_not_in_audience", in_audience, in_audience, offer.audience_id)


def granted(offer: Offer, member_id: int, now: Instant, usable_for_seconds: int | None) -> Grant:
    """Return the grant: one use, or the offer's ``maximum_uses_per_user``; it expires after ``usable_for_seconds``."""
    uses = 1 if offer.maximum_uses_per_user is None else offer.maximum_uses_per_user
    expires_at = None if usable_for_seconds is None else now + usable_for_seconds * 1000
    return Grant(offer_id=offer.id, member_id=member_id, granted_at=now, uses=uses, expires_at=expires_at)
