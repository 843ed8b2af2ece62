"""Dates in fixture files: ISO 8601, or relative to the making of the world (``now``, ``now-2d``, ``now+1h30m``)."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from mockserver.values.instants import EARLIEST, EPOCH, LATEST, Instant, parse_iso
from mockserver.values.units import PATTERN, UNITS

EXPECTED = "a date: ISO 8601 (2019-03-13T17:32:00.000Z) or relative (now, now-2d, now+1h30m; units ms s m h d w)"
_RELATIVE = re.compile(rf"now(?:(?P<sign>[+-])(?P<spans>(?:\d{{1,12}}(?:{PATTERN}))+))?", re.ASCII)
_SPAN = re.compile(rf"(\d+)({PATTERN})", re.ASCII)


class Relative(Struct, frozen=True):
    """A moment relative to the making of the world; ``offset`` is milliseconds."""

    offset: int

    def at(self, now: Instant) -> Instant:
        """Return the instant, limited to the years 1 to 9999."""
        return min(max(now + self.offset, EARLIEST), LATEST)


InstantOrRelative = Instant | Relative


def parse_moment(text: str) -> InstantOrRelative:
    """Read a date of a fixture file. Raise ValueError on anything that is not one."""
    if text[:3] == "now":
        return _relative(text)
    if len(text) == 24 and text[4] == text[7] == "-" and text[10] == "T" and text[23] == "Z":
        since = datetime.fromisoformat(text) - EPOCH  # the API's own format: five times faster than others
        return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    return parse_iso(text)


@lru_cache(maxsize=4096)
def _relative(text: str) -> Relative:
    match = _RELATIVE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a relative date: {text!r}")
    offset = sum(int(count) * UNITS[unit] for count, unit in _SPAN.findall(match["spans"] or ""))
    if offset > LATEST - EARLIEST:
        raise ValueError(f"further away than the years 1 to 9999: {text!r}")
    return Relative(-offset if match["sign"] == "-" else offset)


def at(moment: InstantOrRelative, now: Instant) -> Instant:
    """Return a moment as an instant; a relative one is added to ``now``."""
    return moment.at(now) if isinstance(moment, Relative) else moment
