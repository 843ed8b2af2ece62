"""The instants at which passing time alone changes responses: ends of windows and periods, and the lapse of grants.

``Boundaries`` belongs to the records of one world. It is notified of additions, and computes nothing before the first
query. It never removes a boundary, so it may name one that no longer matters, but never misses one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Protocol

from mockserver.domain.model import Club, Grant, Offer, Timespan
from mockserver.domain.periods import period_around
from mockserver.values.instants import LATEST, Instant

WINDOWS = ("visible_since", "visible_until", "usable_since", "usable_until")
_MOST_ADDED = 10_000  # after more additions the boundaries are computed anew


class BoundaryTables(Protocol):
    """The tables from which boundaries are computed."""

    clubs: dict[str, Club]
    offers: dict[int, Offer]
    grants: dict[tuple[int, int], tuple[Grant, ...]]


def counts(offer: Offer) -> bool:
    """Return whether an offer has boundaries: drafts and archived offers are never visible."""
    return offer.status == "published" and offer.archived_at is None


class Boundaries:
    """The boundaries of each club (None: of all clubs), computed at the first query."""

    __slots__ = ("_clubs",)

    def __init__(self) -> None:
        self._clubs: dict[str | None, _Coming] = {}

    def offer_changed(self, offer: Offer) -> None:
        """Add the boundaries of a new or changed offer."""
        for club, coming in list(self._clubs.items()):
            if club in (None, offer.club) and counts(offer):
                self._add(club, coming, _windows((offer,)))
                coming.add_period(offer)

    def grants_added(self, grants: Iterable[Grant]) -> None:
        """Add the boundaries of new grants."""
        lapses = [grant.expires_at for grant in grants if grant.expires_at is not None]
        for club, coming in list(self._clubs.items()) if lapses else ():
            self._add(club, coming, lapses)

    def everything_changed(self) -> None:
        """Invalidate everything, after a change of clubs or of all tables."""
        self._clubs.clear()

    def _add(self, club: str | None, coming: _Coming, instants: Iterable[Instant]) -> None:
        if not coming.add(instants):
            del self._clubs[club]

    def next_after(self, now: Instant, tables: BoundaryTables, club: str | None) -> Instant | None:
        """Return the first boundary after an instant; None if there is none, ``LATEST`` for the end of the calendar."""
        coming = self._clubs.get(club)
        if coming is None:
            coming = self._clubs[club] = _Coming(tables, club)
        return coming.after(now)


class _Coming:
    """The boundaries of one club; queries between two boundaries are served from a cache."""

    def __init__(self, tables: BoundaryTables, club: str | None) -> None:
        offers = [offer for offer in tables.offers.values() if club in (None, offer.club) and counts(offer)]
        instants = set(_windows(offers))
        instants.update(
            grant.expires_at for grants in tables.grants.values() for grant in grants if grant.expires_at is not None
        )
        self._instants = array("q", sorted(instants))
        self._added = 0
        self._since = self._until = 0
        self._change: Instant | None = None
        self._zones = {slug: each.timezone for slug, each in tables.clubs.items()}
        self._periods: set[tuple[Timespan, str]] = set()
        for offer in offers:
            if offer.period is not None:
                self.add_period(offer)

    def add(self, instants: Iterable[Instant]) -> bool:
        """Add instants; return False if there have been too many."""
        for instant in instants:
            place = bisect_left(self._instants, instant)
            if place == len(self._instants) or self._instants[place] != instant:
                self._instants.insert(place, instant)
                self._added += 1
        self._until = self._since
        return self._added <= _MOST_ADDED

    def add_period(self, offer: Offer) -> None:
        """Add the calendar periods of an offer."""
        zone = self._zones.get(offer.club)
        if offer.period is not None and zone is not None:
            self._periods.add((offer.period.timespan, zone))
            self._until = self._since

    def after(self, now: Instant) -> Instant | None:
        if not self._since <= now < self._until:
            index = bisect_right(self._instants, now)
            coming = [period_around(now, timespan, zone)[1] for timespan, zone in self._periods]
            if index < len(self._instants):
                coming.append(self._instants[index])
            self._change = min(coming, default=None)
            self._since, self._until = now, LATEST if self._change is None else self._change
        return self._change


def _windows(offers: Iterable[Offer]) -> Iterator[Instant]:
    for offer in offers:
        for at in (offer.visible_since, offer.visible_until, offer.usable_since, offer.usable_until):
            if at is not None:
                yield at
