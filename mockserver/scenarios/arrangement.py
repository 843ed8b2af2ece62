"""``world:`` of a scenario: what it arranges while it is active."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.domain.instants import parse_iso
from mockserver.scenarios.model import Arrangement
from mockserver.scenarios.reading import Part

TABLES = ("clubs", "offers", "members", "tokens")
EVERY = "*"
"""The key that stands for every record of a table."""


def read_world(part: Part) -> Arrangement:
    """Read clock and records; that the records and attributes exist is seen when the scenario becomes active."""
    fields = part.fields(("clock", *TABLES))
    clock = _clock(fields["clock"]) if "clock" in fields else {}
    records = {table: _records(fields[table]) for table in TABLES if table in fields}
    return Arrangement(clock, {table: found for table, found in records.items() if found})


def _clock(part: Part) -> Mapping[str, Any]:
    fields = part.fields(("now", "frozen", "rate"))
    found: dict[str, Any] = {}
    if "now" in fields:
        found["now"] = _instant(fields["now"])
    if "frozen" in fields:
        found["frozen"] = fields["frozen"].boolean()
    if "rate" in fields:
        found["rate"] = fields["rate"].number(0, 1_000_000)
    return found


def _instant(part: Part) -> str:
    text = part.text()
    try:
        parse_iso(text)
    except ValueError:
        part.wrong("an ISO 8601 time such as 2019-03-13T18:00:00Z")
    return text


def _records(part: Part) -> Mapping[str, Mapping[str, Any]]:
    entries = part.entries()
    return {key: {name: each.value for name, each in record.entries().items()} for key, record in entries.items()}
