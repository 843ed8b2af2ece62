"""Effects: every change of a world as a value, which can be applied, written, read and undone.

An effect has no live objects, and everything in it is resolved: times, ids, draws of chance. To add one, write a frozen
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
    """The tester set all uses of an offer by a member."""

    offer_id: int
    member_id: int
    uses: tuple[Instant, ...]


class GrantsPut(Effect, frozen=True):
    """The tester set all grants of an offer to a member."""

    offer_id: int
    member_id: int
    grants: tuple[Grant, ...]


class EventsAdded(Effect, frozen=True):
    """Apps registered events, or fetched pictures recorded them."""

    events: tuple[Event, ...]


class TokensPut(Effect, frozen=True):
    """Members signed in or out: adds tokens, or replaces those of the same value."""

    tokens: tuple[Token, ...]


class RecordsPut(Effect, frozen=True):
    """Adds records of the catalogue, or replaces those with the same key."""

    records: tuple[Record, ...]


# -- of settings and clock


class ClockSet(Effect, frozen=True):
    """The clock was set, moved, frozen or started."""

    setting: ClockState


class SettingsChanged(Effect, frozen=True):
    """The revision or the strictness (``auth``) of the world was set."""

    revision: str
    auth: str


class JournalCleared(Effect, frozen=True):
    """The journal was emptied, which nothing undoes."""


# -- of scenarios and rules, which are written as their documents


class ScenarioPut(Effect, frozen=True):
    """Adds a scenario to the world's library, or replaces the one of its id."""

    id: str
    document: dict[str, Any]


class ScenarioForgotten(Effect, frozen=True):
    """A scenario was removed from the world's library."""

    id: str


class Claim(Struct, frozen=True, array_like=True):
    """A value that a scenario sets at one place: an attribute of a record, or the clock (the table ``clock``, with no key).

    ``value`` is the record's value as JSON values and bytes (``scenarios/claims.py``).
    """

    table: str
    key: int | str | None
    attribute: str
    value: Any


class ScenarioActivated(Effect, frozen=True):
    """A scenario was activated, last in order, with all its changes."""

    id: str
    document: dict[str, Any]
    claims: tuple[Claim, ...] = ()


class ScenarioDeactivated(Effect, frozen=True):
    """A scenario was deactivated; its changes that are still in force are undone."""

    id: str


class ScenariosOrdered(Effect, frozen=True):
    """The active scenarios are in a new order; the last one's changes win."""

    ids: tuple[str, ...]


class RuleAdded(Effect, frozen=True):
    """Adds an ad-hoc rule, or replaces the one of its name. ``named`` counts the names generated for rules without one."""

    name: str
    document: dict[str, Any]
    named: int


class RuleRemoved(Effect, frozen=True):
    """An ad-hoc rule was removed."""

    name: str


class RulesCleared(Effect, frozen=True):
    """All ad-hoc rules were removed, with their state."""


class Count(Struct, frozen=True, omit_defaults=True):
    """The counts of one rule after a request.

    ``calls`` are the matching calls, ``hits`` those on which it acted, ``draws`` its draws of chance. A rate limit
    drops the instants up to ``since`` and after ``now``, and adds ``now`` if it let the request pass.
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
    """Whether its scenario was for that request alone; then only draws and rates continue with the next one."""


class RulesCounted(Effect, frozen=True, omit_defaults=True):
    """Rules counted a request, and scenarios (None: the ad-hoc rules) moved to new states."""

    counts: tuple[Count, ...]
    states: tuple[tuple[str | None, str], ...] = ()


# -- of snapshots


class SnapshotTaken(Effect, frozen=True):
    """A snapshot of the world was taken; ``clock`` is the state of its clock at ``at``."""

    name: str
    at: Instant
    clock: ClockState


class SnapshotDropped(Effect, frozen=True):
    """A snapshot was dropped."""

    name: str
