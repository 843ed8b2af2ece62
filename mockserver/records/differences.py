"""The rows in which two states of the same world's records differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mockserver.records.changed_table import ChangedTable, is_same_table
from mockserver.records.tables import TABLES, Records

OF_MEMBERS = ("uses", "likes", "grants")
"""The tables keyed by (offer id, member id)."""


class RowDifference(NamedTuple):
    """A row of a table that is not as it was; None is no row."""

    table: str
    key: Any
    then: Any
    now: Any


def differing_rows(then: Records, now: Records) -> Iterator[RowDifference]:
    """Return the rows that differ, table by table, by their keys.

    Where both share the tables at their bottom (``Records.over``), only what has changed over these is looked at.
    """
    for table in (*(name for name, _ in TABLES.values()), *OF_MEMBERS):
        before, after = getattr(then, table), getattr(now, table)
        for key in sorted(_keys(before, after)):
            old, new = before.get(key), after.get(key)
            if old is not new and old != new:
                yield RowDifference(table, key, old, new)


def _keys(then: dict[Any, Any], now: dict[Any, Any]) -> set[Any]:
    """Return the keys that may have other values."""
    (before, touched), (after, too) = _bottom(then), _bottom(now)
    if is_same_table(before, after):
        return touched | too
    changed = {key for key, value in after.items() if before.get(key) is not value}
    return touched | too | changed | (before.keys() - after.keys())


def _bottom(table: dict[Any, Any]) -> tuple[dict[Any, Any], set[Any]]:
    return (table.bottom, table.touched) if isinstance(table, ChangedTable) else (table, set())


def place_in(table: dict[Any, Any], key: Any) -> int:
    """Return how many keys of a table are lower than one."""
    bottom, touched = _bottom(table)
    place: int = sum(map(key.__gt__, bottom))
    for each in touched:
        if each < key:
            place += (each in table) - (each in bottom)
    return place


def whole(table: dict[Any, Any]) -> dict[Any, Any]:
    """Return a table that can be walked through."""
    return table.copy() if isinstance(table, ChangedTable) else table
