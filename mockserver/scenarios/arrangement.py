"""``world:`` of a scenario: the records and the clock that it changes while it is active."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.documents.problems import some_of, suggestion
from mockserver.documents.reading import Part
from mockserver.fixtures.shape import FixtureAttribute
from mockserver.fixtures.shapes import SHAPES
from mockserver.scenarios import times
from mockserver.scenarios.model import Arrangement
from mockserver.values.kinds import Integer

TABLES = ("clubs", "offers", "members", "tokens")
EVERY = "*"
"""The key that means every record of a table."""
STOCK_LEFT = "stock_left"
"""A further attribute of offers: it sets ``stock`` so that this many uses are left."""
_IDENTITY = frozenset({"id", "slug", "club", "token"})
_NUMBERED = frozenset({"offers", "members"})

ATTRIBUTES: Mapping[str, Mapping[str, FixtureAttribute]] = {
    table: {name: attribute for name, attribute in SHAPES[table].attributes.items() if name not in _IDENTITY}
    | ({STOCK_LEFT: FixtureAttribute(Integer(0))} if table == "offers" else {})
    for table in TABLES
}
"""The attributes that a scenario may change: those of a fixture record, except its keys."""
_CLOCK: Mapping[str, Callable[[Part], Any]] = {"now": times.instant, "frozen": Part.boolean, "rate": times.rate}


def read_world(part: Part) -> Arrangement:
    """Read clock and records; the activation checks that the records exist."""
    fields = part.fields(("clock", *TABLES))
    clock = _clock(fields["clock"]) if "clock" in fields else {}
    records = {table: _records(table, fields[table]) for table in TABLES if table in fields}
    return Arrangement(clock, {table: found for table, found in records.items() if found})


def convert(table: str, name: str, value: Any) -> Any:
    """Return the record's form of a fixture's value (a date may be ``Relative``). Raise ``UnfitError``."""
    attribute = ATTRIBUTES[table][name]
    if value is None and attribute.null:
        return None
    return attribute.kind.read(value)


def _clock(part: Part) -> Mapping[str, Any]:
    fields = part.fields(tuple(_CLOCK))
    for name, each in fields.items():
        _CLOCK[name](each)
    return {name: each.value for name, each in fields.items()}


def _records(table: str, part: Part) -> Mapping[str, Mapping[str, Any]]:
    return {key: _attributes(table, key, each) for key, each in part.entries().items()}


def _attributes(table: str, key: str, part: Part) -> Mapping[str, Any]:
    if table in _NUMBERED and key != EVERY and not (key.isascii() and key.isdigit()):
        part.wrong(f"the id of one of the {table}, or * for every one", found=key)
    known = ATTRIBUTES[table]
    found: dict[str, Any] = {}
    for name, each in part.entries().items():
        if name not in known:
            each.wrong(f"one of {some_of(list(known))}", suggestion(name, known), found=f"the attribute {name}")
            continue
        if each.value is not None or not known[name].null:
            each.read(known[name].kind, None)
        found[name] = each.value
    return found
