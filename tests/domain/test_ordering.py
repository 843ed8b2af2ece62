from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.ordering import (
    ADMIN_ATTRIBUTES,
    BY_NAME,
    Term,
    UnknownOrderError,
    parse_order_by,
    parse_sort,
    sorted_by,
)

ATTRIBUTES = ("name", "usable_since", "usable_until", "created_at", "usable")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        (None, BY_NAME),
        ("  ", BY_NAME),
        ("name", (Term("name"),)),
        ("usable ASC, created_at DESC", (Term("usable"), Term("created_at", True))),
        (" Usable_Since  desc ,NAME aSc", (Term("usable_since", True), Term("name"))),
        ("name desc, name asc, usable", (Term("name", True), Term("usable"))),
    ],
)
def test_order_by_reads_like_sql(text: str | None, order: tuple[Term, ...]) -> None:
    assert parse_order_by(text, ATTRIBUTES) == order


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("id", "id"),
        ("name up", "name up"),
        ("name asc nulls last", "name asc nulls last"),
        ("name,,usable", ""),
        ("name;usable", "name;usable"),
        ("liked", "liked"),
        ("collection_position", "collection_position"),
        ("asc", "asc"),
    ],
)
def test_what_cannot_be_ordered_by_is_refused_with_what_can(text: str, wrong: str) -> None:
    with pytest.raises(UnknownOrderError) as refused:
        parse_order_by(text, ATTRIBUTES)
    assert refused.value.value == wrong
    assert refused.value.allowed == ATTRIBUTES


@given(st.text())
def test_any_text_is_an_order_or_refused(text: str) -> None:
    try:
        order = parse_order_by(text, ATTRIBUTES)
    except UnknownOrderError:
        return
    assert {term.attribute for term in order} <= set(ATTRIBUTES)


def test_the_admin_list_sorts_by_name_upwards_unless_told() -> None:
    assert parse_sort() == BY_NAME
    assert parse_sort("Archived_At", "DESC") == (Term("archived_at", True),)


def test_the_admin_list_tells_which_of_both_is_wrong() -> None:
    with pytest.raises(UnknownOrderError) as attribute:
        parse_sort("usable")
    assert attribute.value.allowed == ADMIN_ATTRIBUTES
    with pytest.raises(UnknownOrderError) as direction:
        parse_sort("name", "up")
    assert (direction.value.value, direction.value.allowed) == ("up", ("asc", "desc"))


def test_nulls_are_last_upwards_and_first_downwards_and_ties_stay() -> None:
    pairs = [(1, "a"), (None, "b"), (0, "c"), (1, "d"), (None, "e")]
    assert "".join(name for _, name in sorted_by(pairs, lambda pair: pair[0], descending=False)) == "cadbe"
    assert "".join(name for _, name in sorted_by(pairs, lambda pair: pair[0], descending=True)) == "beadc"
