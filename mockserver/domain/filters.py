"""The filters of lists, made from their parameters (the contract, "Shapes", and section 3).

An offer must match all filters of a query; within one filter one matching value is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from operator import attrgetter
from typing import Any

from mockserver.domain.listing import ListQuery
from mockserver.domain.model import Offer
from mockserver.domain.search import contains_words, words_of
from mockserver.domain.viewer import Viewer

Predicate = Callable[[Offer], bool]

ATTRIBUTES = {
    "ids": "id",
    "collection_ids": "collection_ids",
    "campaign_ids": "campaign_id",
    "audience_ids": "audience_id",
    "tags": "tags",
    "shops": "stores",
    "stores": "stores",
    "types": "type",
}
"""The attribute of an offer for each parameter of a query."""
WITHOUT = {
    "without_collection": "collection_ids",
    "without_tag": "tags",
    "without_shop": "stores",
    "without_audience_id": "audience_id",
    "without_campaign_id": "campaign_id",
}
"""The attribute that must be empty if the parameter is true."""
MANY_VALUED = frozenset({"collection_ids", "tags", "stores"})


def member_filters(query: ListQuery, viewer: Viewer) -> Iterator[Predicate]:
    """Return the filters of a member's list, besides visibility; the slowest come last."""
    yield from _attribute_filters(query, viewer)
    if query.search:
        words = words_of(query.search)
        yield lambda offer: contains_words(offer, words)
    if query.liked:
        yield viewer.likes
    if query.only_usable or query.usable:
        yield lambda offer: viewer.usage(offer).usable


def admin_filters(query: ListQuery, viewer: Viewer) -> Iterator[Predicate]:
    """Return the filters of the admin list."""
    if query.only_archived:
        yield lambda offer: offer.archived_at is not None
    elif not query.with_archived:
        yield lambda offer: offer.archived_at is None
    yield from _attribute_filters(query, viewer)
    for parameter, attribute in WITHOUT.items():
        if getattr(query, parameter):
            yield _has_none(attribute)
    if query.search:
        words = words_of(query.search)
        yield lambda offer: contains_words(offer, words, internal=True)


def store_names(query: ListQuery, viewer: Viewer) -> set[str]:
    """Return the names of the club's stores with the ids in ``store_ids``."""
    stores = map(viewer.tables.stores.get, query.store_ids)
    return {store.name for store in stores if store is not None and store.club == viewer.club.slug}


def _attribute_filters(query: ListQuery, viewer: Viewer) -> Iterator[Predicate]:
    for parameter, attribute in ATTRIBUTES.items():
        if getattr(query, parameter):
            yield _has_any(attribute, getattr(query, parameter))
    if query.store_ids:
        yield _has_any("stores", store_names(query, viewer))


def _has_any(attribute: str, values: Collection[Any]) -> Predicate:
    wanted, read = frozenset(values), attrgetter(attribute)
    if attribute in MANY_VALUED:
        return lambda offer: not wanted.isdisjoint(read(offer))
    return lambda offer: read(offer) in wanted


def _has_none(attribute: str) -> Predicate:
    read = attrgetter(attribute)
    return lambda offer: read(offer) in (None, ())
