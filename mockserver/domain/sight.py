"""What one member (or a guest) sees of a club's offers at one instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec import Struct

from mockserver.domain.bits import Bits, from_slots
from mockserver.domain.holdings import Holdings
from mockserver.domain.instants import Instant
from mockserver.domain.listing import Tables
from mockserver.domain.model import NO_USES, Club
from mockserver.domain.shelf import Shelf
from mockserver.domain.usage import Usage, usage_of


class Sight(Struct, frozen=True, dict=True):
    """The eyes of a member (``member_id`` None: a guest) on a shelf; ``collection_id`` is the collection looked at."""

    shelf: Shelf
    tables: Tables
    holdings: Holdings
    club: Club
    now: Instant
    member_id: int | None = None
    collection_id: int | None = None

    def visible(self, scope: str) -> Bits:
        """Return the visible slots (``visibility.visible``)."""
        shelf = self.shelf
        for_me = shelf.marked("without_audience_id")
        audiences = self._audiences()
        if audiences:
            for_me |= shelf.facet("audience").any_of(audiences, shelf.size)
        scoped = shelf.facet("scope").any_of((scope,), shelf.size)
        return for_me & scoped & shelf.marked("published") & shelf.visible_at(self.now)

    def _audiences(self) -> list[int]:
        return [
            id_
            for id_, audience in self.tables.audiences.items()
            if self.member_id is not None and self.member_id in audience.member_ids
        ]

    @cached_property
    def usages(self) -> Mapping[int, Usage]:
        """The usage of the offers that the member has used or been granted, by slot; all others are untouched."""
        found = {}
        for id_ in self.holdings.touched(self.member_id):
            slot = self.shelf.slot_of.get(id_)
            offer = None if slot is None else self.shelf.offers[slot]
            if slot is not None and offer is not None:
                pair = (id_, self.member_id or 0)
                uses, grants = self.tables.uses.get(pair, NO_USES), self.tables.grants.get(pair, ())
                count = self.tables.uses_count.get(id_, 0)
                found[slot] = usage_of(offer, self.club, self.now, uses, count, grants)
        return found

    @cached_property
    def touched(self) -> Bits:
        """The slots of ``usages``."""
        return from_slots(self.usages, self.shelf.size)

    @cached_property
    def usable(self) -> Bits:
        """The slots that are usable now."""
        shelf = self.shelf
        mine = from_slots([slot for slot, usage in self.usages.items() if usage.usable], shelf.size)
        return shelf.usable_at(self.now) & shelf.untouched.open & ~self.touched | mine

    @cached_property
    def liked(self) -> Bits:
        """The slots that the member likes."""
        return self.slots(self.holdings.liked(self.member_id))

    @cached_property
    def positions(self) -> dict[int, int]:
        """The position of each slot in the collection's ``offers_order``; a repeated offer stands at its first."""
        collection = None if self.collection_id is None else self.tables.collections.get(self.collection_id)
        if collection is None or collection.club != self.club.slug:
            return {}
        first: dict[int, int] = {}
        for position, id_ in enumerate(collection.offers_order):
            slot = self.shelf.slot_of.get(id_)
            if slot is not None:
                first.setdefault(slot, position)
        return first

    def slots(self, ids: Iterable[int]) -> Bits:
        """Return the slots of some offers; unknown ids have none."""
        slot_of = self.shelf.slot_of
        return from_slots([slot_of[id_] for id_ in ids if id_ in slot_of], self.shelf.size)
