"""Converts the values that scenarios set, between effects (as JSON) and records and clocks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, get_type_hints

import msgspec

from mockserver.clock import ClockState
from mockserver.records.effects import Claim
from mockserver.records.tables import TABLES
from mockserver.scenarios.claim_table import CLOCK, Place


def plain(value: Any) -> Any:
    """Return a value as JSON values and bytes."""
    return msgspec.to_builtins(value, builtin_types=(bytes,))


def typed(place: Place, value: Any) -> Any:
    """Return the record's form of a plain value at a place, or the clock's state."""
    if place == CLOCK:
        return msgspec.convert(value, ClockState)
    return msgspec.convert(value, _hints()[place[0]][place[2]], builtin_types=(bytes,))


def values_of(claims: Iterable[Claim]) -> dict[Place, Any]:
    """Return the values of claims by their places."""
    places = ((claim, (claim.table, claim.key, claim.attribute)) for claim in claims)
    return {place: typed(place, claim.value) for claim, place in places}


@cache
def _hints() -> dict[str, dict[str, Any]]:
    return {name: get_type_hints(record) for record, (name, _) in TABLES.items()}
