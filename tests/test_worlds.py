"""Worlds: made on demand, listed, copied, dropped, and never more than the cap."""

from __future__ import annotations

import threading

import pytest

from mockserver.clock import REAL
from mockserver.records.effects import ClockSet
from mockserver.settings import Settings
from mockserver.values.instants import parse_iso
from mockserver.worlds.worlds import WorldExists, Worlds
from tests.records import NOON, small_records, use


def worlds_of(**settings) -> Worlds:
    return Worlds(small_records, Settings(**settings))


def names(worlds: Worlds) -> list[str]:
    return [world.name for world in worlds.all()]


def test_the_default_world_is_always_there():
    assert names(worlds_of()) == ["default"]


def test_a_world_that_is_named_for_the_first_time_is_made_and_then_stays():
    worlds = worlds_of()
    assert worlds.get("a") is worlds.get("a")
    assert names(worlds) == ["default", "a"]


@pytest.mark.parametrize("name", ["", "a/b", "ä", "a" * 65, "a b", "../x"])
def test_an_impossible_name_is_refused(name):
    with pytest.raises(ValueError, match="name is 1 to 64"):
        worlds_of().get(name)


def test_the_world_idle_longest_goes_first_and_the_default_never():
    worlds = worlds_of(max_worlds=3)
    worlds.get("a")
    worlds.get("b")
    worlds.get("a")
    worlds.get("c")
    assert names(worlds) == ["default", "a", "c"]
    worlds.get("d")
    assert names(worlds) == ["default", "c", "d"]


def test_the_world_idle_longest_is_known_after_any_number_of_requests():
    worlds = worlds_of(max_worlds=4)
    for name in ("a", "b", "gone"):
        worlds.get(name)
    worlds.drop("gone")
    worlds.get("c")
    for name in ("b", *["c"] * 10_000, "a", *["default"] * 10_000):
        worlds.touch(name)
    worlds.get("d")
    assert names(worlds) == ["default", "a", "c", "d"]
    worlds.get("e")
    assert names(worlds) == ["default", "a", "d", "e"]


def test_who_asks_for_a_world_never_waits_for_one_that_is_made_or_dropped():
    worlds, asked = worlds_of(), threading.Event()

    def ask() -> None:
        for _ in range(10_000):
            worlds.get("default")
        asked.set()

    with worlds._lock:
        threading.Thread(target=ask, daemon=True).start()
        assert asked.wait(60)


def test_who_wants_to_know_is_told_of_each_world_that_goes():
    worlds, gone = worlds_of(max_worlds=2), []
    worlds.when_dropped(lambda world: gone.append(world.name))
    for name in ("a", "b"):
        worlds.get(name)
    worlds.drop("b")
    assert (names(worlds), gone) == (["default"], ["a", "b"])


def test_worlds_never_share_data():
    worlds = worlds_of()
    one, other = worlds.get("one"), worlds.get("other")
    use(one, 2, 42, NOON)
    one.clock.set(NOON, frozen=True)
    one.revision = "2019-08"
    assert (other.records.uses, other.records.uses_count, other.clock.mode, other.revision) == ({}, {}, "real", "union")


def test_a_copy_begins_as_the_other_stands():
    worlds = worlds_of()
    use(worlds.get("one"), 2, 42, NOON)
    copy = worlds.create("copy", "one")
    assert copy.records.uses == worlds.get("one").records.uses
    assert copy.records.uses is not worlds.get("one").records.uses


def test_creating_refuses_a_taken_name_and_an_unknown_source():
    worlds = worlds_of()
    worlds.create("a")
    with pytest.raises(WorldExists):
        worlds.create("a")
    with pytest.raises(KeyError):
        worlds.create("b", "nobody")
    assert names(worlds) == ["default", "a"]


def test_the_default_world_cannot_be_dropped_and_others_once():
    worlds = worlds_of()
    worlds.get("a")
    assert (worlds.drop("a"), worlds.drop("a")) == (True, False)
    with pytest.raises(ValueError, match="cannot be dropped"):
        worlds.drop("default")


def test_the_start_clock_is_the_default_worlds_and_survives_a_reset():
    worlds = worlds_of(clock="2019-03-13T18:00:00Z", freeze=True)
    world = worlds.get("default")
    moment = parse_iso("2019-03-13T18:00:00Z")
    assert (world.clock.mode, world.clock.now(), world.made_at) == ("frozen", moment, moment)
    world.apply(ClockSet(REAL))
    world.reset()
    assert (world.clock.mode, world.clock.now()) == ("frozen", moment)
    assert worlds.get("other").clock.mode == "real"


def test_freezing_without_a_time_holds_the_present():
    world = worlds_of(freeze=True).get("default")
    assert (world.clock.mode, world.clock.now()) == ("frozen", world.made_at)


def test_many_threads_that_name_a_world_get_the_same_one():
    worlds, found, gate = worlds_of(), [], threading.Barrier(16)

    def ask() -> None:
        gate.wait()
        found.append(worlds.get("new"))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(world) for world in found}) == 1
