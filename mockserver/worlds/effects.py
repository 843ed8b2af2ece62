"""Every change of a world as a value: it can be applied, written, read and undone.

An effect has no live objects, and everything in it is resolved: times, ids, what chance drew. To add one, write a frozen
struct here, a row in ``MEANING`` and a function in ``apply.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, auto

from msgspec import Struct

from mockserver.domain.instants import Instant
from mockserver.domain.model import (
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
)

Record = Club | Client | Member | Audience | Store | Collection | Offer | Token | Translation


class Effect(Struct, frozen=True, tag_field="effect", tag=True):
    """One change of a world."""


# -- of records


class UseBooked(Effect, frozen=True):
    """A member used an offer."""

    offer_id: int
    member_id: int
    at: Instant


class Liked(Effect, frozen=True):
    """A member who did not like an offer likes it now."""

    offer_id: int
    member_id: int
    at: Instant


class Unliked(Effect, frozen=True):
    """A member took a like back."""

    offer_id: int
    member_id: int


class GrantsAdded(Effect, frozen=True):
    """Members were granted offers."""

    grants: tuple[Grant, ...]


class UsesPut(Effect, frozen=True):
    """All uses of an offer by a member are set by hand."""

    offer_id: int
    member_id: int
    uses: tuple[Instant, ...]


class GrantsPut(Effect, frozen=True):
    """All grants of an offer to a member are set by hand."""

    offer_id: int
    member_id: int
    grants: tuple[Grant, ...]


class EventsAdded(Effect, frozen=True):
    """Apps registered events, or pictures recorded them."""

    events: tuple[Event, ...]


class TokensPut(Effect, frozen=True):
    """Members signed in or out: tokens that are new, or replace those of the same value."""

    tokens: tuple[Token, ...]


class RecordsPut(Effect, frozen=True):
    """Records of the catalogue are new, or replace those with the same key."""

    records: tuple[Record, ...]


# -- what they mean


class Scope(Enum):
    """How much of what was read before an effect may be read differently after it."""

    NOTHING = auto()
    MEMBERS = auto()
    """What the members of the effect read."""
    STOCK = auto()
    """What the members of the effect read; what everybody reads if the offer has a stock."""
    CATALOGUE = auto()
    """What everybody reads, and whom the gate lets in."""
    EVERYTHING = auto()
    """The same, and the time."""


class Meaning(Struct, frozen=True):
    """What a type of effects means to the rest of the house.

    ``rev``: it raises the world's revision. ``commits``: a request with such an effect is committed. ``forgets``: what a cache
    lets go of. ``stored``: a store of worlds keeps it.
    """

    rev: bool
    commits: bool
    forgets: Scope
    stored: bool = True


MEANING: Mapping[type[Effect], Meaning] = {
    UseBooked: Meaning(rev=True, commits=True, forgets=Scope.STOCK),
    Liked: Meaning(rev=True, commits=True, forgets=Scope.MEMBERS),
    Unliked: Meaning(rev=True, commits=True, forgets=Scope.MEMBERS),
    GrantsAdded: Meaning(rev=True, commits=True, forgets=Scope.MEMBERS),
    UsesPut: Meaning(rev=True, commits=True, forgets=Scope.STOCK),
    GrantsPut: Meaning(rev=True, commits=True, forgets=Scope.MEMBERS),
    EventsAdded: Meaning(rev=True, commits=True, forgets=Scope.NOTHING),
    TokensPut: Meaning(rev=True, commits=True, forgets=Scope.MEMBERS),
    RecordsPut: Meaning(rev=True, commits=True, forgets=Scope.CATALOGUE),
}
"""One row for each type of effects."""


def commits(effects: Iterable[Effect]) -> bool:
    """Return whether a request with these effects is committed."""
    return any(MEANING[type(effect)].commits for effect in effects)


def readers(effect: Effect, offers: Mapping[int, Offer]) -> Iterable[int] | None:
    """Return the members who may read something else after an effect; None means everybody, guests included."""
    match effect:
        case UseBooked(offer_id=offer_id, member_id=member_id) | UsesPut(offer_id=offer_id, member_id=member_id):
            offer = offers.get(offer_id)
            return (member_id,) if offer is not None and offer.stock is None else None
        case Liked(member_id=member_id) | Unliked(member_id=member_id) | GrantsPut(member_id=member_id):
            return (member_id,)
        case GrantsAdded(grants=grants):
            return {grant.member_id for grant in grants}
        case TokensPut(tokens=tokens):
            return {token.member_id for token in tokens}
    return () if MEANING[type(effect)].forgets is Scope.NOTHING else None
