"""Durations as people write them: ``250ms``, ``35s``, ``5m``, ``2h``, ``1d``, or a number of seconds."""

from __future__ import annotations

import math
import re
from typing import Any, ClassVar

from mockserver.values.instants import DAY, SECOND
from mockserver.values.kinds import Json, Kind, Refer
from mockserver.values.problems import unfit
from mockserver.values.units import PATTERN, UNITS

EXPECTED = "a duration such as 250ms, 35s, 2h, or a number of seconds"
LONGEST = 10_000 * 366 * DAY
_WRITTEN = re.compile(rf"(?P<sign>[+-]?)(?P<number>\d{{1,15}}(\.\d{{1,9}})?)\s*(?P<unit>{PATTERN})?", re.ASCII)


def parse_duration(value: object, *, signed: bool = False) -> int:
    """Return a duration in milliseconds; a ``signed`` one may be negative. Raise ValueError if it is not one."""
    milliseconds = _milliseconds(value)
    if not -LONGEST <= milliseconds <= LONGEST or (milliseconds < 0 and not signed):
        raise ValueError(f"not {EXPECTED}: {value!r}")
    return round(milliseconds)


def _milliseconds(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value * SECOND
    written = _WRITTEN.fullmatch(value.strip()) if isinstance(value, str) else None
    if written is None:
        raise ValueError(f"not {EXPECTED}: {value!r}")
    amount = float(written["number"]) * UNITS[written["unit"] or "s"]
    return -amount if written["sign"] == "-" else amount


class Duration(Kind, frozen=True):
    """A duration in milliseconds; a ``signed`` one may be negative."""

    type_name: ClassVar[str] = "duration"
    signed: bool = False

    def read(self, value: Any) -> int:
        """Return milliseconds."""
        try:
            return parse_duration(value, signed=self.signed)
        except ValueError:
            back = ", negative to go back" if self.signed else ""
            raise unfit(value, "invalid", EXPECTED + back, format=EXPECTED) from None

    def write(self, value: int) -> str:
        """Return it in the largest unit in which it is a whole number."""
        return write_duration(value)

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema."""
        return {"type": ["string", "number"]}


def write_duration(milliseconds: int) -> str:
    """Return a duration in the largest unit in which it is whole: ``90000`` is ``90s``, ``3600000`` is ``1h``."""
    for unit in ("d", "h", "min", "s"):
        if milliseconds and milliseconds % UNITS[unit] == 0:
            return f"{milliseconds // UNITS[unit]}{unit}"
    return f"{milliseconds}ms"
