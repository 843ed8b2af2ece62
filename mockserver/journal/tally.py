"""Counts of exchanges over all worlds, for metrics; they remain when journals drop exchanges."""

from __future__ import annotations

import threading
from bisect import bisect_left
from typing import NamedTuple

from mockserver.exchange import Response
from mockserver.journal.delivery import reached

BOUNDS_NS = tuple(round(ms * 1_000_000) for ms in (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1_000))
"""The upper ends of the histogram's buckets, in nanoseconds."""
PICTURE = "get_picture"
UNDER_WAY = 1_000  # deliveries after which finished ones are removed


class ExchangeCounts(NamedTuple):
    """The number of exchanges of a kind, their total time (nanoseconds), and the numbers in each bucket of the histogram."""

    times: int
    took_ns: int
    buckets: tuple[int, ...]


class Tally:
    """Counts exchanges by (operation, status), and those whose client did not receive the whole response.

    There is one for all worlds, which causes fewer cache misses than one per world.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[tuple[str | None, int], list[int]] = {}
        self._lost: dict[tuple[str | None, int], int] = {}
        self._under_way: list[tuple[str | None, Response]] = []

    def add(self, operation: str | None, response: Response, took_ns: int) -> None:
        """Count one exchange; whether its response is delivered is checked later."""
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

    def rows(self) -> dict[tuple[str | None, int], ExchangeCounts]:
        """Return the counts by (operation, status)."""
        with self._lock:
            return {key: ExchangeCounts(row[0], row[1], tuple(row[2:])) for key, row in self._rows.items()}

    def lost(self) -> dict[tuple[str | None, int], int]:
        """Return the number of responses that did not reach their client whole, by (operation, status)."""
        with self._lock:
            self._look()
            return dict(self._lost)

    def _look(self) -> None:
        """Count the deliveries that have ended since."""
        under_way = []
        for operation, response in self._under_way:
            if response.receipt is None or response.receipt.ended is None:
                under_way.append((operation, response))
            elif not reached(response):
                key = (operation, response.status)
                self._lost[key] = self._lost.get(key, 0) + 1
        self._under_way = under_way
