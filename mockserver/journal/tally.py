"""How many exchanges there were, over all worlds: what is left of them when the journals have let them go."""

from __future__ import annotations

import threading
from bisect import bisect_left
from typing import NamedTuple

from mockserver.exchange import Response
from mockserver.journal.delivery import reached

BOUNDS_NS = tuple(round(ms * 1_000_000) for ms in (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1_000))
"""The upper ends of the histogram's buckets, in nanoseconds."""
PICTURE = "get_picture"
UNDER_WAY = 1_000  # deliveries that are looked at again before there are more


class Row(NamedTuple):
    """How many exchanges of a kind there were, how long they took in all (nanoseconds), and how many took up to each bound."""

    times: int
    took_ns: int
    buckets: tuple[int, ...]


class Tally:
    """Counts exchanges by (operation, status), and those whose client did not get the whole answer.

    There is one for all worlds, not one in each: what every request touches should not lie in as many places as there
    are worlds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[tuple[str | None, int], list[int]] = {}
        self._lost: dict[tuple[str | None, int], int] = {}
        self._under_way: list[tuple[str | None, Response]] = []

    def add(self, operation: str | None, response: Response, took_ns: int) -> None:
        """Count one exchange; whether its answer arrives is seen later."""
        key = (operation, response.status)
        with self._lock:
            row = self._rows.get(key)
            if row is None:
                row = self._rows[key] = [0] * (2 + len(BOUNDS_NS) + 1)
            row[0] += 1
            row[1] += took_ns
            row[2 + bisect_left(BOUNDS_NS, took_ns)] += 1
            if response.fault is not None or response.delay_ms:
                self._under_way.append((operation, response))
                if len(self._under_way) % UNDER_WAY == 0:
                    self._look()

    def rows(self) -> dict[tuple[str | None, int], Row]:
        """Return what was counted by (operation, status)."""
        with self._lock:
            return {key: Row(row[0], row[1], tuple(row[2:])) for key, row in self._rows.items()}

    def lost(self) -> dict[tuple[str | None, int], int]:
        """Return by (operation, status) how many answers did not reach their client whole."""
        with self._lock:
            self._look()
            return dict(self._lost)

    def _look(self) -> None:
        """Count the deliveries that have ended meanwhile."""
        under_way = []
        for operation, response in self._under_way:
            if response.receipt is None or response.receipt.ended is None:
                under_way.append((operation, response))
            elif not reached(response):
                key = (operation, response.status)
                self._lost[key] = self._lost.get(key, 0) + 1
        self._under_way = under_way
