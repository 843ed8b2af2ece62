"""The records of one world, by id, and every way to change them.

Records are immutable and tables are dictionaries, so a snapshot is a copy of the dictionaries. A world's records change by
its effects alone (``World.apply``); the methods here are what those are carried out with, and what fixtures are laid out by.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any

from mockserver.domain.model import (
    NO_USES,
    Audience,
    Client,
    Club,
    Collection,
    Event,
    Grant,
    Member,
    Offer,
    Store,
    Token,
    Translation,
    Uses,
)
from mockserver.records.changed_table import ChangedTable, is_same_table
from mockserver.records.effects import Record
from mockserver.records.emptying import empty
from mockserver.records.relative import NO_DISTANCES, Distances
from mockserver.values.instants import Instant

Undo = Callable[[], object]
"""Undoes a change, as long as nothing has changed since."""


def together(undos: Sequence[Undo]) -> Undo:
    """Return a function that undoes several changes, the last one first."""

    def undo() -> None:
        for each in reversed(undos):
            each()

    return undo


EVENTS_KEPT = 10_000
# the name and the key of each table
TABLES: dict[type, tuple[str, str | tuple[str, ...]]] = {
    Club: ("clubs", "slug"),
    Client: ("clients", "token"),
    Member: ("members", "id"),
    Audience: ("audiences", "id"),
    Store: ("stores", "id"),
    Collection: ("collections", "id"),
    Offer: ("offers", "id"),
    Token: ("tokens", "token"),
    Translation: ("translations", ("club", "language")),
}


def key_of(record: Record) -> tuple[str, Any]:
    """Return the name of a record's table and its key there."""
    name, key = TABLES[type(record)]
    return name, getattr(record, key) if isinstance(key, str) else tuple(getattr(record, part) for part in key)


class Records:
    """All data of a world.

    ``uses``, ``likes`` and ``grants`` are keyed by (offer id, member id). What changes something returns what undoes that.
    ``moment`` is when the data were made from fixtures, ``distances`` which of their dates were relative to it.
    """

    clubs: dict[str, Club]
    clients: dict[str, Client]
    members: dict[int, Member]
    audiences: dict[int, Audience]
    stores: dict[int, Store]
    collections: dict[int, Collection]
    offers: dict[int, Offer]
    tokens: dict[str, Token]
    translations: dict[tuple[str, str], Translation]
    uses: dict[tuple[int, int], Uses]
    uses_count: dict[int, int]
    likes: dict[tuple[int, int], Instant]
    grants: dict[tuple[int, int], tuple[Grant, ...]]
    events: deque[Event]
    _PLAIN = (*(name for name, _ in TABLES.values()), "uses", "uses_count", "likes", "grants")
    __slots__ = (*_PLAIN, "distances", "events", "events_total", "highest_offer_id", "moment")

    def __init__(self) -> None:
        for name in self._PLAIN:
            setattr(self, name, {})
        self.events = deque(maxlen=EVENTS_KEPT)
        self.events_total = 0
        self.highest_offer_id = 0
        self.moment: Instant = 0
        self.distances: Distances = NO_DISTANCES

    # -- whole tables

    def copy(self) -> Records:
        """Return an independent copy: new tables with the same records."""
        twin = Records()
        twin.restore(self)
        return twin

    def over(self) -> Records:
        """Return records that keep what changes in them, over these, which must not change meanwhile."""
        twin = Records()
        for name in self._PLAIN:
            setattr(twin, name, ChangedTable(getattr(self, name)))
        twin.events = self.events.copy()
        twin._take_rest(self)
        return twin

    def frozen(self) -> Records:
        """Return the same data in whole tables that stay as they are; where nothing has changed, those below are shared."""
        twin = Records()
        for name in self._PLAIN:
            table = getattr(self, name)
            setattr(twin, name, table.frozen() if isinstance(table, ChangedTable) else table.copy())
        twin.events = self.events.copy()
        twin._take_rest(self)
        return twin

    def sharing(self, others: Sequence[Records]) -> tuple[Records, int]:
        """Return the same data, in tables of others where those have the same, and how many rows are in no others'.

        Only for records that do not change any more, as the others.
        """
        twin, own = Records(), 0
        for name in (*self._PLAIN, "events"):
            table = getattr(self, name)
            known = next((known for each in others if is_same_table(table, known := getattr(each, name))), None)
            setattr(twin, name, table if known is None else known)
            own += len(table) if known is None else 0
        twin._take_rest(self)
        return twin, own

    def restore(self, snapshot: Records) -> None:
        """Take over all data of a snapshot."""
        before = [getattr(self, name) for name in self._PLAIN]
        for name in self._PLAIN:
            setattr(self, name, getattr(snapshot, name).copy())
        empty(*before)
        self.events = deque(snapshot.events, maxlen=EVENTS_KEPT)
        self._take_rest(snapshot)

    def _take_rest(self, other: Records) -> None:
        """Copy everything but the tables."""
        self.events_total, self.highest_offer_id = other.events_total, other.highest_offer_id
        self.moment, self.distances = other.moment, other.distances

    def _back(self, table: dict[Any, Any], before: Iterable[tuple[Any, Any]]) -> None:
        """Restore the values of some keys of a table; None means absent."""
        for key, value in before:
            if value is None:
                table.pop(key, None)
            else:
                table[key] = value

    # -- single records

    def put(self, *records: Record) -> Undo:
        """Add records, or replace those with the same key."""
        before: list[tuple[str, Any, Any]] = []
        highest = self.highest_offer_id
        for record in records:
            name, key = key_of(record)
            table = getattr(self, name)
            before.append((name, key, table.get(key)))
            table[key] = record
            if isinstance(record, Offer):
                self.highest_offer_id = max(self.highest_offer_id, record.id)
        return partial(self._unput, before, highest)

    def _unput(self, before: list[tuple[str, Any, Any]], highest: int) -> None:
        for name, key, record in reversed(before):
            self._back(getattr(self, name), [(key, record)])
        self.highest_offer_id = highest

    def book_use(self, offer_id: int, member_id: int, at: Instant) -> Undo:
        """Count a use of an offer by a member."""
        key = (offer_id, member_id)
        before, count = self.uses.get(key), self.uses_count.get(offer_id)
        self.uses[key] = Uses((at,)) if before is None else before.booked(at)
        self.uses_count[offer_id] = (count or 0) + 1
        return partial(self._unbook, key, before, count)

    def _unbook(self, key: tuple[int, int], before: Uses | None, count: int | None) -> None:
        self._back(self.uses_count, [(key[0], count)])
        self._back(self.uses, [(key, before)])

    def put_uses(self, offer_id: int, member_id: int, uses: Uses) -> Undo:
        """Set all uses of an offer by a member, as fixtures and the control API do; without any, remove the entry."""
        key = (offer_id, member_id)
        before, count = self.uses.get(key), self.uses_count.get(offer_id)
        if len(uses):
            self.uses[key] = uses
        else:
            self.uses.pop(key, None)
        self._back(self.uses_count, [(offer_id, (count or 0) - len(before or NO_USES) + len(uses) or None)])
        return partial(self._unbook, key, before, count)

    def like(self, offer_id: int, member_id: int, at: Instant) -> Undo:
        """Mark an offer as liked; an existing like stays as it is."""
        key = (offer_id, member_id)
        before = self.likes.get(key)
        self.likes.setdefault(key, at)
        return partial(self._back, self.likes, [(key, before)])

    def unlike(self, offer_id: int, member_id: int) -> Undo:
        """Remove a like, if there is one."""
        key = (offer_id, member_id)
        before = self.likes.pop(key, None)
        return partial(self._back, self.likes, [(key, before)])

    def add_grants(self, grants: Iterable[Grant]) -> Undo:
        """Add grants to those of their members."""
        grants = list(grants)
        before = {(grant.offer_id, grant.member_id): None for grant in grants}
        found = [(key, self.grants.get(key)) for key in before]
        for grant in grants:
            key = (grant.offer_id, grant.member_id)
            self.grants[key] = (*self.grants.get(key, ()), grant)
        return partial(self._back, self.grants, found)

    def put_grants(self, offer_id: int, member_id: int, grants: tuple[Grant, ...]) -> Undo:
        """Set all grants of an offer to a member; without any, remove the entry."""
        key = (offer_id, member_id)
        before = self.grants.get(key)
        self._back(self.grants, [(key, grants or None)])
        return partial(self._back, self.grants, [(key, before)])

    def add_events(self, events: Iterable[Event]) -> Undo:
        """Record events; the oldest go when there are more than ``EVENTS_KEPT``."""
        added = list(events)
        gone = list(islice(self.events, max(0, len(self.events) + len(added) - EVENTS_KEPT)))
        self.events.extend(added)
        self.events_total += len(added)
        return partial(self._take_events, len(added), gone)

    def _take_events(self, added: int, gone: list[Event]) -> None:
        for _ in range(min(added, len(self.events))):
            self.events.pop()
        self.events.extendleft(reversed(gone))
        self.events_total -= added

    # -- queries

    def club_offer(self, club: str, offer_id: int) -> Offer | None:
        """Return an offer of this club, or None."""
        offer = self.offers.get(offer_id)
        return offer if offer is not None and offer.club == club else None

    def club_member(self, club: str, member_id: int) -> Member | None:
        """Return a member of this club, or None."""
        member = self.members.get(member_id)
        return member if member is not None and member.club == club else None

    def of_club(self, table: str, club: str) -> list[Any]:
        """Return the records of a table (``stores``, ``collections``, ...) that belong to a club, by id."""
        return [record for _, record in sorted(getattr(self, table).items()) if record.club == club]
