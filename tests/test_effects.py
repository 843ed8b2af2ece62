"""Effects: every change of a world is a value, goes through one door, and can be undone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from msgspec.structs import replace

import mockserver
from mockserver.clock import Clock, ClockState
from mockserver.domain.model import Event, Grant, Token
from mockserver.records.effects import (
    Claim,
    ClockSet,
    Count,
    Effect,
    EventsAdded,
    GrantsAdded,
    GrantsPut,
    JournalCleared,
    Liked,
    RecordsPut,
    RuleAdded,
    RuleRemoved,
    RulesCleared,
    RulesCounted,
    ScenarioActivated,
    ScenarioDeactivated,
    ScenarioForgotten,
    ScenarioPut,
    ScenariosOrdered,
    SettingsChanged,
    SnapshotDropped,
    SnapshotTaken,
    TokensPut,
    Unliked,
    UseBooked,
    UsesPut,
)
from mockserver.records.tables import EVENTS_KEPT, Records
from mockserver.settings import Settings
from mockserver.worlds.apply import change
from mockserver.worlds.meaning import MEANING
from mockserver.worlds.world import Snapshot, World
from mockserver.worlds.worlds import Worlds
from tests.records import NOON, offer, small_records

ROOT = Path(mockserver.__file__).parent
EVENT = Event(kind="seen", club="mall", offer_id=1, member_id=42, created_at=NOON, recorded_at=NOON)
LIMIT = {"then": {"rate_limit": {"limit": 2, "per": "10s"}}}
EFFECTS: list[Effect] = [
    UseBooked(1, 42, NOON),
    UseBooked(1, 42, NOON + 1),
    UseBooked(2, 43, NOON),
    Liked(1, 42, NOON),
    Liked(2, 42, NOON),
    Unliked(1, 42),
    GrantsAdded(
        (Grant(offer_id=1, member_id=42, granted_at=NOON), Grant(offer_id=1, member_id=42, granted_at=NOON + 1))
    ),
    UsesPut(1, 42, (NOON - 1, NOON, NOON + 5)),
    UsesPut(1, 42, ()),
    GrantsPut(1, 42, (Grant(offer_id=1, member_id=42, granted_at=NOON),)),
    GrantsPut(1, 42, ()),
    EventsAdded((EVENT, EVENT)),
    EventsAdded((EVENT,) * EVENTS_KEPT),
    TokensPut((Token(token="t", member_id=42),)),
    RecordsPut((replace(offer(1), name="New"), offer(9), replace(offer(9), name="Again"))),
    ClockSet(ClockState("running", 2.0, NOON, NOON, (NOON, NOON))),
    SettingsChanged("2019-08", "any"),
    JournalCleared(),
    ScenarioPut("s", {"title": "One", "rules": [LIMIT | {"then": {"go": "on", "delay": "1ms"}}]}),
    ScenarioPut("s", {"title": "Two", "world": {"offers": {"1": {"name": "Arranged"}}}, "rules": [LIMIT]}),
    ScenarioActivated(
        "s", {"rules": [LIMIT]}, (Claim("offers", 1, "name", "Arranged"), Claim("clock", None, "clock", {}))
    ),
    RulesCounted((Count("s", "s", 1, 1, 2, NOON - 10, NOON, passed=True),), (("s", "on"), (None, "on"))),
    RulesCounted((Count("s", "s", 2, 2, 3, NOON - 5, NOON + 1, passed=True), Count("x", "y", draws=4, once=True))),
    RulesCounted((Count("s", "s", 3, 2, 3, NOON, NOON, passed=False), Count("x", "y", draws=5, once=True))),
    ScenarioActivated("t", {"world": {}}, (Claim("offers", 1, "name", "Other"), Claim("offers", 2, "stock", 1))),
    ScenariosOrdered(("t", "s")),
    SnapshotTaken("kept", NOON, ClockState("frozen", 1.0, NOON)),
    SnapshotTaken("kept", NOON + 1, ClockState("frozen", 1.0, NOON)),
    ScenarioActivated("s", {"rules": [LIMIT]}),
    ScenarioDeactivated("t"),
    ScenarioForgotten("s"),
    RuleAdded("rule-1", LIMIT, 1),
    RuleAdded("rule-2", LIMIT, 2),
    RulesCounted((Count("rule-2", calls=1, hits=1),)),
    RuleAdded("rule-2", {"then": {"delay": 1}}, 2),
    RuleRemoved("rule-1"),
    RulesCleared(),
    SnapshotDropped("kept"),
]


@pytest.fixture
def world() -> World:
    return World("w", small_records(), Clock(ClockState("frozen", 1.0, NOON)), Settings())


def standing(world: World) -> dict[str, object]:
    """All that a world is, but for its start, in values that can be compared."""
    now = world.snapshot(0, world.clock.setting())
    return {
        "rev": world.rev,
        "now": stood(now),
        "snapshots": {name: (each.taken_at, stood(each)) for name, each in world.snapshots.items()},
    }


def stood(snapshot: Snapshot) -> dict[str, object]:
    """A world or a snapshot in values; rules and scenarios are compared by their documents."""
    knows = snapshot.engine.knows
    tracks = [track for each in (knows.ad_hoc, *knows.tracks.values()) for track in each]
    return tables(snapshot.records) | {
        "clock": snapshot.clock,
        "settings": (snapshot.revision, snapshot.auth),
        "library": {scenario.id: scenario.value for scenario in snapshot.library},
        "active": [(scenario.id, scenario.value) for scenario in knows.scenarios.values()],
        "rules": [(track.scenario, track.rule.name, track.rule.value, track.memory) for track in tracks],
        "states": knows.states,
        "once": knows.once,
        "named": knows.named,
        "slots": snapshot.engine.claim_table.slots,
    }


def tables(records: Records) -> dict[str, object]:
    return {name: getattr(records, name) for name in Records.__slots__}


def test_every_type_of_effects_has_a_meaning() -> None:
    assert set(MEANING) == set(Effect.__subclasses__())


def test_effects_undone_in_reverse_leave_the_world_as_it_was(world) -> None:
    stands = []
    undos = []
    for effect in EFFECTS:
        stands.append(standing(world))
        undos.append(world.apply(effect))
    assert {type(effect) for effect in EFFECTS} == set(MEANING)
    for undo, stand in zip(reversed(undos), reversed(stands), strict=True):
        undo()
        assert standing(world) == stand


class Watching:
    """An observer that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Effect | None] = []

    def applied(self, effect: Effect) -> None:
        self.told.append(effect)

    def rebased(self) -> None:
        self.told.append(None)


def test_observers_are_told_of_effects_and_of_new_bases(world) -> None:
    watching = Watching()
    world.observers = (*world.observers, watching)
    undo = world.apply(EFFECTS[0])
    assert watching.told == [EFFECTS[0]]
    undo()
    world.reset()
    assert set(watching.told[1:]) == {None}


def test_who_asks_is_told_of_every_world_that_is_made() -> None:
    worlds = Worlds(small_records, Settings())
    worlds.get("early")
    told: list[str] = []
    worlds.when_made(lambda world: told.append(world.name))
    worlds.get("later")
    worlds.create("copy", "early")
    assert told == ["default", "early", "later", "copy"]


CHANGERS: dict[str, set[str]] = {
    "records": {"put", "book_use", "put_uses", "put_grants", "like", "unlike", "add_grants", "add_events", "restore"},
    "clock": {"set", "take", "restore"},
    "engine": {
        "add",
        "remove",
        "order",
        "add_rule",
        "remove_rule",
        "clear_rules",
        "count",
        "know",
        "take",
        "forget_once",
    },
    "library": {"put", "take", "forget", "update", "replace"},
    "journal": {"clear"},
}
"""What changes each part of a world, which operations and control calls leave to effects."""
WHOLE = {"transfer.py"}
"""What changes worlds as a whole (``World.rebasing``)."""


@pytest.mark.parametrize(
    "path", sorted([*(ROOT / "api").glob("*.py"), *(ROOT / "control").glob("*.py")]), ids=lambda path: path.name
)
def test_no_call_changes_a_world_but_by_an_effect(path: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    changing = [
        ast.unparse(call)
        for call in calls
        if isinstance(call, ast.Attribute) and call.attr in CHANGERS.get(ast.unparse(call.value).rpartition(".")[2], ())
    ]
    assert path.name in WHOLE or changing == []


def test_a_change_of_records_that_belong_to_no_world_is_undone_too() -> None:
    class Alone:
        records = small_records()

    before = tables(Alone.records.copy())
    change(Alone, UseBooked(1, 42, NOON))()
    assert tables(Alone.records) == before
