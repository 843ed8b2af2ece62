"""The offers of one club in slots (places by ascending id), with what lists need to know of them.

Each part is made when a list first needs it, and from then on kept up to date offer by offer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, Protocol, TypeVar, cast

from mockserver.domain.bits import Bits
from mockserver.domain.listing import Tables
from mockserver.domain.model import Offer
from mockserver.domain.ordering import Order
from mockserver.domain.permutations import Permutation
from mockserver.domain.search import internal_text, public_text
from mockserver.domain.slot_sets import Facet
from mockserver.domain.untouched import Untouched
from mockserver.domain.vocabulary import Vocabulary
from mockserver.domain.windows import Windows

_ORDERS_KEPT = 16


class Part(Protocol):
    """Something derived from all offers of a shelf."""

    def replace(self, slot: int, old: Offer | None, new: Offer | None) -> None:
        """Take account of a changed offer, before the shelf does; None is no offer."""


AnyPart = TypeVar("AnyPart", bound=Part)


def _marks(offer: Offer) -> Iterator[str]:
    """The yes-or-no facts that lists ask for."""
    yield "any"
    if offer.archived_at is not None:
        yield "archived"
    elif offer.status == "published":
        yield "published"
    if not offer.collection_ids:
        yield "without_collection"
    if not offer.tags:
        yield "without_tag"
    if not offer.stores:
        yield "without_shop"
    if offer.audience_id is None:
        yield "without_audience_id"
    if offer.campaign_id is None:
        yield "without_campaign_id"


FACETS: dict[str, Callable[[Offer], Iterable[Hashable]]] = {
    "mark": _marks,
    "collection": lambda offer: offer.collection_ids,
    "tag": lambda offer: offer.tags,
    "store": lambda offer: offer.stores,
    "type": lambda offer: (offer.type,),
    "scope": lambda offer: (offer.scope,),
    "audience": lambda offer: () if offer.audience_id is None else (offer.audience_id,),
    "campaign": lambda offer: () if offer.campaign_id is None else (offer.campaign_id,),
}


class Shelf:
    """The offers of a club by slot; a slot whose offer is gone holds None."""

    def __init__(self, club: str, tables: Tables) -> None:
        self.club = club
        self._tables = tables
        mine = sorted((id_, offer) for id_, offer in tables.offers.items() if offer.club == club)
        self.offers: list[Offer | None] = [offer for _, offer in mine]
        self.slot_of: dict[int, int] = {id_: slot for slot, (id_, _) in enumerate(mine)}
        self._parts: dict[Hashable, Part] = {}
        self._orders: OrderedDict[Order, Permutation] = OrderedDict()

    @property
    def size(self) -> int:
        """How many slots there are."""
        return len(self.offers)

    def differing(self) -> Iterator[int]:
        """Answer the ids of the offers whose record is not the one in the table."""
        table = self._tables.offers
        for id_, slot in self.slot_of.items():
            if self.offers[slot] is not table.get(id_):
                yield id_
        for id_, offer in table.items():
            if offer.club == self.club and id_ not in self.slot_of:
                yield id_

    # -- parts

    def _part(self, key: Hashable, make: Callable[[], AnyPart]) -> AnyPart:
        part = self._parts.get(key)
        if part is None:
            part = self._parts[key] = make()
        return cast("AnyPart", part)

    def facet(self, name: str) -> Facet[Any]:
        """Answer the slots for each value of an attribute, see ``FACETS``."""
        return self._part(name, lambda: Facet(FACETS[name], self.offers))

    def marked(self, mark: str) -> Bits:
        """Answer the slots of which a fact holds, see ``_marks``."""
        return self.facet("mark").any_of((mark,), self.size)

    def visible_at(self, now: int) -> Bits:
        """Answer the slots that are inside ``visible_since``/``visible_until``."""
        part = self._part(
            "visible",
            lambda: Windows(lambda offer: (offer.visible_since, offer.visible_until), self.offers),
        )
        return part.at(now)

    def usable_at(self, now: int) -> Bits:
        """Answer the slots that are inside ``usable_since``/``usable_until``."""
        part = self._part(
            "usable",
            lambda: Windows(lambda offer: (offer.usable_since, offer.usable_until), self.offers),
        )
        return part.at(now)

    @property
    def untouched(self) -> Untouched:
        """The usage by a member who has used nothing."""
        counts = self._tables
        return self._part("untouched", lambda: Untouched(lambda id_: counts.uses_count.get(id_, 0), self.offers))

    @property
    def public_words(self) -> Vocabulary:
        """The words that members search."""
        return self._part("public_words", lambda: Vocabulary(public_text, self.offers))

    @property
    def internal_words(self) -> Vocabulary:
        """The words that only the admin list searches."""
        return self._part("internal_words", lambda: Vocabulary(internal_text, self.offers))

    def permutation(self, order: Order) -> Permutation:
        """Answer all slots in an order by stored attributes."""
        found = self._orders.get(order)
        if found is None:
            found = self._orders[order] = Permutation(order, self.offers)
            if len(self._orders) > _ORDERS_KEPT:
                self._orders.popitem(last=False)
        else:
            self._orders.move_to_end(order)
        return found

    # -- changes

    def replace(self, id_: int) -> bool:
        """Take account of a changed offer; False if this shelf cannot, and has to be made anew."""
        record = self._tables.offers.get(id_)
        new = record if record is not None and record.club == self.club else None
        slot = self.slot_of.get(id_)
        if slot is None:
            return new is None or self._append(id_, new)
        old = self.offers[slot]
        if old is not new:
            self._replace(slot, old, new)
        return True

    def _append(self, id_: int, new: Offer) -> bool:
        if self.slot_of and id_ < next(reversed(self.slot_of)):
            return False
        slot = self.slot_of[id_] = len(self.offers)
        self.offers.append(None)
        self._replace(slot, None, new)
        return True

    def _replace(self, slot: int, old: Offer | None, new: Offer | None) -> None:
        for part in (*self._parts.values(), *self._orders.values()):
            part.replace(slot, old, new)
        self.offers[slot] = new

    def recount(self, id_: int) -> None:
        """Take account of a changed number of uses of an offer."""
        slot = self.slot_of.get(id_)
        part = self._parts.get("untouched")
        if slot is not None and part is not None:
            offer = self.offers[slot]
            if offer is not None and offer.stock is not None:
                part.replace(slot, offer, offer)

    def recount_all(self) -> None:
        """Forget all numbers of uses."""
        self._parts.pop("untouched", None)
