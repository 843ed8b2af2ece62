"""Kinds of dates in fixture files, which may be relative to the making of the world."""

from __future__ import annotations

from typing import Any

from mockserver.values.instants import iso
from mockserver.values.kinds import InstantKind, Kind
from mockserver.values.lists import ListOf
from mockserver.values.moments import EXPECTED, Relative, parse_moment
from mockserver.values.problems import unfit


class FixtureDate(InstantKind, frozen=True):
    """An instant, or one relative to the making of the world."""

    def read(self, value: Any) -> Any:
        """Return milliseconds since the epoch, or a ``Relative``."""
        try:
            if type(value) is str:
                return parse_moment(value)
        except ValueError:
            pass
        raise unfit(value, "invalid_iso_8601_time", EXPECTED)


class FixtureDates(Kind, frozen=True):
    """One date or a list of dates."""

    def read(self, value: Any) -> tuple[int | Relative, ...]:
        """Return the dates in the file's order."""
        return _EACH.read(value) if type(value) is list else (_ONE.read(value),)

    def write(self, value: Any) -> list[str]:
        """Return a list of ISO 8601 times."""
        return [iso(instant) for instant in value]


_ONE = FixtureDate()
_EACH = ListOf(_ONE)
