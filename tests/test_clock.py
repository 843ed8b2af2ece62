"""The world's clock: real, frozen, running at a rate, moved either way, and put back."""

from __future__ import annotations

import pytest

from mockserver import clock as clock_module
from mockserver.clock import FASTEST, FIRST, LAST, Clock, ClockState
from mockserver.values.instants import iso, parse_iso

NOON = parse_iso("2019-03-13T12:00:00Z")


@pytest.fixture
def system(monkeypatch):
    """The machine's time, in a test's hand."""

    class System:
        now = parse_iso("2026-01-01T00:00:00Z")

    monkeypatch.setattr(clock_module, "system_now", lambda: System.now)
    return System


def test_a_new_clock_shows_the_machines_time(system):
    clock = Clock()
    assert (clock.mode, clock.rate, clock.now()) == ("real", 1.0, system.now)
    system.now += 5
    assert clock.now() == system.now


def test_a_frozen_clock_holds_to_the_millisecond(system):
    clock = Clock()
    clock.set(NOON, frozen=True)
    system.now += 3_600_000
    assert (clock.mode, clock.now()) == ("frozen", NOON)


def test_a_clock_that_is_only_moved_runs_on_from_there(system):
    clock = Clock()
    clock.set(NOON)
    system.now += 1_234
    assert (clock.mode, clock.now()) == ("running", NOON + 1_234)


@pytest.mark.parametrize(("rate", "expected"), [(60.0, 60_000), (0.5, 500), (1.0, 1_000)])
def test_a_rate_is_world_time_per_real_time(system, rate, expected):
    clock = Clock()
    clock.set(NOON, rate=rate)
    system.now += 1_000
    assert clock.now() == NOON + expected


def test_changing_the_rate_does_not_move_the_time(system):
    clock = Clock()
    clock.set(NOON, rate=10)
    system.now += 1_000
    clock.set(rate=1)
    assert clock.now() == NOON + 10_000


def test_freezing_the_real_clock_holds_the_moment_and_letting_go_runs_from_it(system):
    clock = Clock()
    held = clock.now()
    clock.set(frozen=True)
    system.now += 1_000
    assert clock.now() == held
    clock.set(frozen=False)
    system.now += 1
    assert (clock.mode, clock.now()) == ("running", held + 1)


@pytest.mark.parametrize(("start", "mode"), [(ClockState(), "running"), (ClockState("frozen", 1.0, NOON), "frozen")])
def test_advancing_keeps_a_frozen_clock_frozen_and_lets_a_real_one_run(system, start, mode):
    clock = Clock(start)
    before = clock.now()
    clock.set(before + 35_000)
    assert (clock.mode, clock.now()) == (mode, before + 35_000)


def test_a_clock_moves_backwards(system):
    clock = Clock(ClockState("frozen", 1.0, NOON))
    clock.set(NOON - 1)
    assert clock.now() == NOON - 1


def test_a_restored_clock_shows_the_time_it_was_read_at_and_moves_the_same_way(system):
    clock = Clock()
    clock.set(NOON, rate=2)
    system.now += 1_000
    setting = clock.standing()
    system.now += 10_000
    clock.restore(setting)
    assert clock.now() == NOON + 2_000
    system.now += 1_000
    assert (clock.mode, clock.rate, clock.now()) == ("running", 2, NOON + 4_000)


def test_a_real_clock_is_restored_to_real_time(system):
    setting = Clock().standing()
    clock = Clock(ClockState("frozen", 3.0, NOON))
    clock.restore(setting)
    assert (clock.mode, clock.rate, clock.now()) == ("real", 1.0, system.now)


def test_a_copy_goes_its_own_way(system):
    clock = Clock(ClockState("running", 1.0, NOON))
    twin = clock.copy()
    clock.set(NOON + 5)
    assert (twin.now(), clock.now()) == (NOON, NOON + 5)


def test_a_clock_that_takes_anothers_setting_goes_with_it_until_one_is_set(system):
    one, other = Clock(), Clock(ClockState("running", 2.0, NOON))
    system.now += 1_000
    one.take(other.setting())
    assert (one.setting().is_same(other.setting()), one.now()) == (True, NOON + 2_000)
    one.set(one.now())
    assert not one.setting().is_same(other.setting())


def test_a_restored_setting_is_the_same_as_it_was(system):
    clock = Clock()
    clock.set(NOON, rate=2)
    before = clock.setting()
    system.now += 1_000
    clock.restore(clock.standing())
    system.now += 1_000
    clock.restore(ClockState("running", 2.0, NOON + 7, mark=before.mark))
    assert clock.setting().is_same(before)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ClockState(), ClockState(), True),
        (ClockState(), ClockState("frozen", 1.0, NOON), False),
        (ClockState("frozen", 1.0, NOON, 1, (NOON, 1)), ClockState("frozen", 1.0, NOON, 2, (NOON, 2)), True),
        (ClockState("frozen", 1.0, NOON), ClockState("running", 1.0, NOON), False),
        (ClockState("running", 1.0, NOON, 1, (1, 1)), ClockState("running", 2.0, NOON, 1, (1, 1)), False),
    ],
)
def test_settings_are_the_same_if_nobody_set_the_clock_in_between(one, other, same):
    assert one.is_same(other) is same


@pytest.mark.parametrize("now", [FIRST - 1, LAST + 1])
def test_a_time_beyond_the_ends_is_refused_and_nothing_moves(system, now):
    clock = Clock(ClockState("frozen", 1.0, NOON))
    with pytest.raises(ValueError, match="between the years 1000 and 9000"):
        clock.set(now)
    assert clock.now() == NOON


@pytest.mark.parametrize("rate", [0, -1, FASTEST * 2, float("inf"), float("nan")])
def test_an_impossible_rate_is_refused(system, rate):
    with pytest.raises(ValueError, match="rate"):
        Clock().set(rate=rate)


def test_a_fast_clock_stops_at_the_end_of_time(system):
    clock = Clock(ClockState("running", FASTEST, LAST - 1))
    system.now += 1_000_000
    assert clock.now() == LAST


def test_the_ends_are_years():
    assert (iso(FIRST), iso(LAST)) == ("1000-01-01T00:00:00.000Z", "9000-01-01T00:00:00.000Z")
