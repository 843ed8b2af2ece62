"""Whole numbers as in JSON Schema: ``7.0`` is the integer 7."""

from __future__ import annotations

from typing import Any

_BEYOND = 2**63  # an integer of more than 64 bits is read as a float, and may be rounded to this one or its negative


def whole(value: Any) -> Any:
    """Return a float without a fraction as an integer, as in JSON Schema, and any other value unchanged."""
    if isinstance(value, float) and value.is_integer() and -_BEYOND < value < _BEYOND:
        return int(value)
    return value
