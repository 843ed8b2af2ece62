"""How many exchanges there were, over all worlds: what is left of them when the journals have let them go."""

from __future__ import annotations

import threading


class Tally:
    """Counts exchanges, and how long they took in all (nanoseconds), by (operation, status).

    There is one for all worlds, not one in each: what every request touches should not lie in as many places as there
    are worlds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[tuple[str | None, int], list[int]] = {}

    def add(self, operation: str | None, status: int, took_ns: int) -> None:
        """Count one exchange."""
        key = (operation, status)
        with self._lock:
            row = self._rows.get(key)
            if row is None:
                row = self._rows[key] = [0, 0]
            row[0] += 1
            row[1] += took_ns

    def rows(self) -> dict[tuple[str | None, int], tuple[int, int]]:
        """Return (how many, nanoseconds in all) by (operation, status)."""
        with self._lock:
            return {key: (count, took_ns) for key, (count, took_ns) in self._rows.items()}
