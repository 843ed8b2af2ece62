"""The clock of a world, and the only reader of the system clock.

An instant is an ``int``: milliseconds since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Literal

import msgspec

Mode = Literal["real", "frozen", "running"]
# the years 1000 to 9000: far enough from datetime's own ends for windows, periods and lifetimes to be added
FIRST, LAST = -30_610_224_000_000, 221_845_392_000_000
FASTEST = 1_000_000.0


def system_now() -> int:
    """Return the machine's own time, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def stopwatch() -> int:
    """Return a monotonic reading in nanoseconds, for durations of real work (never for the domain)."""
    return time.perf_counter_ns()


@dataclass(frozen=True, slots=True)
class Setting:
    """How a clock stands: its mode, its rate, and the time it shows now (None where it shows real time).

    ``mark`` tells one setting of a clock from the next, though they look alike.
    """

    mode: Mode = "real"
    rate: float = 1.0
    now: int | None = None
    mark: object = field(default_factory=object, compare=False, repr=False)


class _Motion(msgspec.Struct, frozen=True):
    """``world`` was the world's time when the system's was ``system``. One object, so that a reader never sees half a change."""

    mode: Mode = "real"
    rate: float = 1.0
    world: int = 0
    system: int = 0
    mark: object = msgspec.field(default_factory=object)

    def now(self) -> int:
        if self.mode == "real":
            return system_now()
        if self.mode == "frozen":
            return self.world
        moved = self.world + math.floor((system_now() - self.system) * self.rate)
        return min(max(moved, FIRST), LAST)


_REAL = _Motion()


class Clock:
    """A world's time: real, frozen, or running from a chosen instant at a rate.

    ``rate`` is world milliseconds per real millisecond; it is 1 unless set. A clock may be moved backwards. Raise
    ValueError on a time outside the years 1000 to 9000, or a rate that is not above 0 and at most ``FASTEST``.
    """

    __slots__ = ("_motion",)

    def __init__(self, setting: Setting = Setting()) -> None:
        self._motion = _REAL
        self.restore(setting)

    @property
    def mode(self) -> Mode:
        """``real``, ``frozen`` or ``running``."""
        return self._motion.mode

    @property
    def rate(self) -> float:
        """World milliseconds per real millisecond while the clock runs."""
        return self._motion.rate

    def now(self) -> int:
        """Return the world's time, in milliseconds since the epoch."""
        return self._motion.now()

    def set(self, now: int | None = None, *, frozen: bool | None = None, rate: float | None = None) -> None:
        """Move, freeze or let run; what is left out stays as it is."""
        motion = self._motion
        hold = motion.mode == "frozen" if frozen is None else frozen
        self._move(
            "frozen" if hold else "running",
            motion.rate if rate is None else rate,
            motion.now() if now is None else now,
            object(),
        )

    def advance(self, by: int) -> None:
        """Move by some milliseconds, back if negative; a frozen clock stays frozen, a real one begins to run."""
        self.set(self.now() + by)

    def reset(self) -> None:
        """Go back to real time."""
        self._motion = _REAL

    def setting(self) -> Setting:
        """Return how the clock stands, from which ``restore`` sets it again."""
        motion = self._motion
        return Setting() if motion.mode == "real" else Setting(motion.mode, motion.rate, motion.now(), motion.mark)

    def restore(self, setting: Setting) -> None:
        """Stand as the clock stood when ``setting`` was read: at that time, moving the same way."""
        if setting.mode == "real":
            self.reset()
        else:
            self._move(setting.mode, setting.rate, system_now() if setting.now is None else setting.now, setting.mark)

    def take(self, other: Clock) -> None:
        """Show the time of another clock from here on, and move the same way."""
        self._motion = other._motion

    def copy(self) -> Clock:
        """Return a clock that shows the same time and moves the same way."""
        twin = Clock()
        twin.take(self)
        return twin

    def __eq__(self, other: object) -> bool:
        """Two clocks are equal if nobody has set one of them since they were one, or if both are held at the same time.

        Restoring a clock is no setting: it stands as it was set before, if at another time of the system's.
        """
        if not isinstance(other, Clock):
            return False
        mine, others = self._motion, other._motion
        return mine.mark is others.mark or (mine.mode == others.mode == "frozen" and mine.world == others.world)

    __hash__ = None  # type: ignore[assignment]

    def _move(self, mode: Mode, rate: float, now: int, mark: object) -> None:
        if not FIRST <= now <= LAST:
            raise ValueError("a world's time lies between the years 1000 and 9000")
        if not 0 < rate <= FASTEST:
            raise ValueError(f"a clock's rate is above 0 and at most {FASTEST:,.0f}, not {rate}")
        self._motion = _Motion(mode, rate, now, system_now(), mark)
