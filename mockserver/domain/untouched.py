"""The usage of every offer by a member who has never used one and holds no grant, apart from the time.

It is the same for all members, so a list computes only what this member has touched (``sight.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from mockserver.domain.bits import Bits, from_slots
from mockserver.domain.model import NO_USES, Club, Offer, OfferType, Period, Scope
from mockserver.domain.slot_sets import SlotSets
from mockserver.domain.usage import stock_left, usage_of

_ANYWHERE = Club(slug="")  # nothing of a club decides the usage of who has used nothing


class Untouched:
    """``open``: the offers that such a member can use whenever their window is open; ``left``: ``uses_left``.

    Offers without any limit are in no set of ``left``, and in ``limited`` neither. ``uses_count`` answers how often an
    offer has been used by anybody.
    """

    __slots__ = ("_left_of", "_uses_count", "left", "limited", "open")

    def __init__(self, uses_count: Callable[[int], int], offers: Iterable[Offer | None]) -> None:
        self._uses_count = uses_count
        self._left_of: dict[int, int] = {}
        self.left: SlotSets[int] = SlotSets()
        opened = [slot for slot, offer in enumerate(offers) if offer is not None and self._take(slot, offer)]
        size = 1 + max(max(self._left_of, default=0), opened[-1] if opened else 0)
        self.open: Bits = from_slots(opened, size)
        self.limited: Bits = from_slots(self._left_of, size)

    def _take(self, slot: int, offer: Offer) -> bool:
        """Take over what is left of an offer; tell whether it is open."""
        is_open, left = self._state(offer)
        if left is not None:
            self._left_of[slot] = left
            self.left.add(left, slot)
        return is_open

    def _state(self, offer: Offer) -> tuple[bool, int | None]:
        is_open, left = _state(offer.type, offer.scope, offer.maximum_uses_per_user, offer.period)
        if offer.stock is None:
            return is_open, left
        stock = stock_left(offer, self._uses_count(offer.id)) or 0
        return is_open and stock > 0, stock if left is None else min(left, stock)

    def left_of(self, slot: int) -> int | None:
        """Return ``uses_left`` of one offer; None without limit."""
        return self._left_of.get(slot)

    def replace(self, slot: int, old: Offer | None, new: Offer | None) -> None:
        """Take account of a changed offer, or of a changed number of uses of it. None is no offer."""
        del old
        before = self._left_of.pop(slot, None)
        if before is not None:
            self.left.discard(before, slot)
        is_open = new is not None and self._take(slot, new)
        self.open = _with(self.open, slot, is_open)
        self.limited = _with(self.limited, slot, slot in self._left_of)


def _with(bits: Bits, slot: int, included: bool) -> Bits:
    return bits if bool(bits >> slot & 1) == included else bits ^ 1 << slot


@lru_cache(maxsize=4_096)
def _state(type_: OfferType, scope: Scope, limit: int | None, period: Period | None) -> tuple[bool, int | None]:
    """Only these decide, but for the stock; offers alike in them share the answer."""
    offer = Offer(id=0, club="", type=type_, scope=scope, maximum_uses_per_user=limit, period=period)
    usage = usage_of(offer, _ANYWHERE, 0, NO_USES, 0, ())
    return usage.usable, usage.uses_left
