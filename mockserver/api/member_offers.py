"""Offers as members see them: meta, get and list.

Sources: ``docs/offers-member-2019-08.md``, ``docs/offers-member-2025-03.md``; the contract, section 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from mockserver.api.context import RequestContext
from mockserver.api.member_list import list_query, pagination
from mockserver.api.operations import operation
from mockserver.api.visible_offers import visible_offer
from mockserver.domain.model import NO_USES, Offer
from mockserver.domain.usage import usage_of
from mockserver.schemas import wire

_PERMIT = "Offers:Api:MemberOffers:"
_2019 = "offers-member-2019-08.md"


def offers_bytes(ctx: RequestContext, offers: Iterable[Offer]) -> bytes:
    """Return the viewer's view of some offers as JSON, one after the other with commas between, their links open."""
    club, now, revision, records = ctx.club, ctx.now, ctx.revision, ctx.records
    uses, counts, grants, likes = records.uses, records.uses_count, records.grants, records.likes
    member_id, parts, writer = ctx.member_id or 0, [], ctx.world.writer
    for offer in offers:
        key = (offer.id, member_id)
        usage = usage_of(offer, club, now, uses.get(key, NO_USES), counts.get(offer.id, 0), grants.get(key, ()))
        parts.append(writer.offer_bytes(offer, key in likes, usage, revision))
    return b",".join(parts)


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
    query="MemberRead",
    scoped=True,
    preview=True,
    response="Meta",
    lasting=True,
)
def get_offers_meta(ctx: RequestContext) -> Any:
    """Get offers meta."""
    found = ctx.catalogue.meta(ctx.now, ctx.member_id, ctx.scope)
    records = ctx.records
    collections = [records.collections[id_] for id_ in found.collection_ids if id_ in records.collections]
    club = ctx.club
    return wire.meta_value(
        list(found.tags),
        list(found.stores),
        collections,
        club.activated_seconds_time,
        club.usage_authorization_tokens,
        ctx.revision,
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
    query="MemberRead",
    scoped=True,
    preview=True,
    response="Offer",
    lasting=True,
    refusals=("offer_not_found",),
)
def get_offer(ctx: RequestContext) -> bytes:
    """Get offer."""
    return b'{"offer":%b}' % offers_bytes(ctx, (visible_offer(ctx),))


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
    query="MemberList",
    guest_query="GuestList",
    scoped=True,
    preview=True,
    response="Offers",
    lasting=True,
)
def list_offers(ctx: RequestContext) -> bytes:
    """List offers."""
    page = ctx.catalogue.member_page(list_query(ctx), ctx.now, ctx.member_id)
    offers = offers_bytes(ctx, page.offers)
    info = pagination(ctx, page)
    if info is None:
        return b'{"offers":[%b]}' % offers
    return b'{"offers":[%b],"pagination_info":%b}' % (offers, orjson.dumps(info))
