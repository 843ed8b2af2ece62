"""The coming moments at which passing time alone may change a response.

Windows are ``since <= now < until`` (``domain/visibility.py``), so every moment here is the first instant of a new state.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge, nsmallest
from itertools import islice
from operator import attrgetter

from msgspec import Struct

from mockserver.domain.model import Club, Offer
from mockserver.domain.periods import period_around
from mockserver.domain.usage import active_until
from mockserver.records.effects import (
    Effect,
    GrantsAdded,
    GrantsPut,
    Record,
    RecordsPut,
    ScenarioActivated,
    ScenarioDeactivated,
    ScenariosOrdered,
)
from mockserver.records.tables import Records
from mockserver.values.instants import LATEST, Instant
from mockserver.worlds.boundaries import WINDOWS, Boundaries, counts

KINDS = (*WINDOWS, "active_until", "period_rollover", "banned_until", "grant_expires", "token_expires")


_CHANGING = frozenset((RecordsPut, GrantsAdded, GrantsPut, ScenarioActivated, ScenarioDeactivated, ScenariosOrdered))
"""The effects that change moments; the frequent ones of members do not."""


class Moment(Struct, frozen=True, order=True):
    """One coming change: its time, its kind (one of ``KINDS``), and its member (None: it concerns everybody)."""

    at: Instant
    what: str
    offer_id: int | None = None
    member_id: int | None = None


class Timeline:
    """The coming changes of a world's records; it observes the world.

    ``next_change`` is called for every cached response, so the boundaries are updated effect by effect; the windows that
    ``coming`` shows are sorted anew when the catalogue has changed.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._boundaries = Boundaries()
        self._windows: list[Moment] | None = None

    def applied(self, effect: Effect) -> None:
        """Update for one effect; effects on the clock change no moment."""
        if type(effect) not in _CHANGING:
            return
        match effect:
            case RecordsPut(records=records):
                self._windows = None
                self._put(records)
            case GrantsAdded(grants=grants) | GrantsPut(grants=grants):
                self._boundaries.grants_added(grants)
            case ScenarioActivated() | ScenarioDeactivated() | ScenariosOrdered():
                self.rebased()

    def _put(self, records: Iterable[Record]) -> None:
        for record in records:
            if isinstance(record, Offer):
                self._boundaries.offer_changed(record)
            elif isinstance(record, Club):
                self._boundaries.everything_changed()

    def rebased(self) -> None:
        """Invalidate everything computed from the records."""
        self._windows = None
        self._boundaries.everything_changed()

    def next_change(self, now: Instant, club: str | None = None) -> Instant | None:
        """Return the first instant after ``now`` at which a read operation's response may change; None if there is none.

        It is never too late, and may be too early (it counts every offer and member of the club, and every limited
        period). It leaves out tokens, which the gate checks with each request, and activation windows and bans, which
        only ``use`` and ``grant`` check. ``LATEST`` means the end of the calendar.
        """
        return self._boundaries.next_after(now, self._records, club)

    def coming(
        self, now: Instant, limit: int | None = None, member_id: int | None = None, offer_id: int | None = None
    ) -> list[Moment]:
        """Return the moments after ``now`` in order, at most ``limit``; with an id only the moments of that member or offer.

        A member's moments include those of the offers, which concern everybody.
        """

        def wanted(moment: Moment) -> bool:
            return (member_id is None or moment.member_id in (None, member_id)) and (
                offer_id is None or moment.offer_id == offer_id
            )

        dynamic = filter(wanted, self._dynamic(now))
        ordered = sorted(dynamic) if limit is None else nsmallest(limit, dynamic)
        windows = self._sorted_windows()
        first = bisect_right(windows, now, key=attrgetter("at"))
        ahead = filter(wanted, islice(windows, first, None))
        return list(islice(merge(ahead, ordered), limit))

    def _sorted_windows(self) -> list[Moment]:
        if self._windows is None:
            offers = filter(counts, self._records.offers.values())
            self._windows = sorted(moment for offer in offers for moment in _windows_of(offer))
        return self._windows

    def _dynamic(self, now: Instant) -> Iterator[Moment]:
        """Return the moments that follow from tokens, grants, uses and bans of members."""
        records = self._records
        yield from self._of_uses(now)
        for (offer_id, member_id), grants in records.grants.items():
            for grant in grants:
                if grant.expires_at is not None and grant.expires_at > now:
                    yield Moment(grant.expires_at, "grant_expires", offer_id, member_id)
        for member in records.members.values():
            if member.banned_until is not None and member.banned_until > now:
                yield Moment(member.banned_until, "banned_until", None, member.id)
        for token in records.tokens.values():
            if token.expires_at > now and not token.revoked:
                yield Moment(token.expires_at, "token_expires", None, token.member_id)

    def _of_uses(self, now: Instant) -> Iterator[Moment]:
        records = self._records
        for (offer_id, member_id), uses in records.uses.items():
            offer = records.offers.get(offer_id)
            club = records.clubs.get(offer.club) if offer is not None else None
            if offer is None or club is None:
                continue
            ends = active_until(club, uses)
            if ends is not None and ends > now:
                yield Moment(ends, "active_until", offer_id, member_id)
            if offer.period is not None:
                since, until = period_around(now, offer.period.timespan, club.timezone)
                if uses.between(since, until) and until < LATEST:
                    yield Moment(until, "period_rollover", offer_id, member_id)


def _windows_of(offer: Offer) -> Iterator[Moment]:
    for what in WINDOWS:
        at = getattr(offer, what)
        if at is not None:
            yield Moment(at, what, offer.id)
