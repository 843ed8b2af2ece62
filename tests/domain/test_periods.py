"""Calendar periods in a club's timezone, by example: weeks, days on which the clock changes, and the ends of the calendar."""

from __future__ import annotations

import pytest

from mockserver.domain.model import TIMESPANS, Timespan
from mockserver.domain.periods import period_around
from mockserver.values.instants import EARLIEST, LATEST, iso, parse_iso

HOUR = 3_600_000


def around(text: str, timespan: Timespan, timezone: str = "Europe/Oslo") -> tuple[str, str]:
    since, until = period_around(parse_iso(text), timespan, timezone)
    return iso(since), iso(until)


@pytest.mark.parametrize("day", ["2024-05-13T00:00:00Z", "2024-05-15T12:00:00Z", "2024-05-19T23:59:59.999Z"])
def test_a_week_is_from_monday_to_monday(day: str) -> None:
    assert around(day, "WEEK", "UTC") == ("2024-05-13T00:00:00.000Z", "2024-05-20T00:00:00.000Z")


@pytest.mark.parametrize(
    ("timespan", "since", "until"),
    [
        ("MINUTE", "2024-05-15T12:34:00.000Z", "2024-05-15T12:35:00.000Z"),
        ("HOUR", "2024-05-15T12:00:00.000Z", "2024-05-15T13:00:00.000Z"),
        ("DAY", "2024-05-14T22:00:00.000Z", "2024-05-15T22:00:00.000Z"),
        ("WEEK", "2024-05-12T22:00:00.000Z", "2024-05-19T22:00:00.000Z"),
        ("MONTH", "2024-04-30T22:00:00.000Z", "2024-05-31T22:00:00.000Z"),
        ("YEAR", "2023-12-31T23:00:00.000Z", "2024-12-31T23:00:00.000Z"),
    ],
)
def test_periods_follow_the_clubs_clock(timespan: Timespan, since: str, until: str) -> None:
    assert around("2024-05-15T12:34:56.789Z", timespan) == (since, until)


@pytest.mark.parametrize(
    ("day", "hours"), [("2024-03-31T12:00:00Z", 23), ("2024-10-27T12:00:00Z", 25), ("2024-06-01T12:00:00Z", 24)]
)
def test_a_day_on_which_the_clock_changes_is_an_hour_shorter_or_longer(day: str, hours: int) -> None:
    since, until = period_around(parse_iso(day), "DAY", "Europe/Oslo")
    assert until - since == hours * HOUR


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    assert around("2024-10-27T00:30:00Z", "HOUR") == ("2024-10-27T00:00:00.000Z", "2024-10-27T01:00:00.000Z")
    assert around("2024-10-27T01:30:00Z", "HOUR") == ("2024-10-27T01:00:00.000Z", "2024-10-27T02:00:00.000Z")


def test_hours_begin_with_the_wall_clocks_own_where_an_offset_has_half_an_hour() -> None:
    assert around("2024-05-15T12:34:00Z", "HOUR", "Asia/Kolkata") == (
        "2024-05-15T12:30:00.000Z", "2024-05-15T13:30:00.000Z"
    )  # fmt: skip


@pytest.mark.parametrize("off_by", [-1, 0, 1])
def test_a_boundary_belongs_to_the_period_that_begins(off_by: int) -> None:
    midnight = parse_iso("2024-05-15T00:00:00Z")
    since, until = period_around(midnight + off_by, "DAY", "UTC")
    assert (since, until) == ((midnight - 24 * HOUR, midnight) if off_by < 0 else (midnight, midnight + 24 * HOUR))


@pytest.mark.parametrize("timespan", ["DAY", "WEEK", "MONTH", "YEAR"])
def test_the_last_period_of_the_year_9999_ends_with_the_calendar(timespan: Timespan) -> None:
    since, until = period_around(parse_iso("9999-12-31T12:00:00Z"), timespan, "UTC")
    assert (since <= parse_iso("9999-12-31T12:00:00Z"), until) == (True, LATEST)


@pytest.mark.parametrize("timespan", TIMESPANS)
@pytest.mark.parametrize("timezone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_the_days_before_the_last_are_as_any_other(timespan: Timespan, timezone: str) -> None:
    now = parse_iso("9999-11-15T12:00:00Z")
    since, until = period_around(now, timespan, timezone)
    assert EARLIEST < since <= now < until <= LATEST
