"""The table of units of time, for durations and relative dates."""

from __future__ import annotations

from mockserver.values.instants import DAY, HOUR, MINUTE, SECOND

UNITS: dict[str, int] = {"ms": 1, "s": SECOND, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
"""Milliseconds in each unit; ``min`` is another name of ``m``."""
PATTERN = "|".join(sorted(UNITS, key=len, reverse=True))
"""Any unit, as part of a regular expression; longer names first."""
