"""Worlds: made on demand, listed, copied, dropped, and never more than the cap."""

from __future__ import annotations

import math
import threading

import pytest

from mockserver.clock import REAL
from mockserver.records.effects import ClockSet
from mockserver.settings import Settings
from mockserver.values.instants import parse_iso
from mockserver.worlds.keeping import NoRoomError
from mockserver.worlds.worlds import WorldExists, Worlds
from tests.records import NOON, small_records, use

MINUTES = 60 * 10**9


class Ticks:
    """Real time that a test moves: 6 minutes between two looks unless it says otherwise."""

    def __init__(self, step: int = 6 * MINUTES) -> None:
        self.now, self.step = 0, step

    def __call__(self) -> int:
        self.now += self.step
        return self.now


def worlds_of(ticks: Ticks | None = None, **settings) -> Worlds:
    return Worlds(small_records, Settings(**settings), ticks=ticks or Ticks())


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


@pytest.mark.parametrize(
    ("idle", "arranged", "keep", "watched", "goes"),
    [
        (5, False, "24h", False, True),
        (4.99, False, "24h", False, False),
        (5, True, "24h", False, False),
        (24 * 60 - 0.01, True, "24h", False, False),
        (24 * 60, True, "24h", False, True),
        (30, True, "30m", False, True),
        (29, True, "30m", False, False),
        (2, True, "0s", False, False),
        (5, True, "0s", False, True),
        (100_000, False, "24h", True, False),
    ],
)
def test_a_world_is_spared_while_it_is_in_use_watched_or_kept(idle, arranged, keep, watched, goes):
    ticks = Ticks(step=0)
    worlds = worlds_of(ticks, max_worlds=2, keep_worlds=keep)
    world = worlds.get("a")
    world.arranged_by = "PUT clock" if arranged else None
    leave = world.journal.subscribe(lambda _: None) if watched else None
    ticks.now += int(idle * MINUTES)
    if goes:
        worlds.get("b")
        assert names(worlds) == ["default", "b"]
        return
    with pytest.raises(NoRoomError) as full:
        worlds.get("b")
    assert names(worlds) == ["default", "a"]
    rest = 300 if watched else {"24h": 86_400, "30m": 1_800, "0s": 300}[keep] - idle * 60
    assert full.value.retry_after == max(1, min(rest, 86_400) if arranged or watched else math.ceil(300 - idle * 60))
    if leave is not None:
        leave()
        worlds.get("b")
        assert names(worlds) == ["default", "b"]


def test_of_those_that_may_go_the_idle_longest_goes_and_is_told_to_all_concerned():
    ticks, lines = Ticks(step=0), []
    worlds = worlds_of(ticks, max_worlds=4)
    worlds.when_evicted(lines.append)
    for name in ("kept", "old", "older"):
        worlds.get(name)
    worlds.get("kept").arranged_by = "PUT clock"
    ticks.now += 10 * MINUTES
    worlds.ask("old")
    ticks.now += 10 * MINUTES
    worlds.get("new", "GET /v3/x")
    assert names(worlds) == ["default", "kept", "new", "old"]
    assert lines == ["the world older was dropped: idle for 20 minutes, made room for new (--max-worlds 4)"]
    [told] = worlds.register.evicted
    assert (told.name, told.why) == ("older", "idle for 20 minutes, made room for new")
    again = worlds.get("older")
    assert again.hint is not None
    assert again.hint.startswith("a new world: the old older was dropped at ")
    assert (worlds.find("old"), worlds.get("new").hint) == (None, None)
    worlds.drop("older")
    assert worlds.get("older").hint is None


def test_a_world_that_was_made_for_a_refused_call_is_not_kept_unless_somebody_used_it():
    worlds = worlds_of()
    worlds.unmake(worlds.get("a"))
    assert names(worlds) == ["default"]
    used = worlds.get("a")
    used.arranged_by = "PUT clock"
    worlds.unmake(used)
    assert names(worlds) == ["default", "a"]


def test_who_waits_for_a_world_is_told_when_it_is_made():
    worlds, woken = worlds_of(), []
    leave = worlds.wake_when_made("a", lambda: woken.append("a"))
    other = worlds.wake_when_made("a", lambda: woken.append("a too"))
    worlds.get("b")
    assert woken == []
    worlds.get("a")
    assert woken == ["a", "a too"]
    leave()
    other()
    worlds.drop("a")
    worlds.get("a")
    assert woken == ["a", "a too"]


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
