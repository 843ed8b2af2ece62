"""Offers for members: meta, get, list, use, like, unlike and grant.

Sources: ``docs/offers-member-2019-08.md``, ``docs/offers-member-2025-03.md``; the contract, section 2.
"""

from __future__ import annotations

import re
from typing import Any, cast

import orjson

from mockserver.api.member_list import list_query, pagination
from mockserver.api.operations import operation
from mockserver.api.visit import Visit
from mockserver.domain.granting import grant_checks, granted
from mockserver.domain.model import NO_USES, Offer, Uses
from mockserver.domain.usage import UseAttempt, check_not_banned, usage_of, use_checks
from mockserver.domain.visibility import visible
from mockserver.errors import Refused
from mockserver.schemas import payloads, queries, wire

_PERMIT = "Offers:Api:MemberOffers:"
_2019 = "offers-member-2019-08.md"
_ID = re.compile(r"[0-9]{1,18}")


def visible_offer(visit: Visit) -> Offer:
    """Answer the offer of the path; refuse one that does not exist, or that this viewer does not see."""
    text = visit.path["id"]
    offer = visit.records.club_offer(visit.club.slug, int(text)) if _ID.fullmatch(text) else None
    visit.offer_id = int(text) if _ID.fullmatch(text) else None
    if offer is None:
        visit.failed("offer", text, f"an offer of {visit.club.slug}")
        raise Refused("offer_not_found", id=text)
    if not visible(offer, visit.now, visit.scope, in_audience(visit, offer)):
        visit.failed("offer visible", _why_visible(visit, offer), {"scope": visit.scope, "status": "published"})
        raise Refused("offer_not_found", id=text)
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


def member_uses(visit: Visit, offer: Offer) -> Uses:
    """Answer when the viewer used an offer; a guest has used nothing."""
    member = None if visit.guest else visit.member
    return visit.records.uses.get((offer.id, member.id), NO_USES) if member else NO_USES


def offer_bytes(visit: Visit, offer: Offer) -> bytes:
    """Answer the viewer's view of an offer as JSON, its links open."""
    records = visit.records
    key = (offer.id, 0 if visit.guest or visit.member is None else visit.member.id)
    usage = usage_of(
        offer,
        visit.club,
        visit.now,
        records.uses.get(key, NO_USES),
        records.uses_count.get(offer.id, 0),
        records.grants.get(key, ()),
    )
    return wire.offer_bytes(offer, key in records.likes, usage, visit.revision)


@operation(
    "GET",
    "members/{context}/offers/meta",
    document=_2019,
    contexts=("me", "member_id", "guest"),
    permits={
        "me": (_PERMIT + "GetMeta",),
        "member_id": (_PERMIT + "GetMetaByMemberId",),
        "guest": (_PERMIT + "GetMetaPreview",),
    },
    query=queries.MemberRead,
    scoped=True,
    preview=True,
    answer="Meta",
    lasting=True,
)
def get_offers_meta(visit: Visit) -> Any:
    """Get offers meta."""
    found = visit.catalogue.meta(visit.now, visit.member_id, visit.scope)
    records = visit.records
    collections = [records.collections[id_] for id_ in found.collection_ids if id_ in records.collections]
    club = visit.club
    return wire.meta_value(
        list(found.tags),
        list(found.stores),
        collections,
        club.activated_seconds_time,
        club.usage_authorization_tokens,
        visit.revision,
    )


@operation(
    "GET",
    "members/{context}/offers/{id}",
    document=_2019,
    contexts=("me", "member_id", "guest"),
    permits={
        "me": (_PERMIT + "Get",),
        "member_id": (_PERMIT + "GetByMemberId",),
        "guest": (_PERMIT + "GetPreview",),
    },
    query=queries.MemberRead,
    scoped=True,
    preview=True,
    answer="Offer",
    lasting=True,
    refusals=("offer_not_found",),
)
def get_offer(visit: Visit) -> bytes:
    """Get offer."""
    return b'{"offer":%b}' % offer_bytes(visit, visible_offer(visit))


@operation(
    "GET",
    "members/{context}/offers",
    document=_2019,
    contexts=("me", "member_id", "guest"),
    permits={
        "me": (_PERMIT + "ListVisible", _PERMIT + "ListVisibleByMemberId"),
        "member_id": (_PERMIT + "ListVisibleByMemberId",),
        "guest": (_PERMIT + "ListVisiblePreview",),
    },
    query=queries.MemberList,
    scoped=True,
    preview=True,
    answer="Offers",
    lasting=True,
)
def list_offers(visit: Visit) -> bytes:
    """List offers."""
    page = visit.catalogue.member_page(list_query(visit), visit.now, visit.member_id)
    offers = b",".join([offer_bytes(visit, offer) for offer in page.offers])
    info = pagination(visit, page)
    if info is None:
        return b'{"offers":[%b]}' % offers
    return b'{"offers":[%b],"pagination_info":%b}' % (offers, orjson.dumps(info))


@operation(
    "POST",
    "members/{context}/offers/{id}/use",
    aliases=(("POST", "members/{context}/offers/{id}"),),
    document=_2019,
    contexts=("me", "member_id"),
    permits={"me": (_PERMIT + "Use",), "member_id": (_PERMIT + "UseByMemberId",)},
    query=queries.MemberAct,
    payload=payloads.UsePayload,
    scoped=True,
    answer="UsageAnswer",
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
def use_offer(visit: Visit) -> bytes:
    """Use offer."""
    offer, member, records = visible_offer(visit), visit.acting_member, visit.records
    _check_ban(visit)
    key = (offer.id, member.id)
    grants, count = records.grants.get(key, ()), records.uses_count.get(offer.id, 0)
    uses = records.uses.get(key, NO_USES)
    token = visit.call.headers.get("x-usage-token") or (visit.payload or {}).get("authorization_token")
    attempt = UseAttempt(offer, visit.club, member, visit.now, uses, count, grants, token)
    for check in use_checks(attempt):
        visit.checks.append(check)
        if not check.passed:
            if check.name == "already_active":
                visit.holds_until(cast(int, check.found))
            raise Refused(check.name)
    uses = records.book_use(offer.id, member.id, visit.now)
    visit.committed = True
    usage = usage_of(offer, visit.club, visit.now, uses, count + 1, grants)
    return b'{"usage":%b}' % wire.usage_bytes(usage, visit.revision)


def _check_ban(visit: Visit) -> None:
    member = visit.acting_member
    try:
        check_not_banned(member, visit.now)
    except Refused:
        visit.failed("member_is_banned", member.banned_until, visit.now)
        visit.holds_until(member.banned_until or 0)
        raise
    visit.passed("member_is_banned", member.banned_until, visit.now)


def _like_row(name: str) -> dict[str, Any]:
    return {
        "document": _2019,
        "contexts": ("me", "member_id"),
        "permits": {"me": (_PERMIT + "Like",), "member_id": (_PERMIT + "LikeByMemberId",)},
        "query": queries.MemberAct,
        "scoped": True,
        "refusals": ("offer_not_found",),
        "writes": True,
        "name": name,
    }


@operation("PUT", "members/{context}/offers/{id}/like", **_like_row("like_offer"))
def like_offer(visit: Visit) -> dict[str, Any]:
    """Like offer."""
    offer = visible_offer(visit)
    visit.records.like(offer.id, visit.acting_member.id, visit.now)
    visit.committed = True
    return {}


@operation("PUT", "members/{context}/offers/{id}/unlike", **_like_row("unlike_offer"))
def unlike_offer(visit: Visit) -> dict[str, Any]:
    """Unlike offer."""
    offer = visible_offer(visit)
    visit.records.unlike(offer.id, visit.acting_member.id)
    visit.committed = True
    return {}


@operation(
    "POST",
    "members/{member_id}/offers/{id}/grant",
    document="offers-member-2025-03.md",
    contexts=("member_id",),
    permits={"member_id": (_PERMIT + "GrantByMemberId",)},
    query=queries.MemberAct,
    payload=payloads.GrantPayload,
    scoped=True,
    refusals=(
        "offer_not_found",
        "member_is_banned",
        "not_grantable",
        "global_limit_exceeded",
        "member_not_in_audience",
    ),
    writes=True,
)
def grant_offer(visit: Visit) -> dict[str, Any]:
    """Grant offer."""
    offer = grantable_offer(visit)
    _check_ban(visit)
    member, records = visit.acting_member, visit.records
    belongs = offer.audience_id is None or in_audience(visit, offer)
    for check in grant_checks(offer, records.uses_count.get(offer.id, 0), belongs):
        visit.checks.append(check)
        if not check.passed:
            raise Refused(check.name)
    seconds = (visit.payload or {}).get("usable_for_seconds")
    records.add_grants((granted(offer, member.id, visit.now, seconds),))
    visit.committed = True
    return {}


def grantable_offer(visit: Visit) -> Offer:
    """Answer the offer of the path as a grant sees it: an audience that the member is not in is an error of its own."""
    text = visit.path["id"]
    offer = visit.records.club_offer(visit.club.slug, int(text)) if _ID.fullmatch(text) else None
    visit.offer_id = int(text) if _ID.fullmatch(text) else None
    if offer is None or not visible(offer, visit.now, visit.scope, in_audience=True):
        visit.failed("offer", text, f"a visible offer of {visit.club.slug}")
        raise Refused("offer_not_found", id=text)
    visit.passed("offer", offer.id)
    return offer
