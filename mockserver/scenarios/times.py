"""Reads the settings of a clock, for scenario files and control calls."""

from __future__ import annotations

from mockserver.clock import FASTEST, FIRST, LAST
from mockserver.documents.reading import Part
from mockserver.values.instants import Instant, parse_iso

TIME = "an ISO 8601 time such as 2019-03-13T18:00:00Z"


def instant(part: Part) -> Instant:
    """Read an ISO 8601 time between the years 1000 and 9000."""
    try:
        found = parse_iso(part.value) if isinstance(part.value, str) else None
    except ValueError:
        found = None
    if found is None or not FIRST <= found <= LAST:
        part.wrong(TIME if found is None else "a time between the years 1000 and 9000")
        return 0
    return found


def rate(part: Part) -> float:
    """Read the rate of a clock: world milliseconds per real one, above 0."""
    found = part.number(0, FASTEST)
    if found == 0 and part.value == 0:
        part.wrong("a number above 0", "freeze the clock instead: frozen: true")
    return found or 1.0
