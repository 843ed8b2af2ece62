"""The remaining uses of an offer by a member, and the refusals of a use.

Sources: ``docs/offers-member-2019-08.md``, "Offer usage" and "Use offer"; the contract, "Usage" and "use_offer errors".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from msgspec import Struct

from mockserver.domain.checks import Check, CheckFailed
from mockserver.domain.model import NO_USES, Club, Grant, Member, Offer, Timespan, Uses
from mockserver.domain.periods import period_around
from mockserver.domain.visibility import within
from mockserver.values.instants import Instant


class PeriodUsage(Struct, frozen=True):
    """The rest of a periodic limit until the end of the current period."""

    timespan: Timespan
    max_uses: int
    uses_left: int


class Usage(Struct, frozen=True):
    """The usage object of the documents. ``active_until`` remains after it has passed; None is no limit, or never used."""

    usable: bool
    max_uses: int | None
    uses_left: int | None
    active_until: Instant | None
    period: PeriodUsage | None


class Allowance(Struct, frozen=True):
    """The member's own limit: ``max_uses`` in all, ``left`` of them; ``granted`` is also true if no grant is needed."""

    granted: bool
    max_uses: int | None
    left: int | None


def allowance(offer: Offer, now: Instant, uses: Uses, grants: tuple[Grant, ...]) -> Allowance:
    """Return the member's own limit: ``maximum_uses_per_user``, or the grants if the type needs granting."""
    if offer.needs_grant:
        return _granted_allowance(now, uses, grants)
    limit = offer.maximum_uses_per_user
    return Allowance(True, limit, None if limit is None else max(0, limit - len(uses)))


def _granted_allowance(now: Instant, uses: Uses, grants: tuple[Grant, ...]) -> Allowance:
    """Each use draws on the grant that expires first; the unused rest of an expired grant is lost.

    A use draws on no grant that came after it, unless there is no other (the clock was turned back).
    """
    order = sorted(grants, key=lambda grant: (grant.expires_at is None, grant.expires_at or 0, grant.granted_at))
    rest = [grant.uses for grant in order]
    if order:
        for at in uses:
            open_grants = [n for n, grant in enumerate(order) if rest[n] and _open(grant, at)]
            drawn = min(open_grants, key=lambda n: order[n].granted_at > at, default=None)
            if drawn is not None:
                rest[drawn] -= 1
    held = [n for n, grant in enumerate(order) if _open(grant, now)]
    left = sum(rest[n] for n in held)
    drawn_before = sum(grant.uses - rest[n] for n, grant in enumerate(order))
    return Allowance(bool(held), left + drawn_before, left)


def _open(grant: Grant, at: Instant) -> bool:
    return grant.expires_at is None or at < grant.expires_at


def stock_left(offer: Offer, uses_count: int) -> int | None:
    """Return the remaining uses of the global limit; None without one."""
    return None if offer.stock is None else max(0, offer.stock - uses_count)


def active_until(club: Club, uses: Uses) -> Instant | None:
    """Return the end of the last use's activation window; None if never used."""
    last = uses.last
    return None if last is None else last + club.activated_seconds_time * 1000


def period_usage(offer: Offer, club: Club, now: Instant, uses: Uses) -> PeriodUsage | None:
    """Return the usage of the periodic limit in the calendar period around ``now``."""
    if offer.period is None:
        return None
    used = uses.between(*period_around(now, offer.period.timespan, club.timezone)) if len(uses) else 0
    return PeriodUsage(offer.period.timespan, offer.period.max_uses, max(0, offer.period.max_uses - used))


def in_usable_timeframes(offer: Offer, now: Instant) -> bool:
    """Return whether an offer may be used at this time; informational ones never."""
    return offer.scope != "informational" and within(now, offer.usable_since, offer.usable_until)


def usage_of(
    offer: Offer, club: Club, now: Instant, uses: Uses = NO_USES, uses_count: int = 0, grants: tuple[Grant, ...] = (),
    *, periods: bool = True,
) -> Usage:  # fmt: skip
    """Return the usage of an offer by the member whose ``uses`` and ``grants`` are given.

    ``uses_count`` counts the uses by all members; ``periods`` says whether periodic limits count.
    """
    own = allowance(offer, now, uses, grants)
    stock = stock_left(offer, uses_count)
    period = period_usage(offer, club, now, uses) if periods else None
    left = _smaller(own.left, stock)
    usable = own.granted and left != 0 and not (period and period.uses_left == 0) and in_usable_timeframes(offer, now)
    return Usage(usable, own.max_uses, left, active_until(club, uses), period)


def _smaller(one: int | None, other: int | None) -> int | None:
    """Return the smaller of two limits; None is no limit."""
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


class UsageTables(Protocol):
    """The tables of uses and grants, by (offer id, member id)."""

    uses: dict[tuple[int, int], Uses]
    uses_count: dict[int, int]
    grants: dict[tuple[int, int], tuple[Grant, ...]]


def taken(tables: UsageTables, offer_id: int, member_id: int | None) -> tuple[Uses, tuple[Grant, ...]]:
    """Return a member's uses and grants of an offer; a guest (None) has none."""
    pair = (offer_id, member_id or 0)
    return tables.uses.get(pair, NO_USES), tables.grants.get(pair, ())


def usage_by(
    tables: UsageTables, offer: Offer, club: Club, now: Instant, member_id: int | None, *, periods: bool = True
) -> Usage:
    """Return the usage of an offer by a member; a guest's (None) is that of a member who has used nothing."""
    uses, grants = taken(tables, offer.id, member_id)
    return usage_of(offer, club, now, uses, tables.uses_count.get(offer.id, 0), grants, periods=periods)


class UseAttempt(NamedTuple):
    """A member's attempt to use an offer, with all that decides it. ``token`` is the usage authorization token sent.

    ``periods`` and ``required_tokens`` say whether the API has periodic limits, and offers that require a token, at its date.
    """

    offer: Offer
    club: Club
    member: Member
    now: Instant
    uses: Uses
    uses_count: int
    grants: tuple[Grant, ...]
    token: str | None
    periods: bool = True
    required_tokens: bool = True


def check_not_banned(member: Member, now: Instant) -> None:
    """Refuse a member whose ban has not ended."""
    if member.banned_until is not None and now < member.banned_until:
        banned_until = member.banned_until
        raise CheckFailed("member_is_banned", "member_is_banned", banned_until, now, banned_until=banned_until)


def use_checks(attempt: UseAttempt) -> Iterator[Check]:
    """Return the checks of a use, lazily; the first failed one refuses."""
    offer, club, now, uses = attempt.offer, attempt.club, attempt.now, attempt.uses
    sent = attempt.token
    active = active_until(club, uses)
    yield Check("already_active", active is None or now >= active, active, now)
    own = allowance(offer, now, uses, attempt.grants)
    yield Check("not_granted", own.granted, offer.type, "a grant that has not expired")
    required = attempt.required_tokens and offer.usage_authorization_token_required
    yield Check("usage_authorization_token_missing", sent is not None or not required, sent is not None, required)
    known = sent is None or sent in club.usage_authorization_tokens
    yield Check("usage_authorization_token_invalid", known, known, "one of the club's usage_authorization_tokens")
    yield Check("user_limit_exceeded", own.left != 0, own.left, "1 or more left, or no limit")
    period = period_usage(offer, club, now, uses) if attempt.periods else None
    in_period = None if period is None else period.uses_left
    yield Check("periodic_user_limit_exceeded", in_period != 0, in_period, "1 or more left, or no limit")
    stock = stock_left(offer, attempt.uses_count)
    yield Check("global_limit_exceeded", stock != 0, stock, "1 or more left, or no limit")
    yield Check(
        "not_in_usable_timeframes", in_usable_timeframes(offer, now), now, (offer.usable_since, offer.usable_until)
    )
