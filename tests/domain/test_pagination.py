from __future__ import annotations

import pytest

from mockserver.domain.pagination import page_of


def test_a_page_in_the_middle() -> None:
    part, info = page_of(25, 10, 2)
    assert part == slice(10, 20)
    assert info.full() == {
        "total_count": 25,
        "per_page": 10,
        "total_pages": 3,
        "current_page": 2,
        "next_page": 3,
        "prev_page": 1,
        "is_first_page": False,
        "is_last_page": False,
        "is_out_of_range": False,
    }


def test_the_last_page_holds_the_rest() -> None:
    part, info = page_of(25, 10, 3)
    assert part == slice(20, 25)
    assert (info.full()["next_page"], info.full()["is_last_page"]) == (None, True)


def test_page_1_of_an_empty_list_is_first_and_last_and_in_range() -> None:
    part, info = page_of(0, 100, 1)
    assert part == slice(0, 0)
    assert info.full() == {
        "total_count": 0,
        "per_page": 100,
        "total_pages": 0,
        "current_page": 1,
        "next_page": None,
        "prev_page": None,
        "is_first_page": True,
        "is_last_page": True,
        "is_out_of_range": False,
    }


@pytest.mark.parametrize("page_no", [4, 10**30])
def test_past_the_end_there_is_nothing_and_it_says_so(page_no: int) -> None:
    part, info = page_of(25, 10, page_no)
    assert list(range(25))[part] == []
    assert info.full()["is_out_of_range"] is True
    assert info.full()["is_last_page"] is False
    assert info.full()["next_page"] is None
    assert info.full()["prev_page"] == page_no - 1


def test_more_than_100_a_page_are_100() -> None:
    assert page_of(500, 101, 1)[1].per_page == 100
    assert page_of(500, 10**30, 1)[0] == slice(0, 100)


@pytest.mark.parametrize("page_no", [1, 2, 3, 4])
def test_the_terse_keys_are_the_same_as_in_full(page_no: int) -> None:
    info = page_of(25, 10, page_no)[1]
    assert list(info.terse()) == ["per_page", "current_page", "prev_page", "is_first_page"]
    assert info.terse().items() <= info.full().items()
