"""The coming moments at which an answer may change, because time alone passes.

Windows are ``since <= now < until`` (``domain/visibility.py``), so every moment here is the first instant of what is new.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge, nsmallest
from itertools import islice
from operator import attrgetter

from mockserver.domain.instants import LATEST, Instant
from mockserver.domain.model import Offer, Timespan
from mockserver.domain.periods import period_around
from mockserver.domain.usage import active_until
from mockserver.store import Records

WINDOWS = ("visible_since", "visible_until", "usable_since", "usable_until")
KINDS = (*WINDOWS, "active_until", "period_rollover", "banned_until", "grant_expires", "token_expires")


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One coming change: when, what (one of ``KINDS``), and whose (None where it is everybody's)."""

    at: Instant
    what: str
    offer_id: int | None = None
    member_id: int | None = None


class Timeline:
    """What time will change in some records.

    ``next_change`` is asked for every answer that is kept for later, so its working is remembered: the sorted window boundaries
    until the catalogue changes, and the answer itself until it is reached.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._windows_rev = -1
        self._windows: list[Moment] = []
        self._clubs: dict[str | None, _Boundaries] = {}

    def next_change(self, now: Instant, club: str | None = None) -> Instant | None:
        """Answer the first instant after ``now`` at which a reading operation may answer otherwise; None if there is none.

        It is never too late, and may be too early (it counts every offer and member of the club, and every period that
        is limited at all). It leaves out what the gate checks with each request (tokens) and what only ``use`` and ``grant``
        look at (activation windows, bans). ``LATEST`` stands for the end of the calendar.
        """
        records = self._records
        key = (records.catalogue_rev, records.grants_rev)
        found = self._clubs.get(club)
        if found is None or found.key != key:
            found = self._clubs[club] = _boundaries(records, club, key)
        return found.after(now)

    def coming(
        self, now: Instant, limit: int | None = None, member_id: int | None = None, offer_id: int | None = None
    ) -> list[Moment]:
        """Answer the moments after ``now`` in order, at most ``limit``; with an id only those about it.

        A member's moments are its own and those of the offers, which are everybody's.
        """

        def wanted(moment: Moment) -> bool:
            return (member_id is None or moment.member_id in (None, member_id)) and (
                offer_id is None or moment.offer_id == offer_id
            )

        dynamic = filter(wanted, self._dynamic(now))
        ordered = sorted(dynamic) if limit is None else nsmallest(limit, dynamic)
        first = bisect_right(self._sorted_windows(), now, key=attrgetter("at"))
        windows = filter(wanted, islice(self._windows, first, None))
        return list(islice(merge(windows, ordered), limit))

    def _sorted_windows(self) -> list[Moment]:
        if self._windows_rev != self._records.catalogue_rev:
            offers = filter(_counts, self._records.offers.values())
            self._windows = sorted(moment for offer in offers for moment in _windows_of(offer))
            self._windows_rev = self._records.catalogue_rev
        return self._windows

    def _dynamic(self, now: Instant) -> Iterator[Moment]:
        """Make the moments that members bring about."""
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


@dataclass(slots=True)
class _Boundaries:
    """What ``next_change`` needs for one club, as of ``key``; ``since <= now < until`` is answered from memory."""

    key: tuple[int, int]
    instants: array[int]
    periods: frozenset[tuple[Timespan, str]]
    since: Instant = 0
    until: Instant = 0
    change: Instant | None = None

    def after(self, now: Instant) -> Instant | None:
        if not self.since <= now < self.until:
            index = bisect_right(self.instants, now)
            coming = [period_around(now, timespan, zone)[1] for timespan, zone in self.periods]
            if index < len(self.instants):
                coming.append(self.instants[index])
            self.change = min(coming, default=None)
            self.since, self.until = now, LATEST if self.change is None else self.change
        return self.change


def _boundaries(records: Records, club: str | None, key: tuple[int, int]) -> _Boundaries:
    offers = [offer for offer in records.offers.values() if _counts(offer) and club in (None, offer.club)]
    instants = {getattr(offer, name) for offer in offers for name in WINDOWS}
    instants.update(grant.expires_at for grants in records.grants.values() for grant in grants)
    instants.discard(None)
    periods = frozenset(
        (offer.period.timespan, records.clubs[offer.club].timezone)
        for offer in offers
        if offer.period is not None and offer.club in records.clubs
    )
    return _Boundaries(key, array("q", sorted(instants)), periods)


def _counts(offer: Offer) -> bool:
    """Drafts and archived offers are seen by nobody, whatever the time."""
    return offer.status == "published" and offer.archived_at is None


def _windows_of(offer: Offer) -> Iterator[Moment]:
    for what in WINDOWS:
        at = getattr(offer, what)
        if at is not None:
            yield Moment(at, what, offer.id)
