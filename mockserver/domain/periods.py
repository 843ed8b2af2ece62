"""Calendar periods in a club's timezone; weeks begin on Monday (the contract, "Usage")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mockserver.domain.model import Timespan
from mockserver.values.instants import EARLIEST, EPOCH, HOUR, LATEST, MINUTE, Instant

_MILLISECOND = timedelta(milliseconds=1)


@lru_cache(maxsize=4_096)
def period_around(now: Instant, timespan: Timespan, timezone: str) -> tuple[Instant, Instant]:
    """Return the period (``since <= now < until``) that ``now`` falls into."""
    zone = ZoneInfo(timezone)
    if timespan in ("MINUTE", "HOUR"):
        return _clock_period(now, MINUTE if timespan == "MINUTE" else HOUR, zone)
    local = (EPOCH + now * _MILLISECOND).astimezone(zone)
    first = _first_day(local, timespan)
    return _instant(first, zone, EARLIEST), _instant(_next_first_day(first, timespan), zone, LATEST)


def _clock_period(now: Instant, length: Instant, zone: ZoneInfo) -> tuple[Instant, Instant]:
    """Return a period of minutes or hours: all last equally long, daylight saving or not; only the offset's minutes matter."""
    offset = (EPOCH + now * _MILLISECOND).astimezone(zone).utcoffset()
    shift = (offset or timedelta()) // _MILLISECOND
    since = (now + shift) // length * length - shift
    return since, since + length


def _first_day(local: datetime, timespan: Timespan) -> datetime:
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    if timespan == "WEEK":
        back = min(day.weekday(), (day - datetime.min).days)
        return day - timedelta(days=back)
    if timespan == "MONTH":
        return day.replace(day=1)
    if timespan == "YEAR":
        return day.replace(month=1, day=1)
    return day


def _next_first_day(first: datetime, timespan: Timespan) -> datetime | None:
    try:
        if timespan == "MONTH":
            return (first + timedelta(days=32)).replace(day=1)
        if timespan == "YEAR":
            return first.replace(year=first.year + 1)
        return first + timedelta(days=7 if timespan == "WEEK" else 1)
    except (OverflowError, ValueError):
        return None


def _instant(day: datetime | None, zone: ZoneInfo, beyond: Instant) -> Instant:
    """Return the instant at which a day begins; ``beyond`` where the calendar ends before it."""
    if day is None:
        return beyond
    try:
        return (day.replace(tzinfo=zone).astimezone(UTC) - EPOCH) // _MILLISECOND
    except OverflowError:
        return beyond
