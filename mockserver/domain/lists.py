"""Lists of a club's offers: filter, sort, slice (the contract, sections 1 to 3).

``fast/lists.py`` returns the same lists, faster for big catalogues.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter

from mockserver.domain.filters import Predicate, admin_filters, member_filters
from mockserver.domain.listing import ListQuery, ListTables, Meta, Page
from mockserver.domain.model import Offer
from mockserver.domain.ordering import STORED, Key, case_insensitive, positions, sorted_by
from mockserver.domain.pagination import page_of
from mockserver.domain.viewer import Viewer
from mockserver.values.instants import Instant


class Lists:
    """The three lists of a club's offers, computed from the tables for each request. The caller holds the world's lock."""

    def member_page(
        self, tables: ListTables, club: str, query: ListQuery, now: Instant, member_id: int | None = None
    ) -> Page:
        """Return a page of the offers visible to a member, or to a guest (None)."""
        viewer = Viewer(tables, club, now, member_id, periods=query.periods)
        return _page(_visible(viewer, query.scope), member_filters(query, viewer), query, viewer)

    def admin_page(self, tables: ListTables, club: str, query: ListQuery, now: Instant = 0) -> Page:
        """Return a page of all the club's offers, for an administrator."""
        viewer = Viewer(tables, club, now)
        return _page(_offers_of(tables, club), admin_filters(query, viewer), query, viewer)

    def meta(
        self, tables: ListTables, club: str, now: Instant, member_id: int | None = None, scope: str = "standard"
    ) -> Meta:
        """Return the values that the offers visible to a member (or a guest) have."""
        offers = _visible(Viewer(tables, club, now, member_id), scope)
        return Meta(
            sorted({tag for offer in offers for tag in offer.tags}, key=case_insensitive),
            sorted({store for offer in offers for store in offer.stores}, key=case_insensitive),
            sorted({id_ for offer in offers for id_ in offer.collection_ids}),
        )

    def make_ready(self, tables: ListTables) -> None:
        """Prepare the first list; plain lists need no preparation."""

    def advice(self, tables: ListTables) -> str | None:  # noqa: ARG002  # fast/lists.py uses them
        """Return a line of advice on making lists of these tables faster, or None."""
        return None


def _offers_of(tables: ListTables, club: str) -> list[Offer]:
    return [offer for offer in tables.offers.values() if offer.club == club]


def _visible(viewer: Viewer, scope: str) -> list[Offer]:
    return [offer for offer in _offers_of(viewer.tables, viewer.club.slug) if viewer.sees(offer, scope)]


def _page(offers: Iterable[Offer], filters: Iterable[Predicate], query: ListQuery, viewer: Viewer) -> Page:
    for matches in filters:
        offers = filter(matches, offers)
    found = sorted(offers, key=attrgetter("id"))
    for term in reversed(query.order):
        found = sorted_by(found, _key(term.attribute, query, viewer), descending=term.descending)
    part, info = page_of(len(found), query.per_page, query.page_no)
    return Page(found[part], info)


def _key(attribute: str, query: ListQuery, viewer: Viewer) -> Callable[[Offer], Key]:
    """Return the function that reads an attribute's sort key of an offer; None is NULL."""
    if attribute in STORED:
        return STORED[attribute]
    if attribute == "liked":
        return viewer.likes
    if attribute == "collection_position":
        places = positions(viewer.tables.collections, viewer.club.slug, query.collection_ids)
        return lambda offer: places.get(offer.id)
    return lambda offer: getattr(viewer.usage(offer), attribute)
