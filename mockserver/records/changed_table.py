"""Tables that share what has not changed with another."""

from __future__ import annotations

from collections import deque
from operator import eq, is_
from typing import Any


class ChangedTable(dict[Any, Any]):
    """What has changed of a table: it reads through to the table ``below``, which stays as it is. ``copy`` is a whole table."""

    __slots__ = ("below", "gone")

    def __init__(self, below: dict[Any, Any]) -> None:
        super().__init__()
        self.below = below
        self.gone: set[Any] = set()  # keys of the table below that were taken away, also if they came back

    @property
    def touched(self) -> set[Any]:
        """The keys that may have other values than in the table at the bottom."""
        below = self.below.touched if isinstance(self.below, ChangedTable) else ()
        return {*self, *self.gone, *below}

    @property
    def bottom(self) -> dict[Any, Any]:
        """The table below all changes."""
        return self.below.bottom if isinstance(self.below, ChangedTable) else self.below

    def __missing__(self, key: Any) -> Any:
        if key in self.gone:
            raise KeyError(key)
        return self.below[key]

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of a key."""
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (key not in self.gone and key in self.below)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return the value of a key, which is set if it has none."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: Any, default: Any = None) -> Any:
        """Remove a key; return its value."""
        found = self.get(key, default)
        super().pop(key, None)
        if key in self.below:
            self.gone.add(key)
        return found

    def copy(self) -> dict[Any, Any]:
        """Return the whole table, in the order that it would have without a table below."""
        whole = self.below.copy()
        for key in self.gone:
            del whole[key]
        whole.update(self)
        return whole

    def frozen(self) -> dict[Any, Any]:
        """Return the whole table as it is now: the table below, if nothing has changed."""
        if self or self.gone:
            return self.copy()
        return self.below.frozen() if isinstance(self.below, ChangedTable) else self.below


def is_same_table(one: Any, other: Any) -> bool:
    """Return whether two tables have the same objects in the same order."""
    if one is other:
        return True
    if len(one) != len(other):
        return False
    if isinstance(one, deque):
        return all(map(is_, one, other))
    return all(map(is_, one.values(), other.values())) and all(map(eq, one, other))
