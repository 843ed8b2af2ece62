"""Whole numbers as JSON knows them: ``7.0`` is the integer 7."""

from __future__ import annotations

from typing import Any

_EXACT = 2**63  # beyond it no integer of the API lies; a float stays one, and the bounds refuse it


def whole(value: Any) -> Any:
    """Answer a float without a fraction as the integer it is in JSON Schema, and any other value as it stands."""
    if isinstance(value, float) and value.is_integer() and -_EXACT <= value < _EXACT:
        return int(value)
    return value
