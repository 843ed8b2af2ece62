"""Lists of a club's offers: filter, sort, cut out the page (the contract, sections 1 to 3).

``fast/`` gives the same lists of big catalogues in less time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter

from mockserver.domain.filters import Predicate, admin_filters, member_filters
from mockserver.domain.listing import ListQuery, Meta, Page, Tables
from mockserver.domain.model import Offer
from mockserver.domain.ordering import STORED, Key, case_insensitive, positions, sorted_by
from mockserver.domain.pagination import page_of
from mockserver.domain.viewer import Viewer
from mockserver.values.instants import Instant


class Lists:
    """The three lists of a club's offers, made anew from the tables each time. Hold the world's lock."""

    def member_page(
        self, tables: Tables, club: str, query: ListQuery, now: Instant, member_id: int | None = None
    ) -> Page:
        """Return a page of the offers that a member sees, or a guest (None)."""
        viewer = Viewer(tables, club, now, member_id, periods=query.periods)
        return _page(_visible(viewer, query.scope), member_filters(query, viewer), query, viewer)

    def admin_page(self, tables: Tables, club: str, query: ListQuery, now: Instant = 0) -> Page:
        """Return a page of the club's offers as an administrator sees them."""
        viewer = Viewer(tables, club, now)
        return _page(_offers_of(tables, club), admin_filters(query, viewer), query, viewer)

    def meta(
        self, tables: Tables, club: str, now: Instant, member_id: int | None = None, scope: str = "standard"
    ) -> Meta:
        """Return what the offers that a member (or a guest) sees are associated with."""
        offers = _visible(Viewer(tables, club, now, member_id), scope)
        return Meta(
            sorted({tag for offer in offers for tag in offer.tags}, key=case_insensitive),
            sorted({store for offer in offers for store in offer.stores}, key=case_insensitive),
            sorted({id_ for offer in offers for id_ in offer.collection_ids}),
        )

    def make_ready(self, tables: Tables) -> None:
        """Do ahead what the first list would wait for: nothing, the plain way."""

    def advice(self, tables: Tables) -> str | None:  # noqa: ARG002  # fast/ looks at them
        """Return a line on how lists of these tables would be made faster, if there is a way."""
        return None


def _offers_of(tables: Tables, club: str) -> list[Offer]:
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
    """Return how to read what an attribute is ordered by; None is NULL."""
    if attribute in STORED:
        return STORED[attribute]
    if attribute == "liked":
        return viewer.likes
    if attribute == "collection_position":
        places = positions(viewer.tables.collections, viewer.club.slug, query.collection_ids)
        return lambda offer: places.get(offer.id)
    return lambda offer: getattr(viewer.usage(offer), attribute)
