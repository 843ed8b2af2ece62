"""Lists of big catalogues from numpy columns; plain lists for all others, and without numpy (the extra ``large``)."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from importlib.util import find_spec
from itertools import zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING

from mockserver.domain.listing import ListQuery, ListTables, Meta, Page
from mockserver.domain.lists import Lists
from mockserver.domain.model import Offer
from mockserver.domain.viewer import Viewer
from mockserver.records.effects import Effect, GrantsAdded, GrantsPut, Liked, RecordsPut, Unliked, UseBooked, UsesPut
from mockserver.values.instants import Instant
from mockserver.worlds.meaning import MEANING, CacheScope

if TYPE_CHECKING:
    from mockserver.fast.catalogue import Catalogue
    from mockserver.fast.view import CatalogueView
    from mockserver.worlds.world import World

LARGE = 5_000  # offers of one club from which columns are faster

INSTALL = "pip install 'offers-mockserver[large]'"


class LargeLists(Lists):
    """The lists of one world, and an observer of it. It computes nothing before the first list."""

    def __init__(self, large: int = LARGE) -> None:
        self._large = large
        self._catalogues: dict[str, Catalogue | None] = {}  # None: too small for columns
        self._tables: ListTables | None = None  # None: to be compared with those of the last list
        self._offers: list[Offer] = []
        self._followed: set[int] = set()  # ids of offers that may differ from those in _offers
        self._counted = 0
        self._counts: dict[int, int] = {}
        self._changed: set[int] = set()
        self._rebased = True
        self._own: dict[int, set[int]] | None = None

    # -- lists

    def member_page(
        self, tables: ListTables, club: str, query: ListQuery, now: Instant, member_id: int | None = None
    ) -> Page:
        """Return a page of the offers visible to a member, or to a guest (None)."""
        view = self._view(tables, club, now, member_id, periods=query.periods)
        return super().member_page(tables, club, query, now, member_id) if view is None else view.member_page(query)

    def admin_page(self, tables: ListTables, club: str, query: ListQuery, now: Instant = 0) -> Page:
        """Return a page of all the club's offers, for an administrator."""
        view = self._view(tables, club, now, None)
        return super().admin_page(tables, club, query, now) if view is None else view.admin_page(query)

    def meta(
        self, tables: ListTables, club: str, now: Instant, member_id: int | None = None, scope: str = "standard"
    ) -> Meta:
        """Return the values that the offers visible to a member (or a guest) have."""
        view = self._view(tables, club, now, member_id)
        return super().meta(tables, club, now, member_id, scope) if view is None else view.meta(scope)

    def make_ready(self, tables: ListTables) -> None:
        """Compute the columns of every big catalogue now, so that no list waits for them."""
        for club in tables.clubs:
            catalogue = self._catalogue(tables, club)
            if catalogue is not None:
                catalogue.make_all()
                self._own_offers(tables, None)

    def advice(self, tables: ListTables) -> str | None:
        """Return a line on what to install if a catalogue is big and numpy is missing, else None."""
        if has_numpy():
            return None
        club, count = max(
            Counter(offer.club for offer in tables.offers.values()).items(), key=itemgetter(1), default=("", 0)
        )
        return f"{club} has {count:,} offers: {INSTALL} makes its lists faster" if count >= self._large else None

    # -- an observer of the world

    def applied(self, effect: Effect) -> None:
        """Note the offers that an effect changes, and the members whose uses, likes and grants it changes."""
        match effect:
            case UseBooked() | UsesPut() | Liked() | Unliked() | GrantsPut():
                self._note(effect.offer_id, effect.member_id)
            case GrantsAdded():
                for grant in effect.grants:
                    self._note(grant.offer_id, grant.member_id)
            case RecordsPut():
                self._changed.update(record.id for record in effect.records if isinstance(record, Offer))
            case _ if MEANING[type(effect)].forgets in (CacheScope.CATALOGUE, CacheScope.EVERYTHING):
                self._tables = None

    def rebased(self) -> None:
        """Note that everything may have changed."""
        self._tables = None
        self._rebased = True
        self._own = None

    def _note(self, offer_id: int, member_id: int) -> None:
        self._changed.add(offer_id)
        if self._own is not None:
            self._own[member_id].add(offer_id)

    # -- columns

    def _view(
        self, tables: ListTables, club: str, now: Instant, member_id: int | None, *, periods: bool = True
    ) -> CatalogueView | None:
        """Return a viewer's view of a big catalogue, or None if plain lists are to be used."""
        catalogue = self._catalogue(tables, club)
        if catalogue is None:
            return None
        from mockserver.fast.view import CatalogueView

        return CatalogueView(
            catalogue, Viewer(tables, club, now, member_id, periods=periods), self._own_offers(tables, member_id)
        )

    def _catalogue(self, tables: ListTables, club: str) -> Catalogue | None:
        if len(tables.offers) < self._large or not has_numpy():
            return None
        self._follow(tables)
        if club not in self._catalogues:
            self._catalogues[club] = self._made(tables, club)
        return self._catalogues[club]

    def _made(self, tables: ListTables, club: str) -> Catalogue | None:
        if sum(offer.club == club for offer in tables.offers.values()) < self._large:
            return None
        from mockserver.fast.catalogue import Catalogue

        return Catalogue(tables, club)

    def _follow(self, tables: ListTables) -> None:
        """Update the columns for all changes since the last list."""
        changed, counts, counted = self._changed, tables.uses_count, self._counted
        self._changed, self._counted = set(), len(tables.offers)
        if self._rebased and counts != self._counts:
            changed.update(id_ for id_, _ in counts.items() ^ self._counts.items())
        if self._rebased or changed:
            self._counts, self._rebased = counts.copy(), False
        if tables is self._tables:
            self._followed |= changed
        else:
            offers, before, self._tables = list(tables.offers.values()), self._offers, tables
            pairs = zip_longest(offers, before) if offers != before else ()
            changed.update(each.id for pair in pairs if pair[0] is not pair[1] for each in pair if each is not None)
            changed |= self._followed
            self._offers, self._followed = offers, set()
        for club, catalogue in list(self._catalogues.items()):
            small = catalogue is None and counted == self._counted
            if not small and not (catalogue is not None and catalogue.follow(tables, changed)):
                del self._catalogues[club]

    def _own_offers(self, tables: ListTables, member_id: int | None) -> set[int]:
        """Return the ids of all offers that a member has used, liked or been granted, and possibly others."""
        if self._own is None:
            self._own = defaultdict(set)
            for table in (tables.uses, tables.likes, tables.grants):
                for offer_id, owner in table:
                    self._own[owner].add(offer_id)
        return set() if member_id is None else self._own.get(member_id, set())


@cache
def has_numpy() -> bool:
    """Return whether the extra ``large`` is installed."""
    return find_spec("numpy") is not None


def attach(world: World) -> None:
    """Have a world's lists computed from columns if its catalogue is big."""
    world.lists = lists = LargeLists()
    world.observers = (*world.observers, lists)
