"""Dates of fixture files: ISO 8601 or relative."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.values.instants import DAY, EARLIEST, HOUR, LATEST, MINUTE, SECOND, iso, parse_iso
from mockserver.values.moments import Relative, at, parse_moment
from mockserver.values.units import UNITS

INSTANTS = st.integers(EARLIEST, LATEST)
SPANS = st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(sorted(UNITS))), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", Relative(0)),
        ("now-2d", Relative(-2 * DAY)),
        ("now+1h30m", Relative(HOUR + 30 * MINUTE)),
        ("now-1w1d", Relative(-8 * DAY)),
        ("now+5s1ms", Relative(5 * SECOND + 1)),
        ("now+0ms", Relative(0)),
        ("1970-01-01T00:00:00.000Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2019-03-13T17:32:00.000Z", 1_552_498_320_000),
        ("2019-03-13T18:32:00+01:00", 1_552_498_320_000),
        ("2019-03-13", 1_552_435_200_000),
        ("0001-01-01T00:00:00+11:00", EARLIEST),
        ("9999-12-31T23:59:59-11:00", LATEST),
    ],
)
def test_a_date_is_iso_or_relative(text, moment):
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "now ", "now-", "now-2", "now2d", "now+1x", "now-1d+1h", "now+-1d", "Now", "yesterday", "2019-13-01", "2019",
     "2019-W11-3T17:32:00.000Z", "2019-03-13T25:32:00.000Z", "2019-03-13T17:32:00.0000Z ", "now+999999999999w"],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"^\D"):
        parse_moment(text)


@given(INSTANTS)
def test_what_the_api_writes_reads_as_the_same_instant(instant):
    assert parse_moment(iso(instant)) == instant == parse_iso(iso(instant))


@given(st.sampled_from("+-"), SPANS)
def test_a_relative_date_is_the_sum_of_its_spans(sign, spans):
    length = sum(count * UNITS[unit] for count, unit in spans)
    text = f"now{sign}" + "".join(f"{count}{unit}" for count, unit in spans)
    assert parse_moment(text) == Relative(length if sign == "+" else -length)


@given(st.integers(-LATEST, LATEST), INSTANTS)
def test_a_relative_date_never_leaves_the_years_that_can_be_written(offset, now):
    instant = at(Relative(offset), now)
    assert instant == min(max(now + offset, EARLIEST), LATEST)
    assert parse_iso(iso(instant)) == instant
