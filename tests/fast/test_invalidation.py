"""Flags are down until something changes that their readers see, and up for ever after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from mockserver.clock import Clock
from mockserver.domain.model import Event, Grant, Member, Offer, Token
from mockserver.fast.invalidation import Flags
from mockserver.records.effects import (
    EventsAdded,
    GrantsAdded,
    Liked,
    RuleAdded,
    RulesCleared,
    SettingsChanged,
    Unliked,
    UseBooked,
)
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.worlds.world import World
from tests.records import NOON, put, small_records

MINE, OTHER = 42, 43
READERS = {"guest": None, "mine": MINE, "another's": OTHER}
ALL = set(READERS)
GRANT = Grant(offer_id=1, member_id=MINE, granted_at=NOON)
SEEN = Event(kind="seen", club="mall", offer_id=1, member_id=MINE, created_at=NOON, recorded_at=NOON)


@pytest.fixture
def world() -> World:
    records = small_records(NOON)
    records.put(Member(id=MINE, club="mall"), Member(id=OTHER, club="mall"))
    records.put(Offer(id=1, club="mall"), Offer(id=2, club="mall", stock=3))
    return World("w", records, Clock(), Settings(), Library())


def observed(world: World) -> Flags:
    """Return flags that observe the world."""
    flags = Flags(world)
    world.observers = (*world.observers, flags)
    return flags


def offer(world: World, id_: int) -> Offer:
    return world.records.offers[id_]


CHANGES: dict[str, tuple[Callable[[World], object], set[str]]] = {
    "a use": (lambda world: world.apply(UseBooked(1, MINE, NOON)), {"mine"}),
    "a use of a stock": (lambda world: world.apply(UseBooked(2, MINE, NOON)), ALL),
    "a like": (lambda world: world.apply(Liked(1, MINE, NOON)), {"mine"}),
    "no like": (lambda world: world.apply(Unliked(1, MINE)), {"mine"}),
    "a grant": (lambda world: world.apply(GrantsAdded((GRANT,))), {"mine"}),
    "an event": (lambda world: world.apply(EventsAdded((SEEN,))), set()),
    "a token": (
        lambda world: put(world, Token(token="t", member_id=MINE, created_at=NOON, expires_in=20)),
        {"mine"},
    ),
    "an offer": (lambda world: put(world, replace(offer(world, 1), name="New")), ALL),
    "a rule": (lambda world: world.apply(RuleAdded("slow", {"then": {"delay": 1}}, 0)), ALL),
    "no rules": (lambda world: world.apply(RulesCleared()), ALL),
    "a setting": (lambda world: world.apply(SettingsChanged("2019-08", "any")), ALL),
    "a reset": (lambda world: world.reset(), ALL),
    "an undo": (lambda world: world.apply(EventsAdded((SEEN,)))(), ALL),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_raises_the_flags_of_those_who_may_read_something_else(world, change):
    make, raised = CHANGES[change]
    flags = observed(world)
    held = {name: flags.of(reader) for name, reader in READERS.items()}
    make(world)
    assert {name for name, flag in held.items() if flag.up} == raised
    now = {name: flags.of(reader) for name, reader in READERS.items()}
    assert not any(flag.up for flag in now.values())
    assert {name for name in held if now[name] is not held[name]} == raised


def test_a_copy_has_flags_of_its_own(world):
    held = observed(world).of(MINE)
    world.copy("twin", Settings()).reset()
    assert not held.up
