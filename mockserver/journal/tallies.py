"""Counts of the requests that a journal has let go, so that ``verify`` can still tell how many there were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mockserver.journal.delivery import reached
from mockserver.journal.entry import Entry
from mockserver.limits import TALLIES


class Tally(NamedTuple):
    """What tells counted requests apart."""

    operation: str | None
    status: int
    refusal: str | None
    member_id: int | None
    offer_id: int | None
    delivered: bool


class Tallies:
    """How many requests there were of each kind; those beyond ``most`` kinds are only counted as ``untold``."""

    __slots__ = ("_counts", "_most", "untold")

    def __init__(self, most: int = TALLIES) -> None:
        self._counts: dict[tuple[Any, ...], int] = {}  # by what a ``Tally`` has
        self._most = most
        self.untold = 0

    def add(self, entry: Entry) -> None:
        """Count a request that the journal lets go."""
        response = entry.response
        kind = (
            entry.operation,
            response.status,
            entry.refusal,
            entry.member_id,
            entry.offer_id,
            reached(response),
        )
        count = self._counts.get(kind)
        if count is None and len(self._counts) >= self._most:
            self.untold += 1
        else:
            self._counts[kind] = (count or 0) + 1

    def clear(self) -> None:
        """Forget all counts."""
        self._counts.clear()
        self.untold = 0

    def __iter__(self) -> Iterator[tuple[Tally, int]]:
        """Give each kind with how many requests there were of it."""
        return iter([(Tally._make(kind), count) for kind, count in self._counts.items()])
