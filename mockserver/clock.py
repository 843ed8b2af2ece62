"""The clock of a world, and the only reader of the system clock.

An instant is an ``int``: milliseconds since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

Mode = Literal["real", "frozen", "running"]


def system_now() -> int:
    """Answer the machine's own time, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def stopwatch() -> int:
    """Answer a monotonic reading in nanoseconds, for durations of real work (never for the domain)."""
    return time.perf_counter_ns()


@dataclass(slots=True)
class Clock:
    """A world's time: real, frozen, or running from a chosen instant at a rate.

    ``rate`` is world milliseconds per real millisecond; it is 1 unless set. A clock may be moved backwards.
    """

    mode: Mode = "real"
    rate: float = 1.0
    _world: int = 0  # the world's time when it was last set
    _system: int = 0  # the system's time at that moment

    def now(self) -> int:
        """Answer the world's time, in milliseconds since the epoch."""
        if self.mode == "real":
            return system_now()
        if self.mode == "frozen":
            return self._world
        return self._world + int((system_now() - self._system) * self.rate)

    def set(self, now: int | None = None, *, frozen: bool | None = None, rate: float | None = None) -> None:
        """Move, freeze or let run; what is left out stays as it is."""
        current = self.now()
        hold = self.mode == "frozen" if frozen is None else frozen
        self._world, self._system = (current if now is None else now), system_now()
        self.rate = self.rate if rate is None else rate
        self.mode = "frozen" if hold else "running"

    def reset(self) -> None:
        """Go back to real time."""
        self.mode, self.rate, self._world, self._system = "real", 1.0, 0, 0

    def copy(self) -> Clock:
        """Answer a clock that shows the same time and moves the same way."""
        return Clock(self.mode, self.rate, self._world, self._system)
