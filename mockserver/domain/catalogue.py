"""Lists of a club's offers, for members and for the admin API, fast with very many offers.

``Listings`` belongs to the records of one world and is told what changes; it looks at nothing until a list is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from mockserver.domain.arranging import Arranger
from mockserver.domain.bits import Bits, flags_of
from mockserver.domain.filters import admin_matches, member_matches
from mockserver.domain.holdings import Holdings, Pair
from mockserver.domain.instants import Instant
from mockserver.domain.listing import ListQuery, Meta, Page, Tables
from mockserver.domain.model import Club
from mockserver.domain.pagination import page_of
from mockserver.domain.shelf import Shelf
from mockserver.domain.sight import Sight

_MANY = 64  # changes of more than one offer in so many are not followed: making a shelf anew is cheaper


class Listings:
    """The shelves of a world's clubs, and what has changed since they were last looked at."""

    def __init__(self) -> None:
        self._shelves: dict[str, Shelf] = {}
        self._holdings: Holdings | None = None
        self._offers: set[int] = set()
        self._pairs: set[Pair] = set()

    def offer_changed(self, offer_id: int) -> None:
        """Note that an offer is new, changed or gone."""
        if self._shelves:
            self._offers.add(offer_id)

    def holding_changed(self, pair: Pair) -> None:
        """Note that the uses, the likes or the grants of (offer id, member id) changed."""
        if self._holdings is not None:
            self._pairs.add(pair)

    def everything_changed(self) -> None:
        """Note that all tables were replaced: offers that are the same records stay where they are."""
        self._holdings = None
        self._pairs.clear()
        for shelf in self._shelves.values():
            shelf.recount_all()
            self._offers.update(shelf.differing())

    def look(self, tables: Tables, club: str) -> tuple[Shelf, Holdings]:
        """Return a club's shelf and the members' holdings as the tables stand now."""
        self._follow_offers()
        self._follow_pairs(tables)
        if self._holdings is None:
            self._holdings = Holdings(tables)
        if club not in self._shelves:
            self._shelves[club] = Shelf(club, tables)
        return self._shelves[club], self._holdings

    def _follow_offers(self) -> None:
        for club, shelf in list(self._shelves.items()) if self._offers else ():
            too_many = len(self._offers) > _MANY + shelf.size // _MANY
            if too_many or not all(shelf.replace(id_) for id_ in sorted(self._offers)):
                del self._shelves[club]
        self._offers.clear()

    def _follow_pairs(self, tables: Tables) -> None:
        for pair in self._pairs:
            if self._holdings is not None:
                self._holdings.replace(tables, pair)
            for shelf in self._shelves.values():
                shelf.recount(pair[0])
        self._pairs.clear()


class Catalogue(Struct, frozen=True):
    """The offers of one club, as lists show them. Valid until the records change."""

    tables: Tables
    shelf: Shelf
    holdings: Holdings
    club: Club

    @classmethod
    def of(cls, tables: Tables, club: str) -> Catalogue:
        """Return the catalogue of a club as its tables stand now."""
        shelf, holdings = tables.listings.look(tables, club)
        return cls(tables, shelf, holdings, tables.clubs[club])

    def member_page(self, query: ListQuery, now: Instant, member_id: int | None = None) -> Page:
        """Return a page of the offers that a member sees, or a guest (None)."""
        sight = self._sight(now, member_id, query)
        return self._page(query, sight, member_matches(query, sight))

    def admin_page(self, query: ListQuery, now: Instant = 0) -> Page:
        """Return a page of the club's offers as an administrator sees them."""
        sight = self._sight(now, None, query)
        return self._page(query, sight, admin_matches(query, sight))

    def meta(self, now: Instant, member_id: int | None = None, scope: str = "standard") -> Meta:
        """Return what the offers that a member (or a guest) sees are associated with."""
        seen = self._sight(now, member_id, ListQuery()).visible(scope)
        flags = flags_of(seen, self.shelf.size)
        tags, stores, collections = (
            self.shelf.facet(name).values_among(seen, flags) for name in ("tag", "store", "collection")
        )
        return Meta(_by_name(tags), _by_name(stores), sorted(collections))

    def _sight(self, now: Instant, member_id: int | None, query: ListQuery) -> Sight:
        collection_id = query.collection_ids[0] if len(query.collection_ids) == 1 else None
        return Sight(self.shelf, self.tables, self.holdings, self.club, now, member_id, collection_id)

    def _page(self, query: ListQuery, sight: Sight, matches: Bits) -> Page:
        part, info = page_of(matches.bit_count(), query.per_page, query.page_no)
        slots = Arranger(sight).part(matches, query.order, part.start, part.stop)
        offers = (self.shelf.offers[slot] for slot in slots)
        return Page([offer for offer in offers if offer is not None], info)


def _by_name(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name.casefold(), name))
