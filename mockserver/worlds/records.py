"""The records of one world, by id, and every way to change them.

Records are immutable and tables are dictionaries, so a snapshot is a copy of the dictionaries. All mutation goes
through the methods of ``Records``; each is atomic under the world's lock and raises ``rev``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from mockserver.domain.boundaries import Boundaries
from mockserver.domain.catalogue import Listings
from mockserver.domain.instants import Instant
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
from mockserver.worlds.stamps import Stamps

Record = Club | Client | Member | Audience | Store | Collection | Offer | Token | Translation
EVENTS_KEPT = 10_000
# what each table is called, and what its records are known by
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


class Records:
    """All data of a world.

    ``uses``, ``likes`` and ``grants`` are keyed by (offer id, member id). ``rev`` rises with every change;
    ``catalogue_rev`` with every change to anything but uses, likes, grants, events and tokens. A change voids the ``stamps`` of
    those who may see it.
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
    __slots__ = (
        *_PLAIN,
        "boundaries",
        "catalogue_rev",
        "events",
        "events_total",
        "highest_offer_id",
        "listings",
        "rev",
        "stamps",
    )

    def __init__(self) -> None:
        for name in self._PLAIN:
            setattr(self, name, {})
        self.events = deque(maxlen=EVENTS_KEPT)
        self.events_total = 0
        self.highest_offer_id = 0
        self.rev = 0
        self.catalogue_rev = 0
        self.listings = Listings()
        self.boundaries = Boundaries()
        self.stamps = Stamps()

    # -- whole tables

    def copy(self) -> Records:
        """Return an independent copy: the same records in tables of its own."""
        twin = Records()
        twin.restore(self)
        twin.rev, twin.catalogue_rev = self.rev, self.catalogue_rev
        return twin

    def restore(self, snapshot: Records) -> None:
        """Take over all data of a snapshot. Revisions go on rising."""
        for name in self._PLAIN:
            setattr(self, name, dict(getattr(snapshot, name)))
        self.events = deque(snapshot.events, maxlen=EVENTS_KEPT)
        self.events_total = snapshot.events_total
        self.highest_offer_id = snapshot.highest_offer_id
        self.listings.everything_changed()
        self.boundaries.everything_changed()
        self._changed(catalogue=True)

    def _changed(self, *, catalogue: bool = False, members: Iterable[int] = (), stock: bool = False) -> None:
        """Say that something is new: everybody sees the catalogue and what is left of a stock; the rest, the members named."""
        self.rev += 1
        if catalogue:
            self.catalogue_rev += 1
            self.stamps.void_gate()
        if catalogue or stock:
            self.stamps.void_views()
        else:
            self.stamps.void_views_of(members)

    # -- single records

    def put(self, *records: Record) -> None:
        """Add records, or replace those with the same key."""
        catalogue, members = False, []
        for record in records:
            table, key = TABLES[type(record)]
            name = getattr(record, key) if isinstance(key, str) else tuple(getattr(record, part) for part in key)
            getattr(self, table)[name] = record
            if isinstance(record, Token):
                members.append(record.member_id)
                self.stamps.void_gate()
            else:
                catalogue = True
            if isinstance(record, Offer):
                self.highest_offer_id = max(self.highest_offer_id, record.id)
                self.listings.offer_changed(record.id)
                self.boundaries.offer_changed(record)
            elif isinstance(record, Club):
                self.boundaries.everything_changed()
        self._changed(catalogue=catalogue, members=members)

    def book_use(self, offer_id: int, member_id: int, at: Instant) -> Uses:
        """Count a use of an offer by a member; answer all of that member's uses of it."""
        key = (offer_id, member_id)
        uses = self.uses[key] = self.uses[key].booked(at) if key in self.uses else Uses((at,))
        self.uses_count[offer_id] = self.uses_count.get(offer_id, 0) + 1
        self._uses_changed(offer_id, member_id)
        return uses

    def put_uses(self, offer_id: int, member_id: int, uses: Uses) -> None:
        """Set all uses of an offer by a member."""
        key = (offer_id, member_id)
        before = len(self.uses.get(key, NO_USES))
        self.uses[key] = uses
        self.uses_count[offer_id] = self.uses_count.get(offer_id, 0) - before + len(uses)
        self._uses_changed(offer_id, member_id)

    def _uses_changed(self, offer_id: int, member_id: int) -> None:
        self.listings.holding_changed((offer_id, member_id))
        offer = self.offers.get(offer_id)
        self._changed(members=(member_id,), stock=offer is None or offer.stock is not None)

    def like(self, offer_id: int, member_id: int, at: Instant) -> None:
        """Mark an offer as liked; a like that is there stays as it was."""
        if (offer_id, member_id) not in self.likes:
            self.likes[offer_id, member_id] = at
            self.listings.holding_changed((offer_id, member_id))
            self._changed(members=(member_id,))

    def unlike(self, offer_id: int, member_id: int) -> None:
        """Take a like back, if there is one."""
        if self.likes.pop((offer_id, member_id), None) is not None:
            self.listings.holding_changed((offer_id, member_id))
            self._changed(members=(member_id,))

    def add_grants(self, grants: Iterable[Grant]) -> None:
        """Add grants to what their members already hold."""
        grants = list(grants)
        for grant in grants:
            key = (grant.offer_id, grant.member_id)
            self.grants[key] = (*self.grants.get(key, ()), grant)
            self.listings.holding_changed(key)
        self.boundaries.grants_added(grants)
        self._changed(members={grant.member_id for grant in grants})

    def add_events(self, events: Iterable[Event]) -> None:
        """Record events; the oldest go when there are more than ``EVENTS_KEPT``."""
        before = len(self.events)
        added = list(events)
        self.events.extend(added)
        self.events_total += len(added)
        if added or before:
            self._changed()

    # -- questions

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
