"""Lists of a club's offers, for members and for the admin API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mockserver.domain.instants import Instant
from mockserver.domain.listing import ListQuery, Meta, Page, Tables
from mockserver.domain.model import NO_USES, Offer
from mockserver.domain.ordering import STORED, Key, Order
from mockserver.domain.pagination import page_of
from mockserver.domain.search import internal_text, public_text, words_of
from mockserver.domain.usage import Usage, usage_of
from mockserver.domain.visibility import visible


class Catalogue:
    """The offers of one club, as lists show them."""

    def __init__(self, tables: Tables, club: str) -> None:
        self._tables = tables
        self._club = tables.clubs[club]

    @classmethod
    def of(cls, tables: Tables, club: str) -> Catalogue:
        """Answer the catalogue of a club as its tables stand now."""
        return cls(tables, club)

    def member_page(self, query: ListQuery, now: Instant, member_id: int | None = None) -> Page:
        """Answer a page of the offers that a member sees, or a guest (None)."""
        seen = self._visible(now, member_id, query.scope)
        return self._page(
            [offer for offer in seen if self._matches_member(offer, query, now, member_id)], query, now, member_id
        )

    def admin_page(self, query: ListQuery, now: Instant) -> Page:
        """Answer a page of the club's offers as an administrator sees them."""
        offers = (offer for offer in self._offers() if self._matches_admin(offer, query))
        return self._page([offer for offer in offers if self._matches(offer, query, internal=True)], query, now, None)

    def meta(self, now: Instant, member_id: int | None = None, scope: str = "standard") -> Meta:
        """Answer what the offers that a member (or a guest) sees are associated with."""
        seen = list(self._visible(now, member_id, scope))
        return Meta(
            _names(tag for offer in seen for tag in offer.tags),
            _names(store for offer in seen for store in offer.stores),
            sorted({id_ for offer in seen for id_ in offer.collection_ids}),
        )

    def _offers(self) -> Iterator[Offer]:
        return (offer for offer in self._tables.offers.values() if offer.club == self._club.slug)

    def _visible(self, now: Instant, member_id: int | None, scope: str) -> Iterator[Offer]:
        audiences = {id_ for id_, audience in self._tables.audiences.items() if member_id in audience.member_ids}
        return (offer for offer in self._offers() if visible(offer, now, scope, offer.audience_id in audiences))

    def _usage(self, offer: Offer, now: Instant, member_id: int | None) -> Usage:
        key = (offer.id, -1 if member_id is None else member_id)
        uses, grants = self._tables.uses.get(key, NO_USES), self._tables.grants.get(key, ())
        return usage_of(offer, self._club, now, uses, self._tables.uses_count.get(offer.id, 0), grants)

    def _matches_member(self, offer: Offer, query: ListQuery, now: Instant, member_id: int | None) -> bool:
        return (
            self._matches(offer, query, internal=False)
            and (query.liked is None or query.liked == ((offer.id, member_id) in self._tables.likes))
            and (not query.only_usable or self._usage(offer, now, member_id).usable)
            and (query.usable is None or query.usable == self._usage(offer, now, member_id).usable)
        )

    def _matches(self, offer: Offer, query: ListQuery, *, internal: bool) -> bool:
        text = public_text(offer) + ("\n" + internal_text(offer) if internal else "")
        return (
            (not query.ids or offer.id in query.ids)
            and (not query.collection_ids or not set(query.collection_ids).isdisjoint(offer.collection_ids))
            and (not query.campaign_ids or offer.campaign_id in query.campaign_ids)
            and (not query.tags or not set(query.tags).isdisjoint(offer.tags))
            and (not query.shops or not set(query.shops).isdisjoint(offer.stores))
            and (not query.stores or not set(query.stores).isdisjoint(offer.stores))
            and (not query.store_ids or not self._store_names(query.store_ids).isdisjoint(offer.stores))
            and (not query.types or offer.type in query.types)
            and all(word in text for word in words_of(query.search))
        )

    def _matches_admin(self, offer: Offer, query: ListQuery) -> bool:
        archived = offer.archived_at is not None
        return (
            (archived if query.only_archived else query.with_archived or not archived)
            and (not query.audience_ids or offer.audience_id in query.audience_ids)
            and not (query.without_collection and offer.collection_ids)
            and not (query.without_tag and offer.tags)
            and not (query.without_shop and offer.stores)
            and not (query.without_audience_id and offer.audience_id is not None)
            and not (query.without_campaign_id and offer.campaign_id is not None)
        )

    def _store_names(self, ids: Iterable[int]) -> set[str]:
        stores = (self._tables.stores.get(id_) for id_ in ids)
        return {store.name for store in stores if store is not None and store.club == self._club.slug}

    def _page(self, offers: list[Offer], query: ListQuery, now: Instant, member_id: int | None) -> Page:
        offers.sort(key=lambda offer: offer.id)
        self._sort(offers, query, now, member_id)
        part, info = page_of(len(offers), query.per_page, query.page_no)
        return Page(offers[part], info)

    def _sort(self, offers: list[Offer], query: ListQuery, now: Instant, member_id: int | None) -> None:
        order: Order = query.order
        for term in reversed(order):
            keys = {offer.id: self._key(offer, term.attribute, query, now, member_id) for offer in offers}
            offers.sort(
                key=lambda offer, keys=keys: (keys[offer.id] is None, keys[offer.id] or 0),  # type: ignore[misc]
                reverse=term.descending,
            )

    def _key(self, offer: Offer, attribute: str, query: ListQuery, now: Instant, member_id: int | None) -> Key:
        if attribute in STORED:
            return STORED[attribute](offer)
        if attribute == "liked":
            return (offer.id, member_id) in self._tables.likes
        if attribute == "collection_position":
            return self._positions(query.collection_ids).get(offer.id)
        return getattr(self._usage(offer, now, member_id), attribute)

    def _positions(self, collection_ids: tuple[int, ...]) -> dict[int, int]:
        collection = self._tables.collections.get(collection_ids[0]) if len(collection_ids) == 1 else None
        if collection is None or collection.club != self._club.slug:
            return {}
        return {id_: n for n, id_ in reversed(list(enumerate(collection.offers_order)))}


def _names(values: Iterable[str]) -> list[str]:
    return sorted(set(values), key=lambda name: (name.casefold(), name))
