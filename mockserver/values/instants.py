"""Instants on the wire: ISO 8601 in, ISO 8601 in UTC with milliseconds out.

An instant is an ``int``: milliseconds since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

Instant = int
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = (datetime(1, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
LATEST = (datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
_ISO = re.compile(r"\d{4}-?\d\d-?\d\d([T ]\d\d(:?\d\d(:?\d\d([.,]\d{1,9})?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def iso(instant: Instant) -> str:
    """Return an instant as the API writes it: ``2019-03-13T17:32:00.000Z``."""
    instant = min(max(instant, EARLIEST), LATEST)  # a sum may be beyond the calendar's years
    return (EPOCH + timedelta(milliseconds=instant)).isoformat(timespec="milliseconds")[:-6] + "Z"


def parse_iso(text: str) -> Instant:
    """Read an ISO 8601 date or time; without an offset it is UTC. Raise ValueError on anything else."""
    if not _ISO.fullmatch(text):
        raise ValueError(f"not an ISO 8601 time: {text!r}")
    moment = datetime.fromisoformat(text.upper().replace(",", "."))
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    instant = (moment - EPOCH) // timedelta(milliseconds=1)
    # an offset may lead beyond the years 1 to 9999, which iso() cannot write
    return min(max(instant, EARLIEST), LATEST)
