"""Every change of a world as a value: it can be applied, written, read and undone.

An effect has no live objects, and everything in it is resolved: times, ids, what chance drew. To add one, write a frozen
struct here, a row in ``worlds/meaning.py`` and a function in ``changes.py`` or ``worlds/apply.py``.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mockserver.clock import ClockState
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
from mockserver.values.instants import Instant

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


# -- of settings and clock


class ClockSet(Effect, frozen=True):
    """The clock was set, moved, held or let go."""

    setting: ClockState


class SettingsChanged(Effect, frozen=True):
    """The revision and the strictness (``auth``) that the world answers by."""

    revision: str
    auth: str


class JournalCleared(Effect, frozen=True):
    """The journal was emptied, which nothing undoes."""


# -- of scenarios and rules, which are written as their documents


class ScenarioPut(Effect, frozen=True):
    """A scenario of the world's library is new, or replaces the one of its id."""

    id: str
    document: dict[str, Any]


class ScenarioForgotten(Effect, frozen=True):
    """A scenario left the world's library."""

    id: str


class Claim(Struct, frozen=True, array_like=True):
    """What a scenario arranges at one place: an attribute of a record, or the clock (the table ``clock``, with no key).

    ``value`` is what a record holds, in JSON's kinds and bytes (``overlays.py`` reads it).
    """

    table: str
    key: int | str | None
    attribute: str
    value: Any


class ScenarioActivated(Effect, frozen=True):
    """A scenario became active, last in order, with all that it arranges."""

    id: str
    document: dict[str, Any]
    claims: tuple[Claim, ...] = ()


class ScenarioDeactivated(Effect, frozen=True):
    """A scenario stopped; what it arranged is undone where it still stands."""

    id: str


class ScenariosOrdered(Effect, frozen=True):
    """The active scenarios are in a new order; of what they arrange the last wins."""

    ids: tuple[str, ...]


class RuleAdded(Effect, frozen=True):
    """An ad-hoc rule is new, or replaces the one of its name. ``named`` counts the names made for rules without one."""

    name: str
    document: dict[str, Any]
    named: int


class RuleRemoved(Effect, frozen=True):
    """An ad-hoc rule was removed."""

    name: str


class RulesCleared(Effect, frozen=True):
    """All ad-hoc rules were removed, with their state."""


class Count(Struct, frozen=True, omit_defaults=True):
    """What one rule has counted after a request.

    ``calls`` are those that matched, ``hits`` those on which it acted, ``draws`` what it drew from its chance. A rate limit
    forgets the instants up to ``since`` and after ``now``, and remembers ``now`` if it let the request pass.
    """

    rule: str
    scenario: str | None = None
    calls: int = 0
    hits: int = 0
    draws: int = 0
    since: Instant | None = None
    now: Instant = 0
    passed: bool = False
    once: bool = False
    """Whether its scenario held for that request alone; then only draws and rates go on to the next."""


class RulesCounted(Effect, frozen=True, omit_defaults=True):
    """Rules counted a request, and scenarios (None: the ad-hoc rules) moved to new states."""

    counts: tuple[Count, ...]
    states: tuple[tuple[str | None, str], ...] = ()


# -- of snapshots


class SnapshotTaken(Effect, frozen=True):
    """A copy of the world as it stood was kept; ``clock`` is how its clock stood at ``at``."""

    name: str
    at: Instant
    clock: ClockState


class SnapshotDropped(Effect, frozen=True):
    """A copy was forgotten."""

    name: str
