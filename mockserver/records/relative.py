"""Which dates of a world's records its fixtures gave relative to the making of the data, and by how much."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from msgspec import Struct

from mockserver.values.instants import Instant
from mockserver.values.moments import Relative

Key = int | str | tuple[int | str, int | str]
"""A record's key in its table; of uses, likes, grants and events (offer id, member id)."""
ByAttribute = dict[str, tuple[int, ...]]
"""Distances in milliseconds; uses, grants and events may have several for one key."""


class Distances(Struct, frozen=True, dict=True):
    """The relative dates of fixtures. ``rows`` are (table, distances by attribute, the keys that have exactly these)."""

    rows: tuple[tuple[str, ByAttribute, tuple[Key, ...]], ...] = ()

    @cached_property
    def of(self) -> dict[str, dict[Any, ByAttribute]]:
        """The distances by table, key and attribute."""
        found: dict[str, dict[Any, ByAttribute]] = {}
        for table, distances, keys in self.rows:
            found.setdefault(table, {}).update(dict.fromkeys(keys, distances))
        return found


NO_DISTANCES = Distances()


def distances_of(dates: Iterable[tuple[str, Key, ByAttribute]]) -> Distances:
    """Return the distances of (table, key, distances by attribute)."""
    alike: dict[Any, tuple[str, ByAttribute, list[Key]]] = {}
    for table, key, each in dates:
        alike.setdefault((table, *each.items()), (table, each, []))[2].append(key)
    return Distances(tuple((table, each, tuple(keys)) for table, each, keys in alike.values()))


def distance(value: Instant, distances: Iterable[int], moment: Instant) -> int | None:
    """Return the distance at which ``value`` still stands from ``moment``, or None where it is another date."""
    return next((each for each in distances if Relative(each).at(moment) == value), None)
