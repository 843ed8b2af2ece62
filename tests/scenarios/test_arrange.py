from __future__ import annotations

import itertools
from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.documents.problems import DocumentError
from mockserver.domain.model import Offer
from mockserver.records.effects import Count, RecordsPut, RulesCounted, UseBooked
from mockserver.scenarios.arrange import activate, deactivate, set_active
from mockserver.scenarios.model import Scenario
from mockserver.scenarios.overlay import overlaid
from mockserver.settings import Settings
from mockserver.values.instants import HOUR, parse_iso
from mockserver.worlds.world import World
from tests.records import put, use
from tests.scenarios.conftest import rule

NOON = "2019-03-13T12:00:00.000Z"


def scenario(world: World, scenario_id: str, **arranged: Any) -> Scenario:
    return world.library.put(scenario_id, {"world": arranged})


def change(world: World, offer_id: int, **attributes: Any) -> None:
    """What a test does by PATCH, or an operation of the admin API."""
    put(world, replace(world.records.offers[offer_id], **attributes))


def test_a_scenario_arranges_records_and_undoes_it(world: World) -> None:
    before = world.records.copy()
    members = {"42": {"banned_until": "2137-10-28T17:24:06.207Z", "properties": {"first_name": "Ada"}}}
    made = scenario(
        world,
        "all",
        clubs={"mall": {"offers_api_enabled": False, "usage_authorization_tokens": ["secret"]}},
        offers={1: {"stock": 0, "period": {"timespan": "DAY", "max_uses": 1}, "tags": ["a"]}},
        members=members,
        tokens={"t" * 64: {"revoked": True}},
    )
    activate(world, made)
    assert not world.records.clubs["mall"].offers_api_enabled
    assert world.records.clubs["plaza"].offers_api_enabled
    arranged = world.records.offers[1]
    assert (arranged.stock, arranged.tags) == (0, ("a",))
    assert arranged.period is not None
    assert arranged.period.timespan == "DAY"
    assert world.records.members[42].banned_until == parse_iso("2137-10-28T17:24:06.207Z")
    assert world.records.tokens["t" * 64].revoked
    assert deactivate(world, "all")
    for table in ("clubs", "offers", "members", "tokens"):
        assert getattr(world.records, table) == getattr(before, table)
    assert not deactivate(world, "all")


def test_a_star_stands_for_every_record_and_a_key_of_its_own_wins(world: World) -> None:
    activate(world, scenario(world, "s", offers={"2": {"name": "Two"}, "*": {"name": "Any", "status": "draft"}}))
    offers = world.records.offers.values()
    assert [(offer.name, offer.status) for offer in offers] == [("Any", "draft"), ("Two", "draft"), ("Any", "draft")]
    deactivate(world, "s")
    assert [offer.name for offer in offers] == ["Offer 1", "Offer 2", "Offer 3"]


def test_stock_left_counts_from_the_uses_booked(world: World) -> None:
    for at in (1, 2, 3):
        use(world, 1, 42, at)
    activate(world, scenario(world, "last", offers={"*": {"stock_left": 1}}))
    assert [offer.stock for offer in world.records.offers.values()] == [4, 1, 1]
    deactivate(world, "last")
    assert [offer.stock for offer in world.records.offers.values()] == [10, 10, 10]


def test_what_a_test_changes_meanwhile_stays(world: World) -> None:
    activate(world, scenario(world, "s", offers={1: {"stock": 0, "name": "Arranged"}}))
    change(world, 1, stock=7, description="new")
    use(world, 1, 42, 5)
    deactivate(world, "s")
    left = world.records.offers[1]
    assert (left.stock, left.name, left.description) == (7, "Offer 1", "new")
    assert world.records.uses_count[1] == 1


@pytest.mark.parametrize("stopped", [("a", "b", "c"), ("c", "b", "a"), ("b", "a", "c"), ("b", "c", "a")])
def test_the_later_scenario_wins_and_any_order_of_stopping_restores(world: World, stopped: tuple[str, ...]) -> None:
    for stock, name in enumerate("abc", 1):
        activate(world, scenario(world, name, offers={1: {"stock": stock}}))
    active = ["a", "b", "c"]
    for name in stopped:
        assert world.records.offers[1].stock == "abc".index(active[-1]) + 1
        deactivate(world, name)
        active.remove(name)
    assert world.records.offers[1].stock == 10


def test_a_change_by_a_test_outlives_all_scenarios_that_arranged_the_same(world: World) -> None:
    a, b = (scenario(world, name, offers={1: {"stock": stock}}) for name, stock in (("a", 1), ("b", 2)))
    activate(world, a)
    change(world, 1, stock=50)
    activate(world, b)
    deactivate(world, "a")
    assert world.records.offers[1].stock == 2
    deactivate(world, "b")
    assert world.records.offers[1].stock == 50


def test_a_record_that_is_gone_is_not_brought_back(world: World) -> None:
    activate(world, scenario(world, "s", offers={1: {"stock": 0}}))
    del world.records.offers[1]
    deactivate(world, "s")
    assert 1 not in world.records.offers


def test_a_record_that_is_new_is_left_alone(world: World) -> None:
    activate(world, scenario(world, "s", offers={"*": {"status": "draft"}}))
    put(world, Offer(id=9, club="mall", status="published"))
    deactivate(world, "s")
    assert world.records.offers[9].status == "published"


def test_activation_is_all_or_nothing_and_names_all_that_is_missing(world: World) -> None:
    activate(world, scenario(world, "kept", offers={1: {"stock": 3}}, clock={"now": NOON, "frozen": True}))
    rev, records, clock = world.rev, world.records.copy(), world.clock.setting()
    wrong = scenario(world, "wrong", clubs={"mal": {"name": "x"}}, offers={1: {"stock": 0}, 77: {"stock": 1}})
    for attempt in (lambda: activate(world, wrong), lambda: set_active(world, [wrong])):
        with pytest.raises(DocumentError) as caught:
            attempt()
        assert [problem.key for problem in caught.value.problems] == ["world.clubs.mal", "world.offers.77"]
        assert caught.value.problems[0].hint == "did you mean mall?"
    assert (world.rev, world.engine.active, world.clock.setting()) == (rev, ("kept",), clock)
    assert world.records.offers == records.offers


def test_every_change_raises_the_revision(world: World) -> None:
    made = scenario(world, "s", clock={"frozen": True})
    revs = [world.rev]
    for act in (lambda: activate(world, made), lambda: activate(world, made), lambda: deactivate(world, "s")):
        act()
        revs.append(world.rev)
    assert revs == sorted(set(revs))


def test_the_clock_is_arranged_and_undone(world: World) -> None:
    activate(world, scenario(world, "s", clock={"now": NOON, "frozen": True}, members={42: {"banned_until": "now+1h"}}))
    assert (world.clock.mode, world.clock.now()) == ("frozen", parse_iso(NOON))
    assert world.records.members[42].banned_until == parse_iso(NOON) + HOUR
    deactivate(world, "s")
    assert world.clock.mode == "real"
    assert world.records.members[42].banned_until is None


def test_a_clock_that_somebody_moved_meanwhile_stays(world: World) -> None:
    activate(world, scenario(world, "s", clock={"now": NOON, "frozen": True}))
    world.clock.set(parse_iso(NOON) + 1)
    deactivate(world, "s")
    assert (world.clock.mode, world.clock.now()) == ("frozen", parse_iso(NOON) + 1)


@pytest.fixture
def _time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the system's clock finds it a second later."""
    monkeypatch.setattr("mockserver.clock.system_now", itertools.count(parse_iso(NOON), 1_000).__next__)


@pytest.mark.usefixtures("_time_passes")
def test_a_running_clock_is_undone_after_a_snapshot_was_restored(world: World) -> None:
    activate(world, scenario(world, "s", clock={"now": NOON}))
    kept = world.snapshot()
    world.clock.set(1_000)
    world.restore(kept)
    activate(world, scenario(world, "other", clock={"now": "2020-01-01T00:00:00Z", "frozen": True}))
    world.restore(kept)
    deactivate(world, "s")
    assert world.clock.mode == "real"


@pytest.mark.usefixtures("_time_passes")
def test_a_running_clock_is_undone_in_a_copy_of_the_world(world: World) -> None:
    activate(world, scenario(world, "s", clock={"now": NOON}))
    twin = world.copy("twin", Settings())
    for each in (twin, world):
        deactivate(each, "s")
        assert each.clock.mode == "real"


def test_a_restored_clock_comes_back_as_it_was_restored(world: World) -> None:
    activate(world, scenario(world, "s", clock={"now": NOON, "rate": 1_000}))
    kept = world.snapshot()
    world.restore(replace(kept, clock=replace(kept.clock, now=parse_iso("2021-01-01T00:00:00Z"))))
    activate(world, scenario(world, "other", clock={"now": "2020-01-01T00:00:00Z", "frozen": True}))
    deactivate(world, "other")
    assert (world.clock.mode, world.clock.rate, world.clock.now() >= parse_iso("2021-01-01T00:00:00Z")) == (
        "running", 1_000, True,
    )  # fmt: skip
    deactivate(world, "s")
    assert world.clock.mode == "real"


def test_two_clocks_are_undone_in_any_order(world: World) -> None:
    world.clock.set(1_000, frozen=True)
    activate(world, scenario(world, "a", clock={"now": NOON}))
    activate(world, scenario(world, "b", clock={"now": "2020-01-01T00:00:00Z"}))
    deactivate(world, "a")
    assert world.clock.now() == parse_iso("2020-01-01T00:00:00Z")
    deactivate(world, "b")
    assert world.clock.now() == 1_000


def test_exactly_the_given_scenarios_are_active_in_their_order(world: World) -> None:
    a, b, c = (scenario(world, name, offers={1: {"stock": stock}}) for stock, name in enumerate("abc", 1))
    for wanted, stock in (((a, b), 2), ((b, a), 1), ((c, a, b), 2), ((b, c), 3), ((), 10)):
        set_active(world, wanted)
        assert world.engine.active == tuple(each.id for each in wanted)
        assert world.records.offers[1].stock == stock


def test_scenarios_that_stay_active_keep_their_counters_and_what_tests_changed(world: World) -> None:
    arranged = {"offers": {1: {"stock": 1}}}
    a = world.library.put("a", {"world": arranged, "rules": [rule(calls=1)]})
    b = scenario(world, "b", offers={2: {"stock": 2}})
    set_active(world, [a])
    world.apply(RulesCounted((Count("a", "a", calls=5),)))
    change(world, 1, stock=70)
    set_active(world, [b, a])
    assert world.engine.tracks("a")[0].calls == 5
    assert world.records.offers[1].stock == 70


def test_a_scenario_that_is_made_active_again_begins_again(world: World) -> None:
    a = world.library.put("a", {"world": {"offers": {1: {"stock_left": 1}}}, "rules": [rule(calls=1)]})
    activate(world, a)
    world.apply(RulesCounted((Count("a", "a", calls=5),)))
    use(world, 1, 42, 1)
    change(world, 2, stock=70)
    activate(world, a)
    assert world.engine.tracks("a")[0].calls == 0
    assert [offer.stock for offer in world.records.offers.values()] == [2, 70, 10]
    deactivate(world, "a")
    assert [offer.stock for offer in world.records.offers.values()] == [10, 70, 10]


def test_a_scenario_that_was_put_anew_replaces_the_one_that_is_active(world: World) -> None:
    activate(world, scenario(world, "s", offers={1: {"stock": 1}}))
    anew = scenario(world, "s", offers={2: {"stock": 2}})
    set_active(world, [anew])
    assert [offer.stock for offer in world.records.offers.values()] == [10, 2, 10]


def test_one_request_is_arranged_alone(world: World) -> None:
    made = scenario(world, "s", clock={"now": NOON, "frozen": True}, offers={1: {"stock": 1}})
    rev = world.rev
    overlay = overlaid(world, [made])
    assert overlay is not None
    assert overlay.records.offers[1].stock == 1
    assert overlay.clock.now() == parse_iso(NOON)
    assert (world.rev, world.engine.active, world.clock.mode, world.records.offers[1].stock) == (rev, (), "real", 10)


def test_what_a_request_changes_is_seen_by_it_and_stays_without_what_was_arranged(world: World) -> None:
    made = scenario(world, "s", offers={1: {"stock": 1, "name": "Arranged"}})
    overlay = overlaid(world, [made])
    assert overlay is not None
    seen = overlay.records.offers[1]
    for effect in (UseBooked(1, 42, 3), RecordsPut((replace(seen, description="new", name="Mine"),))):
        world.apply(overlay.applied(effect))
    assert (overlay.records.uses_count, overlay.records.offers[1].description) == ({1: 1}, "new")
    left = world.records.offers[1]
    assert (left.stock, left.name, left.description, world.records.uses_count) == (10, "Mine", "new", {1: 1})


def test_one_request_leaves_a_scenario_that_is_active_anyway_alone(world: World) -> None:
    made = scenario(world, "s", offers={1: {"stock": 1}})
    activate(world, made)
    assert overlaid(world, [made]) is None


def test_a_snapshot_remembers_what_was_arranged_and_reset_forgets_it(world: World) -> None:
    activate(world, scenario(world, "s", offers={1: {"stock": 1}}, clock={"now": NOON, "frozen": True}))
    snapshot = world.snapshot()
    deactivate(world, "s")
    change(world, 1, stock=99)
    world.restore(snapshot)
    assert (world.engine.active, world.records.offers[1].stock) == (("s",), 1)
    deactivate(world, "s")
    assert (world.records.offers[1].stock, world.clock.mode) == (10, "real")
    activate(world, scenario(world, "s", offers={1: {"stock": 1}}))
    world.reset()
    assert (world.engine.active, world.records.offers[1].stock) == ((), 10)
