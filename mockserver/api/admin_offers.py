"""Offers for staff: get, list, create, update, clone, delete and grant (``docs/offers-admin-2019-10.md``).

Deleting archives: ``with_archived`` and ``only_archived`` still list the offer. A clone keeps every attribute, also those
that cannot be set in a revision (such as ``type``), and starts as a draft.
"""

from __future__ import annotations

from typing import Any

from mockserver.api.admin_list import list_query
from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.api.outcomes import page_outcomes
from mockserver.api.parameters import read_item
from mockserver.api.shown import ShownOffer
from mockserver.domain import admin
from mockserver.domain.admin import Batch, BatchItem
from mockserver.domain.audience_grants import Unmet, grant_to_audiences
from mockserver.domain.checks import Check, CheckFailed
from mockserver.domain.model import Offer
from mockserver.domain.usage import usage_of
from mockserver.records.effects import GrantsAdded, RecordsPut

_PERMIT = "Offers:Api:Offers:"
_DOCUMENT, _LATER = "offers-admin-2019-10.md", "28_offers_admin_api/1_offers_admin_offers.md"


def _row(permit: str, **row: Any) -> dict[str, Any]:
    return {"document": _DOCUMENT, "permits": {"": (_PERMIT + permit,)}, **row}


@operation("GET", "offers/{id}", **_row("Get", response="AdminOfferAnswer", refusals=("offer_not_found",)))
def get_offer_admin(ctx: RequestContext) -> dict[str, Any]:
    """Get offer (admin)."""
    text = ctx.path["id"]
    offer = None if ctx.offer_id is None else _offer(ctx, ctx.offer_id)
    if offer is None:
        raise CheckFailed("offer_not_found", "offer", text, f"an offer of {ctx.club.slug}", id=text)
    ctx.passed("offer", offer.id)
    return {"offer": _shown(ctx, offer)}


@operation("GET", "offers", **_row("List", query="AdminList", response="AdminOffersAnswer"))
def list_offers_admin(ctx: RequestContext) -> dict[str, Any]:
    """List offers (admin)."""
    page = ctx.lists.admin_page(ctx.records, ctx.club.slug, list_query(ctx.params), ctx.now)
    ctx.outcomes = page_outcomes(page.info)
    return {
        "offers": [_shown(ctx, offer) for offer in page.offers],
        "pagination_info": page.info.full() if ctx.params["include_total"] else page.info.terse(),
    }


@operation("POST", "offers", **_row("Create", payload="OffersPayload", response="BatchAnswer", writes=True))
def create_offers(ctx: RequestContext) -> dict[str, Any]:
    """Create offers."""
    records = ctx.records
    items = _items(ctx, "OfferPayload")
    batch = admin.create_offers(items, ctx.club.slug, _collections(ctx), records.highest_offer_id, ctx.now)
    return _put(ctx, batch)


@operation("PUT", "offers", **_row("Update", payload="OffersUpdatePayload", response="BatchAnswer", writes=True))
def update_offers(ctx: RequestContext) -> dict[str, Any]:
    """Update offers."""
    items = _items(ctx, "OfferUpdatePayload")
    batch = admin.update_offers(items, lambda id_: _offer(ctx, id_), _collections(ctx), ctx.now)
    return _put(ctx, batch)


@operation(
    "POST",
    "offers/clones",
    aliases=(("POST", "offers/clone"), ("DELETE", "offers/clone")),
    **_row(
        "Clone",
        payload="IdsPayload",
        response="IdsAnswer",
        refusals=("offer_not_found",),
        writes=True,
    ),
)
def clone_offers(ctx: RequestContext) -> dict[str, Any]:
    """Clone offers."""
    ids = ctx.payload["ids"]
    originals = _known(ctx, ids)
    if ids and not originals:
        raise CheckFailed("offer_not_found", "offers", list(ids), f"offers of {ctx.club.slug}", id=ids[0])
    clones = admin.clone_offers(originals, ctx.records.highest_offer_id, ctx.now)
    _store(ctx, clones)
    return {"ids": [clone.id for clone in clones]}


@operation("DELETE", "offers", **_row("Destroy", payload="IdsPayload", writes=True))
def delete_offers(ctx: RequestContext) -> dict[str, Any]:
    """Delete offers."""
    _store(ctx, admin.archive_offers(_known(ctx, ctx.payload["ids"]), ctx.now))
    return {}


@operation(
    "POST",
    "offers/grant",
    **_row("Grant", document=_LATER, only=("2025-03",), payload="AudienceGrantsPayload", writes=True),
)
def grant_offers(ctx: RequestContext) -> dict[str, Any]:
    """Grant offers to audiences."""
    items = ctx.payload["offers"]
    grants, unmet = grant_to_audiences(items, ctx.records, ctx.club.slug, ctx.now)
    if unmet:
        raise CheckFailed("invalid_parameters", "grants", unmet, "no errors", details={"offers": _leaves(items, unmet)})
    if grants:
        ctx.apply(GrantsAdded(tuple(grants)))
    return {}


def _leaves(items: list[dict[str, Any]], unmet: Unmet) -> dict[str, Any]:
    from mockserver.values.problems import leaf

    return {
        index: {name: [leaf(items[int(index)][name], "invalid", format=wanted)] for name, wanted in wrong.items()}
        for index, wrong in unmet.items()
    }


def _offer(ctx: RequestContext, offer_id: int) -> Offer | None:
    return ctx.records.club_offer(ctx.club.slug, offer_id)


def _known(ctx: RequestContext, ids: tuple[int, ...]) -> list[Offer]:
    """Return the club's offers with these ids, each once, in the given order; note the ids without an offer."""
    found = {id_: _offer(ctx, id_) for id_ in ids}
    for id_, offer in found.items():
        if offer is None:
            ctx.note("attribute", "ids", f"Offer#{id_} not found; it was left out")
    return [offer for offer in found.values() if offer is not None]


def _collections(ctx: RequestContext) -> set[int]:
    return {collection.id for collection in ctx.records.of_club("collections", ctx.club.slug)}


def _shown(ctx: RequestContext, offer: Offer) -> ShownOffer:
    uses_count = ctx.records.uses_count.get(offer.id, 0)
    guest_usage = usage_of(offer, ctx.club, ctx.now, uses_count=uses_count)
    return ShownOffer(offer, False, guest_usage, ctx.links, uses_count)


def _items(ctx: RequestContext, schema: str) -> list[BatchItem]:
    """Read the items of a batch one by one."""
    return [BatchItem(*read_item(ctx, schema, item)) for item in ctx.payload["offers"]]


def _put(ctx: RequestContext, batch: Batch[Offer]) -> dict[str, Any]:
    _store(ctx, batch.records)
    if batch.errors and batch.records:
        ctx.outcomes = ("partial_success",)
    for index, problems in batch.errors.items():
        ctx.checks.append(Check(f"item {index}", False, problems, "no errors"))
    return batch.response()


def _store(ctx: RequestContext, offers: list[Offer]) -> None:
    if offers:
        ctx.apply(RecordsPut(tuple(offers)))
