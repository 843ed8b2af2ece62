"""Which offers each member has used, been granted or liked: the tables' keys the other way round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mockserver.domain.listing import Tables

Pair = tuple[int, int]
"""(offer id, member id)"""


class Holdings:
    """Offer ids by member: ``touched`` (used or granted) and ``liked``."""

    __slots__ = ("_liked", "_touched")

    def __init__(self, tables: Tables) -> None:
        self._touched: defaultdict[int, set[int]] = defaultdict(set)
        self._liked: defaultdict[int, set[int]] = defaultdict(set)
        for pairs, index in (
            (tables.uses, self._touched),
            (tables.grants, self._touched),
            (tables.likes, self._liked),
        ):
            for offer_id, member_id in pairs:
                index[member_id].add(offer_id)

    def replace(self, tables: Tables, pair: Pair) -> None:
        """Take account of changed uses, grants or likes of a pair."""
        offer_id, member_id = pair
        for index, held in (
            (self._touched, pair in tables.uses or pair in tables.grants),
            (self._liked, pair in tables.likes),
        ):
            if held:
                index[member_id].add(offer_id)
            else:
                index[member_id].discard(offer_id)

    def touched(self, member_id: int | None) -> Iterable[int]:
        """Return the offers whose usage depends on this member; none for a guest (None)."""
        return () if member_id is None else self._touched.get(member_id, ())

    def liked(self, member_id: int | None) -> Iterable[int]:
        """Return the offers that this member likes; none for a guest (None)."""
        return () if member_id is None else self._liked.get(member_id, ())
