"""The offers of one big club as columns, each computed when a list first needs it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np

from mockserver.domain.filters import MANY_VALUED
from mockserver.domain.listing import ListTables
from mockserver.domain.model import Offer
from mockserver.domain.ordering import INSTANTS, case_insensitive
from mockserver.domain.search import fold, internal_text, public_text
from mockserver.domain.usage import usage_of
from mockserver.fast.columns import Column, Mask, NumberColumn, Numbers, RankColumn, ValueColumn, WordColumn

FEW = 64  # up to so many changed offers columns are updated one by one
SHARE = 64  # and one more for each so many offers; beyond that, new columns are cheaper
VALUES = ("type", "scope", "audience_id", "campaign_id", *sorted(MANY_VALUED))
TEXTS: dict[str, Callable[[Offer], str]] = {"public": public_text, "internal": internal_text}
OPEN = ("open without periods", "open")
OF_USE = ("uses_left", *OPEN)  # the columns that depend on the uses of all members
C = TypeVar("C", bound=Column)


class Catalogue:
    """The offers of a club, by ascending id, and their columns."""

    def __init__(self, tables: ListTables, club: str) -> None:
        self.tables = tables
        self._club = tables.clubs[club]
        self.offers = sorted((offer for offer in tables.offers.values() if offer.club == club), key=attrgetter("id"))
        self.slot_of = {offer.id: slot for slot, offer in enumerate(self.offers)}
        self._columns: dict[str, Column] = {}

    @property
    def size(self) -> int:
        """The number of offers."""
        return len(self.offers)

    # -- columns

    def numbers(self, name: str) -> Numbers:
        """Return the column of an instant (``ordering.INSTANTS``), or of the sort keys of names (``name``)."""
        if name == "name":
            return self._column(name, lambda: RankColumn(_name_key, self.offers)).values
        return self._column(name, lambda: NumberColumn(attrgetter(name), self.offers)).values

    def shown(self) -> Mask:
        """Return the mask of offers that are published and not archived."""
        return self._column("shown", lambda: NumberColumn(_is_shown, self.offers, np.bool_)).values

    def uses_left(self) -> Numbers:
        """Return the column ``uses_left`` for a member without uses and grants."""
        return self._column("uses_left", lambda: NumberColumn(self._uses_left, self.offers)).values

    def open(self, *, periods: bool = True) -> Mask:
        """Return which offers such a member may use, the time aside, and periodic limits too if ``periods`` is false."""
        name, is_open = OPEN[periods], partial(self._is_open, periods=periods)
        return self._column(name, lambda: NumberColumn(is_open, self.offers, np.bool_)).values

    def values(self, attribute: str) -> ValueColumn:
        """Return the column of an attribute's values (one of ``VALUES``)."""
        return self._column(attribute, lambda: ValueColumn(partial(_values, attribute), self.offers))

    def words(self, texts: str) -> WordColumn:
        """Return the column of the words in searched texts (one of ``TEXTS``)."""
        read = TEXTS[texts]
        return self._column(texts, lambda: WordColumn(lambda offer: fold(read(offer)).split(), self.offers))

    def make_all(self) -> None:
        """Compute all columns now, without those of internal texts, which only staff search."""
        for name in ("name", *INSTANTS):
            self.numbers(name)
        for attribute in VALUES:
            self.values(attribute)
        self.words("public")
        self.shown(), self.uses_left(), self.open()

    def _column(self, name: str, make: Callable[[], C]) -> C:
        column: Any = self._columns.get(name)
        if column is None:
            column = self._columns[name] = make()
        return column  # type: ignore[no-any-return]

    def _uses_left(self, offer: Offer) -> int | None:
        return usage_of(offer, self._club, 0, uses_count=self.tables.uses_count.get(offer.id, 0)).uses_left

    def _is_open(self, offer: Offer, *, periods: bool) -> bool:
        since, until = offer.usable_since, offer.usable_until
        in_time = since if since is not None else until - 1 if until is not None else 0
        count = self.tables.uses_count.get(offer.id, 0)
        return usage_of(offer, self._club, in_time, uses_count=count, periods=periods).usable

    # -- changes

    def follow(self, tables: ListTables, changed: Collection[int]) -> bool:
        """Update the columns for the offers with these ids and their uses; return False if a new catalogue is cheaper."""
        self.tables = tables
        if len(changed) > FEW + self.size // SHARE:
            return False
        return all(self._follow(tables.offers.get(id_), self.slot_of.get(id_)) for id_ in sorted(changed))

    def _follow(self, offer: Offer | None, slot: int | None) -> bool:
        if offer is None or offer.club != self._club.slug:
            return slot is None
        old = None if slot is None else self.offers[slot]
        if slot is None:
            if self.offers and offer.id < self.offers[-1].id:
                return False
            slot = self.slot_of[offer.id] = self.size
            self.offers.append(offer)
        self.offers[slot] = offer
        for name, column in self._columns.items():
            if old is not offer or name in OF_USE:
                column.put(slot, offer, old)
        return True


def _name_key(offer: Offer) -> tuple[str, str] | None:
    return None if offer.name is None else case_insensitive(offer.name)


def _is_shown(offer: Offer) -> bool:
    return offer.status == "published" and offer.archived_at is None


def _values(attribute: str, offer: Offer) -> Iterable[Hashable]:
    value = getattr(offer, attribute)
    if attribute in MANY_VALUED:
        return value  # type: ignore[no-any-return]
    return () if value is None else (value,)
