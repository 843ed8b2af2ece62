"""Answers to agents have 4 KB at most, say what they left out, and end with the next call."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockserver.limits import AGENT_ANSWER
from mockserver.mcp.answers import cut, told

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3_000),
    lambda inner: st.lists(inner, max_size=80) | st.dictionaries(st.text(max_size=20), inner, max_size=80),
    max_leaves=200,
)


@given(value=st.dictionaries(st.text(min_size=1, max_size=30), VALUES, max_size=8), then=st.text(max_size=600))
def test_any_answer_fits_and_ends_with_the_next_call(value: dict[str, Any], then: str) -> None:
    value.pop("next", None)
    text = told(value, then)
    assert len(text.encode()) <= AGENT_ANSWER
    assert [*json.loads(text)][-1] == "next"


def test_what_fits_is_whole() -> None:
    value = {"rows": [*range(100)], "text": "x" * 2_500}
    assert json.loads(told(value, "explain_request()")) == value | {"next": "explain_request()"}


def test_what_is_left_out_is_counted() -> None:
    found = json.loads(told({"rows": ["x" * 100] * 200}, "y"))
    assert found["rows"][-1] == "… 170 more"
    long = json.loads(told({"text": "x" * 10_000}, "y"))
    assert long["text"].endswith("… 8000 more characters")


def test_an_error_is_cut() -> None:
    assert len(cut("é" * 9_000).encode()) < AGENT_ANSWER
    assert cut("short") == "short"
