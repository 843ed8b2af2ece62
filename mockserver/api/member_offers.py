"""Offers as members see them: meta, get and list.

Sources: ``docs/offers-member-2019-08.md``, ``docs/offers-member-2025-03.md``; the contract, section 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.member_list import list_query, pagination
from mockserver.api.operations import operation
from mockserver.api.outcomes import page_outcomes
from mockserver.api.shown import ShownCollection, ShownOffer
from mockserver.api.visible_offers import visible_offer
from mockserver.domain.model import Offer
from mockserver.domain.usage import usage_by

_PERMIT = "Offers:Api:MemberOffers:"
_2019, _LATER = "offers-member-2019-08.md", {"2025-03": "offers-member-2025-03.md"}


def shown(ctx: RequestContext, offers: Iterable[Offer]) -> list[ShownOffer]:
    """Return the viewer's view of some offers."""
    records, member_id, links, periods = ctx.records, ctx.member_id, ctx.links, ctx.revision.has_periods
    return [
        ShownOffer(
            offer,
            (offer.id, member_id) in records.likes,
            usage_by(records, offer, ctx.club, ctx.now, member_id, periods=periods),
            links,
        )
        for offer in offers
    ]


@operation(
    "GET",
    "members/{context}/offers/meta",
    document=_2019,
    later_documents=_LATER,
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
    found = ctx.lists.meta(ctx.records, ctx.club.slug, ctx.now, ctx.member_id, ctx.scope)
    records = ctx.records
    collections = [records.collections[id_] for id_ in found.collection_ids if id_ in records.collections]
    club = ctx.club
    return {
        "tags": found.tags,
        "stores": found.stores,
        "collections": [ShownCollection(collection, ctx.links) for collection in collections],
        "activated_seconds_time": club.activated_seconds_time,
        "usage_authorization_tokens": club.usage_authorization_tokens,
    }


@operation(
    "GET",
    "members/{context}/offers/{id}",
    document=_2019,
    later_documents=_LATER,
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
def get_offer(ctx: RequestContext) -> Any:
    """Get offer."""
    return {"offer": shown(ctx, (visible_offer(ctx),))[0]}


@operation(
    "GET",
    "members/{context}/offers",
    document=_2019,
    later_documents=_LATER,
    contexts=("me", "member_id", "guest"),
    permits={
        "me": (_PERMIT + "ListVisible", _PERMIT + "ListVisibleByMemberId"),
        "member_id": (_PERMIT + "ListVisibleByMemberId",),
        "guest": (_PERMIT + "ListVisiblePreview",),
    },
    query="MemberList",
    other_queries={"guest": "GuestList", "preview": "PreviewList"},
    scoped=True,
    preview=True,
    response="Offers",
    lasting=True,
)
def list_offers(ctx: RequestContext) -> Any:
    """List offers."""
    page = ctx.lists.member_page(ctx.records, ctx.club.slug, list_query(ctx), ctx.now, ctx.member_id)
    ctx.outcomes = page_outcomes(page.info)
    offers, info = shown(ctx, page.offers), pagination(ctx, page)
    return {"offers": offers} if info is None else {"offers": offers, "pagination_info": info}
