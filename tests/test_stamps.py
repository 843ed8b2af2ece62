"""Stamps are good until something changes that they stand for, and are void for ever after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from mockserver.clock import Clock
from mockserver.domain.model import Event, Grant, Member, Offer, Token
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.worlds.effects import (
    EventsAdded,
    GrantsAdded,
    Liked,
    RuleAdded,
    RulesCleared,
    SettingsChanged,
    Unliked,
    UseBooked,
)
from mockserver.worlds.world import World
from tests.records import NOON, put, small_records

ALL = {"gate", "guest", "mine", "another's"}
VIEWS = ALL - {"gate"}
MINE, OTHER = 42, 43
GRANT = Grant(offer_id=1, member_id=MINE, granted_at=NOON)
SEEN = Event(kind="seen", club="mall", offer_id=1, member_id=MINE, created_at=NOON, recorded_at=NOON)


@pytest.fixture
def world() -> World:
    records = small_records(NOON)
    records.put(Member(id=MINE, club="mall"), Member(id=OTHER, club="mall"))
    records.put(Offer(id=1, club="mall"), Offer(id=2, club="mall", stock=3))
    return World("w", records, Clock(), Settings(), Library())


def offer(world: World, id_: int) -> Offer:
    return world.records.offers[id_]


CHANGES: dict[str, tuple[Callable[[World], object], set[str]]] = {
    "a use": (lambda world: world.apply(UseBooked(1, MINE, NOON)), {"mine"}),
    "a use of a stock": (lambda world: world.apply(UseBooked(2, MINE, NOON)), VIEWS),
    "a like": (lambda world: world.apply(Liked(1, MINE, NOON)), {"mine"}),
    "no like": (lambda world: world.apply(Unliked(1, MINE)), {"mine"}),
    "a grant": (lambda world: world.apply(GrantsAdded((GRANT,))), {"mine"}),
    "an event": (lambda world: world.apply(EventsAdded((SEEN,))), set()),
    "a token": (
        lambda world: put(world, Token(token="t", member_id=MINE, created_at=NOON, expires_in=20)),
        {"gate", "mine"},
    ),
    "an offer": (lambda world: put(world, replace(offer(world, 1), name="New")), ALL),
    "a rule": (lambda world: world.apply(RuleAdded("slow", {"then": {"delay": 1}}, 0)), ALL),
    "no rules": (lambda world: world.apply(RulesCleared()), ALL),
    "a setting": (lambda world: world.apply(SettingsChanged("2019-08", "any")), ALL),
    "a reset": (lambda world: world.reset(), ALL),
    "an undo": (lambda world: world.apply(EventsAdded((SEEN,)))(), ALL),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_voids_the_stamps_of_what_it_may_change(world, change):
    make, voided = CHANGES[change]
    stamps = world.stamps
    held = {
        "gate": stamps.gate,
        "guest": stamps.view(None),
        "mine": stamps.view(MINE),
        "another's": stamps.view(OTHER),
    }
    make(world)
    assert {name for name, stamp in held.items() if not stamp.good} == voided
    now = {"gate": stamps.gate, "guest": stamps.view(None), "mine": stamps.view(MINE), "another's": stamps.view(OTHER)}
    assert all(stamp.good for stamp in now.values())
    assert {name for name in held if now[name] is not held[name]} == voided


def test_a_copy_has_stamps_of_its_own(world):
    held = world.stamps.view(MINE)
    twin = world.copy("twin", Settings())
    twin.reset()
    assert held.good
