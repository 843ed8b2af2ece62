"""Members' actions on offers: use, like and unlike; and grants to members.

Sources: ``docs/offers-member-2019-08.md``, ``docs/offers-member-2025-03.md``; the contract, section 2.
"""

from __future__ import annotations

from typing import Any, cast

from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.api.outcomes import near_boundary
from mockserver.api.visible_offers import in_audience, visible_offer
from mockserver.domain.granting import grant_checks, granted
from mockserver.domain.usage import UseAttempt, active_until, check_not_banned, taken, usage_by, use_checks
from mockserver.errors import Refused
from mockserver.records.effects import GrantsAdded, Liked, Unliked, UseBooked

_PERMIT = "Offers:Api:MemberOffers:"
_2019, _LATER = "offers-member-2019-08.md", {"2025-03": "offers-member-2025-03.md"}


@operation(
    "POST",
    "members/{context}/offers/{id}/use",
    aliases=(("POST", "members/me/offers/{id}"),),
    document=_2019,
    later_documents=_LATER,
    contexts=("me", "member_id"),
    permits={"me": (_PERMIT + "Use",), "member_id": (_PERMIT + "UseByMemberId",)},
    query="MemberAct",
    payload="UsePayload",
    scoped=True,
    response="UsageAnswer",
    lasting=True,
    refusals=(
        "offer_not_found",
        "member_is_banned",
        "already_active",
        "not_granted",
        "usage_authorization_token_missing",
        "usage_authorization_token_invalid",
        "user_limit_exceeded",
        "periodic_user_limit_exceeded",
        "global_limit_exceeded",
        "not_in_usable_timeframes",
    ),
    writes=True,
)
def use_offer(ctx: RequestContext) -> Any:
    """Use offer."""
    offer, member, records = visible_offer(ctx), ctx.acting_member, ctx.records
    _check_ban(ctx)
    count, (uses, grants) = records.uses_count.get(offer.id, 0), taken(records, offer.id, member.id)
    token = ctx.request.headers.get("x-usage-token") or (ctx.payload or {}).get("authorization_token")
    date = ctx.revision
    attempt = UseAttempt(
        offer, ctx.club, member, ctx.now, uses, count, grants, token, date.has_periods, date.has_required_tokens
    )
    bounds = (active_until(ctx.club, uses), offer.usable_since, offer.usable_until)
    ctx.at_boundary = ctx.at_boundary or near_boundary(ctx.now, *bounds)
    for check in use_checks(attempt):
        ctx.checks.append(check)
        if not check.passed:
            if check.name == "already_active":
                ctx.holds_until(cast(int, check.found))
            raise Refused(check.name)
    ctx.apply(UseBooked(offer.id, member.id, ctx.now))
    usage = usage_by(records, offer, ctx.club, ctx.now, member.id, periods=date.has_periods)
    if usage.uses_left == 0:
        ctx.outcomes = ("last_use",)
    return {"usage": usage}


def _check_ban(ctx: RequestContext) -> None:
    if not ctx.revision.has_bans:
        return
    member = ctx.acting_member
    ctx.at_boundary = near_boundary(ctx.now, member.banned_until)
    try:
        check_not_banned(member, ctx.now)
    except Refused:
        ctx.holds_until(member.banned_until or 0)
        raise
    ctx.passed("member_is_banned", member.banned_until, ctx.now)


def _like_row(name: str) -> dict[str, Any]:
    return {
        "document": _2019,
        "later_documents": _LATER,
        "contexts": ("me", "member_id"),
        "permits": {"me": (_PERMIT + "Like",), "member_id": (_PERMIT + "LikeByMemberId",)},
        "query": "MemberAct",
        "scoped": True,
        "refusals": ("offer_not_found",),
        "writes": True,
        "name": name,
    }


@operation("PUT", "members/{context}/offers/{id}/like", **_like_row("like_offer"))
def like_offer(ctx: RequestContext) -> dict[str, Any]:
    """Like offer."""
    offer, member = visible_offer(ctx), ctx.acting_member
    if (offer.id, member.id) not in ctx.records.likes:
        ctx.apply(Liked(offer.id, member.id, ctx.now))
    return {}


@operation("PUT", "members/{context}/offers/{id}/unlike", **_like_row("unlike_offer"))
def unlike_offer(ctx: RequestContext) -> dict[str, Any]:
    """Unlike offer."""
    offer, member = visible_offer(ctx), ctx.acting_member
    if (offer.id, member.id) in ctx.records.likes:
        ctx.apply(Unliked(offer.id, member.id))
    return {}


@operation(
    "POST",
    "members/{member_id}/offers/{id}/grant",
    document="25_offers_api/0_offers.md",
    contexts=("member_id",),
    permits={"member_id": (_PERMIT + "GrantByMemberId",)},
    query="MemberAct",
    payload="GrantPayload",
    scoped=True,
    lasting=True,
    refusals=(
        "offer_not_found",
        "member_is_banned",
        "not_grantable",
        "global_limit_exceeded",
        "member_not_in_audience",
    ),
    writes=True,
)
def grant_offer(ctx: RequestContext) -> dict[str, Any]:
    """Grant offer."""
    offer = visible_offer(ctx, to_everybody=True)
    _check_ban(ctx)
    member, records = ctx.acting_member, ctx.records
    belongs = offer.audience_id is None or in_audience(ctx, offer)
    for check in grant_checks(offer, records.uses_count.get(offer.id, 0), belongs):
        ctx.checks.append(check)
        if not check.passed:
            raise Refused(check.name)
    seconds = (ctx.payload or {}).get("usable_for_seconds")
    ctx.apply(GrantsAdded((granted(offer, member.id, ctx.now, seconds),)))
    return {}
