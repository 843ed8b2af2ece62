"""Admin changes of offers: create, update, clone, archive (``docs/offers-admin-2019-10.md``; the contract, section 3).

A batch is processed item by item: an item is applied whole or not at all, and an invalid one does not affect the others.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Any, Generic, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from mockserver.attributes import OFFERS
from mockserver.domain.model import Offer
from mockserver.values.instants import Instant

Problems = dict[str, list[str]]
"""The error messages of an item, by attribute."""
R = TypeVar("R")

EMPTY: dict[str, Any] = {row.name: row.empty for row in OFFERS if row.settable is not None}
"""The values of settable attributes that are absent or null."""
_WINDOWS = (("usable_since", "usable_until"), ("visible_since", "visible_until"))


class BatchItem(Struct, frozen=True):
    """One item of a batch as it was read: all attributes of its payload (absent ones None), and problems of invalid ones."""

    attributes: dict[str, Any]
    problems: Problems = field(default_factory=dict)


class Batch(Struct, Generic[R], frozen=True):
    """The result of a batch: the ids of the offers changed, the new records, and the errors by index of the item."""

    ids: list[int] = field(default_factory=list)
    records: list[R] = field(default_factory=list)
    errors: dict[str, Problems] = field(default_factory=dict)

    def response(self) -> dict[str, Any]:
        """Return the response body, its keys in the order of the document's example."""
        return {"success": bool(self.ids), "errors": self.errors, "ids": self.ids}


def create_offers(
    items: Iterable[BatchItem], club: str, collections: Container[int], highest_id: int, now: Instant
) -> Batch[Offer]:
    """Make new offers of a club; their ids follow ``highest_id``, and ``collections`` are ids of the club's collections."""
    batch: Batch[Offer] = Batch()
    for index, item in enumerate(items):
        problems = problems_of(item, collections)
        if problems:
            batch.errors[str(index)] = problems
            continue
        highest_id += 1
        batch.ids.append(highest_id)
        batch.records.append(Offer(id=highest_id, club=club, created_at=now, updated_at=now, **settable(item)))
    return batch


def update_offers(
    items: Iterable[BatchItem], offer_by_id: Callable[[int], Offer | None], collections: Container[int], now: Instant
) -> Batch[Offer]:
    """Set all settable attributes of the offers with the items' ids; an attribute that an item leaves out is emptied."""
    batch: Batch[Offer] = Batch()
    for index, item in enumerate(items):
        problems = problems_of(item, collections)
        id_ = item.attributes.get("id")
        offer = None if id_ is None else offer_by_id(id_)
        if offer is None and "id" not in problems:
            problems["id"] = [f"Offer#{id_} not found"]
        if problems or offer is None:
            batch.errors[str(index)] = problems
            continue
        batch.ids.append(offer.id)
        batch.records.append(replace(offer, updated_at=now, **settable(item)))
    return batch


def clone_offers(originals: Iterable[Offer], highest_id: int, now: Instant) -> list[Offer]:
    """Return a draft of each offer, with the same attributes and files, no uses, and a new id."""
    return [
        replace(original, id=highest_id + n, status="draft", created_at=now, updated_at=now, archived_at=None)
        for n, original in enumerate(originals, start=1)
    ]


def archive_offers(offers: Iterable[Offer], now: Instant) -> list[Offer]:
    """Return archived copies of the offers that are not archived yet."""
    return [replace(offer, archived_at=now, updated_at=now) for offer in offers if offer.archived_at is None]


def settable(item: BatchItem) -> dict[str, Any]:
    """Return the attributes that an item sets; absent or null ones get their empty value."""
    return {name: EMPTY[name] if value is None else value for name, value in item.attributes.items() if name != "id"}


def problems_of(item: BatchItem, collections: Container[int]) -> Problems:
    """Return all problems of an item: those found while reading it, its windows, and its collections."""
    problems = dict(item.problems)
    for since, until in _WINDOWS:
        first, last = item.attributes.get(since), item.attributes.get(until)
        if first is not None and last is not None and last < first:
            problems[until] = [f"must not be before {since}"]
    of_collections = list(_collection_problems(item.attributes.get("collection_ids") or (), collections))
    if of_collections:
        problems["collection_ids"] = of_collections
    return problems


def _collection_problems(ids: tuple[int, ...], collections: Container[int]) -> Iterable[str]:
    if len(set(ids)) < len(ids):
        yield "list must contain unique values"
    for id_ in dict.fromkeys(ids):
        if id_ not in collections:
            yield f"Collection#{id_} not found"
