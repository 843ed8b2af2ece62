"""The clock of a world, and the only reader of the system clock.

An instant is an ``int``: milliseconds since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

import math
import time
from typing import Literal

import msgspec
from msgspec.structs import replace

Mode = Literal["real", "frozen", "running"]
# the years 1000 to 9000: far enough from datetime's own ends for windows, periods and lifetimes to be added
FIRST, LAST = -30_610_224_000_000, 221_845_392_000_000
FASTEST = 1_000_000.0


def system_now() -> int:
    """Return the system's time, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def unsleeping() -> int:
    """Return a monotonic reading in nanoseconds that goes on while the machine sleeps, where there is such a clock."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) if _BOOTTIME else time.monotonic_ns()


_BOOTTIME = hasattr(time, "CLOCK_BOOTTIME")
stopwatch = time.perf_counter_ns
"""Return a monotonic reading in nanoseconds, for durations of real work (never for the domain)."""


class ClockState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of a clock: it showed ``now`` when the system's clock showed ``system``.

    A frozen one shows ``now``, a real one the system's time, whatever ``system`` says. ``mark`` is (now, system) of
    the instant at which somebody set the clock; restoring it later does not change that.
    """

    mode: Mode = "real"
    rate: float = 1.0
    now: int = 0
    system: int = 0
    mark: tuple[int, int] = (0, 0)

    def shown(self, system: int | None = None) -> int:
        """Return the time that the clock shows now, or showed when the system's clock showed ``system``."""
        system = system_now() if system is None else system
        if self.mode == "real":
            return system
        if self.mode == "frozen":
            return self.now
        moved = self.now + math.floor((system - self.system) * self.rate)
        return min(max(moved, FIRST), LAST)

    def standing_at(self, system: int) -> ClockState:
        """Return how the clock stood when the system's clock showed ``system``."""
        return replace(self, now=self.shown(system), system=system) if self.mode == "running" else self

    def is_same(self, other: ClockState) -> bool:
        """Return whether nobody has set the clock between two states, or both are frozen at the same time."""
        if self.mode != other.mode or self.mode == "real":
            return self.mode == other.mode
        if self.mode == "frozen" and self.now == other.now:
            return True
        return (self.mark, self.rate) == (other.mark, other.rate)


REAL = ClockState()


class Clock:
    """A world's time: real, frozen, or running from a chosen instant at a rate.

    ``rate`` is world milliseconds per real millisecond; it is 1 unless set. A clock may be moved backwards. Raise
    ValueError on a time outside the years 1000 to 9000, or a rate that is not above 0 and at most ``FASTEST``.
    """

    __slots__ = ("_setting",)

    def __init__(self, setting: ClockState = REAL) -> None:
        self._setting = REAL
        self.restore(setting)

    @property
    def mode(self) -> Mode:
        """``real``, ``frozen`` or ``running``."""
        return self._setting.mode

    @property
    def rate(self) -> float:
        """World milliseconds per real millisecond while the clock runs."""
        return self._setting.rate

    def now(self) -> int:
        """Return the world's time, in milliseconds since the epoch."""
        setting = self._setting
        return system_now() if setting.mode == "real" else setting.shown()  # inlined, as every request reads it

    def setting(self) -> ClockState:
        """Return the state that was set; another clock with it always shows the same time."""
        return self._setting

    def standing(self) -> ClockState:
        """Return the state at this instant, from which ``restore`` continues."""
        return self._setting.standing_at(system_now())

    def moved(self, now: int | None = None, *, frozen: bool | None = None, rate: float | None = None) -> ClockState:
        """Return the state after a move, a freeze or a start; arguments left out change nothing. Raise ValueError."""
        setting = self._setting
        hold = setting.mode == "frozen" if frozen is None else frozen
        rate = setting.rate if rate is None else rate
        now = setting.shown() if now is None else now
        system = system_now()
        return _checked(ClockState("frozen" if hold else "running", rate, now, 0 if hold else system, (now, system)))

    def set(self, now: int | None = None, *, frozen: bool | None = None, rate: float | None = None) -> None:
        """Move, freeze or start a clock that belongs to no world yet; a world's clock changes by effects."""
        self._setting = self.moved(now, frozen=frozen, rate=rate)

    def restore(self, setting: ClockState) -> None:
        """Continue from a state that ``standing`` returned: at that time, moving the same way."""
        if setting.mode == "running":
            setting = replace(setting, system=system_now())
        self._setting = REAL if setting.mode == "real" else _checked(setting)

    def take(self, setting: ClockState) -> None:
        """Take over another clock's state: show the same time from now on, and move the same way."""
        self._setting = setting

    def copy(self) -> Clock:
        """Return a clock that shows the same time and moves the same way."""
        twin = Clock()
        twin.take(self._setting)
        return twin


def _checked(setting: ClockState) -> ClockState:
    if not FIRST <= setting.now <= LAST:
        raise ValueError("a world's time lies between the years 1000 and 9000")
    if not 0 < setting.rate <= FASTEST:
        raise ValueError(f"a clock's rate is above 0 and at most {FASTEST:,.0f}, not {setting.rate}")
    return setting
