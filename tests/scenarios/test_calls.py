"""Which calls a rule means, in English."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.documents.reading import Document
from mockserver.scenarios.calls import ordinal, read_calls


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "call 3"),
        ([3], "call 3"),
        ([5, 1], "calls 1, 5"),
        ({}, "every call"),
        ({"every": 1}, "every call"),
        ({"every": 2}, "every 2nd call"),
        ({"every": 3}, "every 3rd call"),
        ({"from": 2}, "every call from the 2nd on"),
        ({"to": 4}, "every call from the 1st to the 4th"),
        ({"from": 2, "to": 4}, "every call from the 2nd to the 4th"),
        ({"from": 4, "to": 4}, "call 4"),
        ({"from": 2, "every": 3}, "every 3rd call from the 2nd on"),
        ({"from": 2, "to": 10, "every": 3}, "every 3rd call from the 2nd to the 10th"),
    ],
)
def test_calls_are_told_in_english(value: Any, text: str) -> None:
    document = Document(value)
    assert str(read_calls(document.root)) == text
    assert document.problems == []


def test_ordinals_end_as_people_write_them() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 10, 11, 12, 13, 21, 22, 101, 111, 113)] == [
        "1st", "2nd", "3rd", "4th", "10th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th", "113th",
    ]  # fmt: skip
