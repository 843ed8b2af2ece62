"""The offers of one club in slots (places by ascending id), with what lists need to know of them.

Each part is made when a list first needs it, and from then on kept up to date offer by offer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol, cast

from mockserver.domain.bits import Bits
from mockserver.domain.listing import Tables
from mockserver.domain.model import Offer
from mockserver.domain.ordering import STORED
from mockserver.domain.permutations import Permutation
from mockserver.domain.search import internal_text, public_text
from mockserver.domain.slot_sets import Facet
from mockserver.domain.untouched import Untouched
from mockserver.domain.vocabulary import Vocabulary
from mockserver.domain.windows import Span, Windows

Offers = Sequence[Offer | None]


class Part(Protocol):
    """Something derived from all offers of a shelf."""

    def replace(self, slot: int, old: Offer | None, new: Offer | None) -> None:
        """Take account of a changed offer, before the shelf does; None is no offer."""


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


SPANS: dict[str, Callable[[Offer], Span]] = {
    "visible": lambda offer: (offer.visible_since, offer.visible_until),
    "usable": lambda offer: (offer.usable_since, offer.usable_until),
}
TEXTS: dict[str, Callable[[Offer], str]] = {"public_words": public_text, "internal_words": internal_text}
PARTS: tuple[str, ...] = (*FACETS, *SPANS, "untouched", *TEXTS, *STORED)
"""What each part is called by."""


class Shelf:
    """The offers of a club by slot; a slot whose offer is gone holds None. ``changes`` rises with each change of the parts."""

    def __init__(self, club: str, tables: Tables) -> None:
        self.club = club
        self.changes = 0
        self._tables = tables
        mine = sorted((id_, offer) for id_, offer in tables.offers.items() if offer.club == club)
        self.offers: list[Offer | None] = [offer for _, offer in mine]
        self.slot_of: dict[int, int] = {id_: slot for slot, (id_, _) in enumerate(mine)}
        self._parts: dict[str, Part] = {}

    @property
    def size(self) -> int:
        """How many slots there are."""
        return len(self.offers)

    def differing(self) -> Iterator[int]:
        """Return the ids of the offers whose record is not the one in the table."""
        table = self._tables.offers
        for id_, slot in self.slot_of.items():
            if self.offers[slot] is not table.get(id_):
                yield id_
        for id_, offer in table.items():
            if offer.club == self.club and id_ not in self.slot_of:
                yield id_

    # -- parts

    def _part(self, name: str) -> Part:
        part = self._parts.get(name)
        if part is None:
            part = self._parts[name] = self.maker(name)(self.offers)
        return part

    def maker(self, name: str) -> Callable[[Offers], Part]:
        """Return what makes a part, of offers that it is given."""
        if name in STORED:
            return partial(Permutation, name)
        if name in FACETS:
            return partial(Facet, FACETS[name])
        if name in SPANS:
            return partial(Windows, SPANS[name])
        if name in TEXTS:
            return partial(Vocabulary, TEXTS[name])
        counts = self._tables
        return partial(Untouched, lambda id_: counts.uses_count.get(id_, 0))

    def has(self, name: str) -> bool:
        """Return whether a part has been made."""
        return name in self._parts

    def take(self, name: str, part: Part, changes: int) -> bool:
        """Take a part that was made elsewhere when there had been so many changes; tell whether it still fits."""
        if changes != self.changes:
            return False
        if isinstance(part, Permutation):
            part.follow(self.offers)
        self._parts.setdefault(name, part)
        return True

    def facet(self, name: str) -> Facet[Any]:
        """Return the slots for each value of an attribute, see ``FACETS``."""
        return cast("Facet[Any]", self._part(name))

    def marked(self, mark: str) -> Bits:
        """Return the slots of which a fact holds, see ``_marks``."""
        return self.facet("mark").any_of((mark,), self.size)

    def visible_at(self, now: int) -> Bits:
        """Return the slots that are inside ``visible_since``/``visible_until``."""
        return cast(Windows, self._part("visible")).at(now)

    def usable_at(self, now: int) -> Bits:
        """Return the slots that are inside ``usable_since``/``usable_until``."""
        return cast(Windows, self._part("usable")).at(now)

    @property
    def untouched(self) -> Untouched:
        """The usage by a member who has used nothing."""
        return cast(Untouched, self._part("untouched"))

    @property
    def public_words(self) -> Vocabulary:
        """The words that members search."""
        return cast(Vocabulary, self._part("public_words"))

    @property
    def internal_words(self) -> Vocabulary:
        """The words that only the admin list searches."""
        return cast(Vocabulary, self._part("internal_words"))

    def permutation(self, attribute: str) -> Permutation:
        """Return all slots in the order of a stored attribute, ascending."""
        return cast(Permutation, self._part(attribute))

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
        self.changes += 1
        for part in self._parts.values():
            part.replace(slot, old, new)
        self.offers[slot] = new

    def recount(self, id_: int) -> None:
        """Take account of a changed number of uses of an offer."""
        self.changes += 1
        slot = self.slot_of.get(id_)
        part = self._parts.get("untouched")
        if slot is not None and part is not None:
            offer = self.offers[slot]
            if offer is not None and offer.stock is not None:
                part.replace(slot, offer, offer)

    def recount_all(self) -> None:
        """Forget all numbers of uses."""
        self.changes += 1
        self._parts.pop("untouched", None)
