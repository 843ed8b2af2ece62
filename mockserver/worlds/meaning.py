"""What each type of effect means to other parts: the world's revision, committed requests, caches, stores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, auto

from msgspec import Struct

from mockserver.domain.model import Offer
from mockserver.records import effects
from mockserver.records.effects import Effect, GrantsAdded, GrantsPut, Liked, TokensPut, Unliked, UseBooked, UsesPut


class CacheScope(Enum):
    """Which cached responses an effect invalidates."""

    NOTHING = auto()
    MEMBERS = auto()
    """Responses to the members of the effect."""
    STOCK = auto()
    """Responses to the members of the effect; all responses if the offer has a stock."""
    CATALOGUE = auto()
    """All responses, and the gate's cache."""
    EVERYTHING = auto()
    """All responses, the gate's cache, and everything that depends on the time."""


class Meaning(Struct, frozen=True):
    """What a type of effect means to other parts.

    ``rev``: it raises the world's revision. ``commits``: a request with such an effect is committed. ``forgets``: which cache
    entries it invalidates. ``wakes``: subscribers of the world are notified; frequent effects of members do not notify them.
    ``stored``: a store of worlds writes it.
    """

    rev: bool
    commits: bool
    forgets: CacheScope
    wakes: bool = False
    stored: bool = True


def _by_members(forgets: CacheScope) -> Meaning:
    return Meaning(rev=True, commits=True, forgets=forgets, wakes=forgets is CacheScope.CATALOGUE)


def _by_control(forgets: CacheScope) -> Meaning:
    return Meaning(rev=True, commits=False, forgets=forgets, wakes=True)


def _beside() -> Meaning:
    return Meaning(rev=False, commits=False, forgets=CacheScope.NOTHING)


MEANING: Mapping[type[Effect], Meaning] = {
    effects.UseBooked: _by_members(CacheScope.STOCK),
    effects.Liked: _by_members(CacheScope.MEMBERS),
    effects.Unliked: _by_members(CacheScope.MEMBERS),
    effects.GrantsAdded: _by_members(CacheScope.MEMBERS),
    effects.UsesPut: _by_control(CacheScope.STOCK),
    effects.GrantsPut: _by_control(CacheScope.MEMBERS),
    effects.EventsAdded: _by_members(CacheScope.NOTHING),
    effects.TokensPut: _by_members(CacheScope.MEMBERS),
    effects.RecordsPut: _by_members(CacheScope.CATALOGUE),
    effects.ClockSet: _by_control(CacheScope.EVERYTHING),
    effects.SettingsChanged: _by_control(CacheScope.EVERYTHING),
    effects.JournalCleared: _by_control(CacheScope.NOTHING),
    effects.ScenarioPut: _by_control(CacheScope.NOTHING),
    effects.ScenarioForgotten: _by_control(CacheScope.NOTHING),
    effects.ScenarioActivated: _by_control(CacheScope.EVERYTHING),
    effects.ScenarioDeactivated: _by_control(CacheScope.EVERYTHING),
    effects.ScenariosOrdered: _by_control(CacheScope.EVERYTHING),
    effects.RuleAdded: _by_control(CacheScope.EVERYTHING),
    effects.RuleRemoved: _by_control(CacheScope.EVERYTHING),
    effects.RulesCleared: _by_control(CacheScope.EVERYTHING),
    effects.RulesCounted: _beside(),
    effects.SnapshotTaken: _beside(),
    effects.SnapshotDropped: _beside(),
}
"""One row for each type of effect."""


_USES = (UseBooked, UsesPut)
# Looked up once: in Python 3.11 each lookup of an enum member calls a function.
_NOTHING, _MEMBERS, _STOCK = CacheScope.NOTHING, CacheScope.MEMBERS, CacheScope.STOCK


def commits(made: Iterable[Effect]) -> bool:
    """Return whether a request with these effects is committed."""
    for effect in made:  # noqa: SIM110 - a generator costs each use as much again
        if MEANING[type(effect)].commits:
            return True
    return False


def readers(effect: Effect, offers: Mapping[int, Offer]) -> Iterable[int] | None:
    """Return the members whose responses may change by an effect; None means everybody, guests included."""
    forgets = MEANING[type(effect)].forgets
    if forgets is _NOTHING:
        return ()
    if forgets is _MEMBERS:
        return _members(effect)
    if forgets is _STOCK and isinstance(effect, _USES):
        offer = offers.get(effect.offer_id)
        return (effect.member_id,) if offer is not None and offer.stock is None else None
    return None


def _members(effect: Effect) -> Iterable[int] | None:
    match effect:
        case GrantsAdded(grants=grants):
            return {grant.member_id for grant in grants}
        case TokensPut(tokens=tokens):
            return {token.member_id for token in tokens}
        case Liked(member_id=member_id) | Unliked(member_id=member_id) | GrantsPut(member_id=member_id):
            return (member_id,)
    return None
