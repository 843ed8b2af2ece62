"""Answers for agents: JSON of at most 4 KB, whose last key is the call that is sensible next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mockserver.limits import AGENT_ANSWER

_STAGES = ((60, 2_000), (30, 800), (15, 400), (8, 200), (4, 100), (2, 50))
"""Elements of a list or an object, and characters of a text, to which a long answer is shortened, one after the other."""
_NEXT, _BEFORE = 400, 100  # characters


def told(value: Mapping[str, Any], then: str) -> str:
    """Return an answer as JSON with ``next``; where it is over 4 KB, lists and texts are shortened and say by how much."""
    following = {"next": then[:_NEXT]}
    whole = _written({**value, **following})
    if _fits(whole):
        return whole
    for elements, characters in _STAGES:
        shorter = {key: _shortened(each, elements, characters) for key, each in value.items()}
        found = _written({**shorter, **following})
        if _fits(found):
            return found
    return _written({"shortened": f"{len(value)} keys, too long to show: {', '.join(value)}"[:_NEXT], **following})


def cut(text: str) -> str:
    """Return a text with which an answer has 4 KB at most, the protocol's own words before it included."""
    raw = text.encode()
    return text if len(raw) <= AGENT_ANSWER - _BEFORE else raw[: AGENT_ANSWER - _BEFORE].decode("utf-8", "ignore") + "…"


def _fits(text: str) -> bool:
    return len(text.encode()) <= AGENT_ANSWER


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _shortened(value: Any, elements: int, characters: int) -> Any:
    if isinstance(value, str):
        left = len(value) - characters
        return value if left <= 0 else f"{value[:characters]}… {left} more characters"
    if isinstance(value, Mapping):
        shown = {key: _shortened(each, elements, characters) for key, each in list(value.items())[:elements]}
        return shown | ({"…": f"{len(value) - elements} more keys"} if len(value) > elements else {})
    if isinstance(value, (list, tuple)):
        shown_ones = [_shortened(each, elements, characters) for each in value[:elements]]
        return [*shown_ones, f"… {len(value) - elements} more"] if len(value) > elements else shown_ones
    return value
