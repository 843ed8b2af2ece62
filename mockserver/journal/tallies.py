"""Counts of the requests that a journal has dropped, so that ``verify`` can still count them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from mockserver.journal.delivery import reached
from mockserver.journal.entry import Entry
from mockserver.limits import TALLIES


class DroppedKind(NamedTuple):
    """The facts by which dropped requests are counted."""

    operation: str | None
    status: int
    refusal: str | None
    member_id: int | None
    offer_id: int | None
    delivered: bool


class DroppedRequests:
    """The numbers of dropped requests by kind; those beyond ``most`` kinds are only counted as ``untold``."""

    __slots__ = ("_counts", "_most", "untold")

    def __init__(self, most: int = TALLIES) -> None:
        self._counts: dict[tuple[Any, ...], int] = {}  # by the fields of a ``Tally``
        self._most = most
        self.untold = 0

    def add(self, entry: Entry) -> None:
        """Count a request that the journal drops."""
        response = entry.response
        plain = response.receipt is None and response.fault is None and response.delay_ms == 0  # most, at once
        arrived = plain or reached(response)
        kind = (entry.operation, response.status, entry.refusal, entry.member_id, entry.offer_id, arrived)
        count = self._counts.get(kind)
        if count is None and len(self._counts) >= self._most:
            self.untold += 1
        else:
            self._counts[kind] = (count or 0) + 1

    def clear(self) -> None:
        """Remove all counts."""
        self._counts.clear()
        self.untold = 0

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the fields of each kind followed by its count, for a store."""
        return [(*kind, count) for kind, count in self._counts.items()]

    def restore(self, rows: Iterable[tuple[Any, ...]], untold: int) -> None:
        """Take over counts that ``rows`` returned."""
        self._counts = {tuple(row[:-1]): row[-1] for row in rows}
        self.untold = untold

    def __iter__(self) -> Iterator[tuple[DroppedKind, int]]:
        """Return each kind with its count."""
        return iter([(DroppedKind._make(kind), count) for kind, count in list(self._counts.items())])
