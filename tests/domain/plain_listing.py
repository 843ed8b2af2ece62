"""Lists the plain way: every offer is looked at and the whole list sorted, by the contract's words. The index has to agree."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from mockserver.domain.listing import ListQuery, Meta
from mockserver.domain.model import NO_USES, Offer
from mockserver.domain.search import fold
from mockserver.domain.usage import Usage, usage_of
from mockserver.domain.visibility import visible
from mockserver.worlds.records import Records


class PlainList:
    """What a member (None: a guest) sees of a club at one instant."""

    def __init__(self, records: Records, club: str, now: int, member_id: int | None = None) -> None:
        self.records, self.club, self.now, self.member_id = records, club, now, member_id

    def member_ids(self, query: ListQuery) -> list[int]:
        found = [
            offer
            for offer in self.visible(query.scope)
            if self.matches(offer, query, self.texts(offer))
            and (query.liked is None or self.liked(offer) == query.liked)
            and (not query.only_usable or self.usage(offer).usable)
            and (query.usable is None or self.usage(offer).usable == query.usable)
        ]
        return self.in_order(found, query)

    def admin_ids(self, query: ListQuery) -> list[int]:
        found = [
            offer
            for offer in self.offers()
            if self.matches(offer, query, [*self.texts(offer), offer.internal_name, offer.internal_description])
            and self.matches_admin(offer, query)
        ]
        return self.in_order(found, query)

    def meta(self, scope: str) -> Meta:
        seen = self.visible(scope)
        tags = {tag for offer in seen for tag in offer.tags}
        stores = {store for offer in seen for store in offer.stores}
        by_name = {"key": lambda name: (name.casefold(), name)}
        return Meta(
            sorted(tags, **by_name), sorted(stores, **by_name), sorted({n for o in seen for n in o.collection_ids})
        )

    def offers(self) -> list[Offer]:
        return [offer for offer in self.records.offers.values() if offer.club == self.club]

    def visible(self, scope: str) -> list[Offer]:
        return [offer for offer in self.offers() if visible(offer, self.now, scope, self.in_audience(offer))]

    def in_audience(self, offer: Offer) -> bool:
        audience = self.records.audiences.get(offer.audience_id or 0)
        return audience is not None and self.member_id in audience.member_ids

    def usage(self, offer: Offer) -> Usage:
        pair: Any = (offer.id, self.member_id)
        uses, grants = self.records.uses.get(pair, NO_USES), self.records.grants.get(pair, ())
        count = self.records.uses_count.get(offer.id, 0)
        return usage_of(offer, self.records.clubs[self.club], self.now, uses, count, grants)

    def liked(self, offer: Offer) -> bool:
        return (offer.id, self.member_id) in self.records.likes

    def texts(self, offer: Offer) -> list[str | None]:
        return [offer.name, offer.description, *offer.tags, *offer.stores]

    def matches(self, offer: Offer, query: ListQuery, texts: list[str | None]) -> bool:
        folded = [fold(text or "") for text in texts]
        words = fold(query.search or "").split()
        of_stores = {store.name for store in self.records.of_club("stores", self.club) if store.id in query.store_ids}
        return (
            (not query.ids or offer.id in query.ids)
            and (not query.collection_ids or bool(set(query.collection_ids) & set(offer.collection_ids)))
            and (not query.campaign_ids or offer.campaign_id in query.campaign_ids)
            and (not query.tags or bool(set(query.tags) & set(offer.tags)))
            and (not query.shops or bool(set(query.shops) & set(offer.stores)))
            and (not query.stores or bool(set(query.stores) & set(offer.stores)))
            and (not query.store_ids or bool(of_stores & set(offer.stores)))
            and (not query.types or offer.type in query.types)
            and all(any(word in text for text in folded) for word in words)
        )

    def matches_admin(self, offer: Offer, query: ListQuery) -> bool:
        archived = offer.archived_at is not None
        return (
            (archived if query.only_archived else not archived or query.with_archived)
            and (not query.audience_ids or offer.audience_id in query.audience_ids)
            and (not query.without_collection or not offer.collection_ids)
            and (not query.without_tag or not offer.tags)
            and (not query.without_shop or not offer.stores)
            and (not query.without_audience_id or offer.audience_id is None)
            and (not query.without_campaign_id or offer.campaign_id is None)
        )

    def in_order(self, offers: list[Offer], query: ListQuery) -> list[int]:
        reads = [(self.reader(term.attribute, query), term.descending) for term in query.order]

        def compare(a: Offer, b: Offer) -> int:
            for read, descending in reads:
                left, right = read(a), read(b)
                if left != right:
                    less = left is not None and (right is None or left < right)
                    return -1 if less != descending else 1
            return -1 if a.id < b.id else 1

        return [offer.id for offer in sorted(offers, key=cmp_to_key(compare))]

    def reader(self, attribute: str, query: ListQuery) -> Callable[[Offer], Any]:
        if attribute == "name":
            return lambda offer: None if offer.name is None else (offer.name.casefold(), offer.name)
        if attribute in ("usable", "uses_left"):
            return lambda offer: getattr(self.usage(offer), attribute)
        if attribute == "liked":
            return self.liked
        if attribute == "collection_position":
            return lambda offer: self.position(offer, query.collection_ids)
        return lambda offer: getattr(offer, attribute)

    def position(self, offer: Offer, collection_ids: tuple[int, ...]) -> int | None:
        (collection_id,) = collection_ids
        collection = self.records.collections.get(collection_id)
        order = collection.offers_order if collection is not None and collection.club == self.club else ()
        return order.index(offer.id) if offer.id in order else None
