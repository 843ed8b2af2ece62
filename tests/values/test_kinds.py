"""Kinds: what they read, they describe, and what they write, they read again."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.values.dates import FixtureDate, FixtureDates
from mockserver.values.kinds import Boolean, Capped, Choice, InstantKind, Integer, Kind, Mapping, Text
from mockserver.values.lists import ListOf
from mockserver.values.problems import UnfitError

KINDS: list[Kind] = [
    Text(), Text(longest=3), Integer(), Integer(1, 9), Integer(digits=True), Capped(1, cap=5), Boolean(), Choice(("a", "b")),
    Mapping(), ListOf(Integer(0, 9), most=2), ListOf(ListOf(Text())),
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["a", "b", "A", "12", "-3", "abcd", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip


@given(st.sampled_from(KINDS), JSON)
def test_what_a_kind_reads_is_what_it_describes(kind: Kind, value: Any) -> None:
    try:
        read = kind.read(value)
    except UnfitError as error:
        read, wrong = None, error
    else:
        wrong = None
    if wrong is not None:
        assert wrong.problems
        assert wrong.tree
    else:
        jsonschema_rs.Draft202012Validator(kind.schema(dict)).validate(value)
        assert kind.read(kind.write(read)) == read


@pytest.mark.parametrize(
    "kind", [Text(longest=3), Integer(1, 9), Boolean(), Choice(("a", "b")), ListOf(Text(), most=2)]
)
def test_what_a_kind_describes_is_what_it_reads(kind: Kind) -> None:
    validator = jsonschema_rs.Draft202012Validator(kind.schema(dict))
    for value in ("a", "abcd", 0, 1, 9, 10, 2.0, True, None, [], ["x"], ["x", "y", "z"], {"a": 1}):
        try:
            kind.read(value)
        except UnfitError:
            assert not validator.is_valid(value), value
        else:
            assert validator.is_valid(value), value


def test_a_wrong_element_is_told_to_people_by_its_place_and_to_apps_by_the_list() -> None:
    with pytest.raises(UnfitError) as unfit:
        ListOf(Integer(1)).read([1, "x", 0])
    assert unfit.value.problems == (((1,), "a whole number of 1 or more"), ((2,), "a whole number of 1 or more"))
    assert [leaf["error"] for leaf in unfit.value.tree] == ["must_have_elements_of_type"]


def test_dates_of_files_may_be_relative_and_those_of_requests_may_not() -> None:
    assert FixtureDates().read(["now-1d", "1970-01-01"]) == (FixtureDate().read("now-1d"), 0)
    assert InstantKind().write(0) == "1970-01-01T00:00:00.000Z"
    with pytest.raises(UnfitError):
        InstantKind().read("now-1d")
