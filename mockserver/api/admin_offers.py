"""Offers for staff: get, list, create, update, clone, delete and grant (``docs/offers-admin-2019-10.md``).

Deleting archives: the offer stays for ``with_archived`` and ``only_archived``. A clone keeps every attribute, also those
that the Admin API cannot set (such as ``type``), and starts as a draft.
"""

from __future__ import annotations

from typing import Any

from mockserver.api.admin_list import list_query
from mockserver.api.operations import operation
from mockserver.api.parameters import read_item
from mockserver.api.visit import Visit
from mockserver.domain import admin
from mockserver.domain.admin import Batch, Item
from mockserver.domain.audience_grants import grant_to_audiences
from mockserver.domain.model import Offer
from mockserver.domain.usage import usage_of
from mockserver.errors import Refused
from mockserver.schemas import wire

_PERMIT = "Offers:Api:Offers:"
_DOCUMENT = "offers-admin-2019-10.md"


def _row(permit: str, **row: Any) -> dict[str, Any]:
    return {"document": _DOCUMENT, "permits": {"": (_PERMIT + permit,)}, **row}


@operation("GET", "offers/{id}", **_row("Get", answer="AdminOfferAnswer", refusals=("offer_not_found",)))
def get_offer_admin(visit: Visit) -> dict[str, Any]:
    """Get offer (admin)."""
    text = visit.path["id"]
    offer = None if visit.offer_id is None else _offer(visit, visit.offer_id)
    if offer is None:
        visit.failed("offer", text, f"an offer of {visit.club.slug}")
        raise Refused("offer_not_found", id=text)
    visit.passed("offer", offer.id)
    return {"offer": _shown(visit, offer)}


@operation("GET", "offers", **_row("List", query="AdminList", answer="AdminOffersAnswer"))
def list_offers_admin(visit: Visit) -> dict[str, Any]:
    """List offers (admin)."""
    page = visit.catalogue.admin_page(list_query(visit.params), visit.now)
    return {
        "offers": [_shown(visit, offer) for offer in page.offers],
        "pagination_info": page.info.full() if visit.params["include_total"] else page.info.terse(),
    }


@operation("POST", "offers", **_row("Create", payload="OffersPayload", answer="BatchAnswer", writes=True))
def create_offers(visit: Visit) -> dict[str, Any]:
    """Create offers."""
    records = visit.records
    items = _items(visit, "OfferPayload")
    batch = admin.create_offers(items, visit.club.slug, _collections(visit), records.highest_offer_id, visit.now)
    return _put(visit, batch)


@operation("PUT", "offers", **_row("Update", payload="OffersUpdatePayload", answer="BatchAnswer", writes=True))
def update_offers(visit: Visit) -> dict[str, Any]:
    """Update offers."""
    items = _items(visit, "OfferUpdatePayload")
    batch = admin.update_offers(items, lambda id_: _offer(visit, id_), _collections(visit), visit.now)
    return _put(visit, batch)


@operation(
    "POST",
    "offers/clones",
    aliases=(("POST", "offers/clone"), ("DELETE", "offers/clone")),
    **_row(
        "Clone",
        payload="IdsPayload",
        answer="IdsAnswer",
        refusals=("offer_not_found",),
        writes=True,
    ),
)
def clone_offers(visit: Visit) -> dict[str, Any]:
    """Clone offers."""
    ids = visit.payload["ids"]
    originals = _known(visit, ids)
    if ids and not originals:
        visit.failed("offers", list(ids), f"offers of {visit.club.slug}")
        raise Refused("offer_not_found", id=ids[0])
    clones = admin.clone_offers(originals, visit.records.highest_offer_id, visit.now)
    _store(visit, clones)
    return {"ids": [clone.id for clone in clones]}


@operation("DELETE", "offers", **_row("Destroy", payload="IdsPayload", writes=True))
def delete_offers(visit: Visit) -> dict[str, Any]:
    """Delete offers."""
    _store(visit, admin.archive_offers(_known(visit, visit.payload["ids"]), visit.now))
    return {}


@operation(
    "POST",
    "offers/grant",
    **_row("Grant", payload="AudienceGrantsPayload", answer="BatchAnswer", writes=True),
)
def grant_offers(visit: Visit) -> dict[str, Any]:
    """Grant offers to audiences."""
    items = _items(visit, "AudienceGrantPayload")
    batch = grant_to_audiences(items, visit.records, visit.club.slug, visit.now)
    if batch.records:
        visit.records.add_grants(batch.records)
        visit.committed = True
    return batch.answer()


def _offer(visit: Visit, offer_id: int) -> Offer | None:
    return visit.records.club_offer(visit.club.slug, offer_id)


def _known(visit: Visit, ids: tuple[int, ...]) -> list[Offer]:
    """Answer the club's offers among some ids, each once, in the order asked for; the others are noted."""
    found = {id_: _offer(visit, id_) for id_ in ids}
    for id_, offer in found.items():
        if offer is None:
            visit.note("attribute", "ids", f"Offer#{id_} not found; it was left out")
    return [offer for offer in found.values() if offer is not None]


def _collections(visit: Visit) -> set[int]:
    return {collection.id for collection in visit.records.of_club("collections", visit.club.slug)}


def _shown(visit: Visit, offer: Offer) -> dict[str, Any]:
    uses_count = visit.records.uses_count.get(offer.id, 0)
    guest_usage = usage_of(offer, visit.club, visit.now, uses_count=uses_count)
    return wire.admin_offer_value(offer, uses_count, guest_usage, visit.revision)


def _items(visit: Visit, schema: str) -> list[Item]:
    """Read the items of a batch, each by itself."""
    return [Item(*read_item(schema, item)) for item in visit.payload["offers"]]


def _put(visit: Visit, batch: Batch[Offer]) -> dict[str, Any]:
    _store(visit, batch.records)
    for index, problems in batch.errors.items():
        visit.failed(f"item {index}", problems, "no errors")
    return batch.answer()


def _store(visit: Visit, offers: list[Offer]) -> None:
    if offers:
        visit.records.put(*offers)
        visit.committed = True
