"""Reads JSON of requests up to a limit of nesting, beyond which it could be neither shown nor compared."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.limits import NESTING

_LIMIT = f"JSON of at most {NESTING} lists and mappings inside one another"


class TooDeepError(ValueError):
    """Lists and mappings are nested deeper than ``NESTING``."""


def loads(text: bytes) -> Any:
    """Return the value of a JSON text. Raise ValueError: orjson's own, or TooDeepError."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if is_too_deep(error):
            raise TooDeepError(_LIMIT) from None
        raise
    if is_deep(text, value):
        raise TooDeepError(_LIMIT)
    return value


def is_too_deep(error: orjson.JSONDecodeError) -> bool:
    """Return whether a text could not be read because of its depth."""
    return error.msg.startswith("depth limit")


def is_deep(text: bytes, value: Any, most: int = NESTING) -> bool:
    """Return whether a JSON text with that value is nested more than ``most`` levels deep."""
    return text.count(b"{") + text.count(b"[") > most and too_deep(value, most)


def too_deep(value: Any, most: int) -> bool:
    """Return whether lists and mappings of a JSON value are nested more than ``most`` levels deep."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        if not level:
            return False
        level = [
            inner
            for each in level
            for inner in (each.values() if type(each) is dict else each)
            if type(inner) is dict or type(inner) is list
        ]
    return bool(level)
