"""From the parameters of a list to the slots that match them."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator

from mockserver.domain.bits import Bits
from mockserver.domain.listing import ListQuery
from mockserver.domain.search import words_of
from mockserver.domain.sight import Sight

_WITHOUT = ("without_collection", "without_tag", "without_shop", "without_audience_id", "without_campaign_id")


def member_matches(query: ListQuery, sight: Sight) -> Bits:
    """Return the slots of the offers in a member's list."""
    found = sight.visible(query.scope) & _attributes(query, sight)
    for word in words_of(query.search):
        found &= sight.shelf.public_words.containing(word, sight.shelf.size)
    if query.liked is not None:
        found &= sight.liked if query.liked else ~sight.liked
    if query.only_usable:
        found &= sight.usable
    if query.usable is not None:
        found &= sight.usable if query.usable else ~sight.usable
    return found


def admin_matches(query: ListQuery, sight: Sight) -> Bits:
    """Return the slots of the offers in the admin list."""
    shelf = sight.shelf
    found = _attributes(query, sight)
    if query.only_archived:
        found &= shelf.marked("archived")
    elif not query.with_archived:
        found &= ~shelf.marked("archived")
    for mark in _WITHOUT:
        if getattr(query, mark):
            found &= shelf.marked(mark)
    for word in words_of(query.search):
        found &= shelf.public_words.containing(word, shelf.size) | shelf.internal_words.containing(word, shelf.size)
    return found


def _attributes(query: ListQuery, sight: Sight) -> Bits:
    """Return the slots that match the filters which both lists have, and ``audience_ids``."""
    shelf = sight.shelf
    found = sight.slots(query.ids) if query.ids else shelf.marked("any")
    for name, values in _facet_filters(query, sight):
        found &= shelf.facet(name).any_of(values, shelf.size)
    return found


def _facet_filters(query: ListQuery, sight: Sight) -> Iterator[tuple[str, Collection[Hashable]]]:
    """Return the values of which each offer has to have one, by facet."""
    filters: tuple[tuple[str, tuple[Hashable, ...]], ...] = (
        ("collection", query.collection_ids),
        ("campaign", query.campaign_ids),
        ("audience", query.audience_ids),
        ("tag", query.tags),
        ("store", query.shops),
        ("store", query.stores),
        ("type", query.types),
    )
    yield from ((name, set(values)) for name, values in filters if values)
    if query.store_ids:
        stores = (sight.tables.stores.get(id_) for id_ in query.store_ids)
        yield "store", {store.name for store in stores if store is not None and store.club == sight.club.slug}
