"""What a record of a fixture file looks like: its attributes, each of a kind, and what must hold between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from mockserver.schemas.kinds import EMPTY, Kind, Mapping, Path, UnfitError, unfit

MISSING = "a value: it is required"
Check = Callable[[dict[str, Any]], Iterator[tuple[str, str]]]
"""Answers (attribute, what was expected) for each rule between attributes that does not hold."""


def _holds(_: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return iter(())


class Attribute(Struct, frozen=True):
    """One attribute: its kind, whether it must be there, and whether it may be null."""

    kind: Kind
    required: bool = False
    null: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The attributes of a record by name, in the order in which they are written.

    ``make`` makes the record of what was read; ``defaults`` stand in for attributes that are absent, where the record's
    own default is not what a file means.
    """

    make: Callable[..., Any]
    attributes: ReadOnly[str, Attribute]
    defaults: ReadOnly[str, Any] = field(default_factory=dict)
    check: Check = _holds
    _read: dict[str, Callable[[Any], Any]] = field(init=False, repr=False)
    _nullable: frozenset[str] = field(init=False, repr=False)
    _required: frozenset[str] = field(init=False, repr=False)
    _defaults: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        attributes = self.attributes.items()
        empty = {
            name: EMPTY for name, attribute in attributes if isinstance(attribute.kind, Mapping) and not attribute.null
        }
        object.__setattr__(self, "_defaults", empty | dict(self.defaults))
        object.__setattr__(self, "_read", {name: attribute.kind.read for name, attribute in attributes})
        object.__setattr__(self, "_nullable", frozenset(name for name, attribute in attributes if attribute.null))
        object.__setattr__(self, "_required", frozenset(name for name, attribute in attributes if attribute.required))

    def read(self, raw: Any) -> Any:
        """Return the record, fast; raise ``UnfitError`` with a problem (``fixtures.py`` finds them all)."""
        if type(raw) is not dict:
            raise unfit("a mapping")
        readers, nullable = self._read, self._nullable
        values = self._defaults.copy()
        try:
            for name, value in raw.items():
                values[name] = None if value is None and name in nullable else readers[name](value)
        except KeyError as error:
            raise UnfitError(((error.args[0],), "a known attribute")) from None
        if not self._required <= values.keys():
            raise unfit(MISSING)
        for problem in self.check(values):
            raise unfit(problem[1])
        return self.make(**values)

    def write(self, record: Any) -> dict[str, Any]:
        """Return a record as a file holds it: every attribute, null where there is nothing."""
        response = {}
        for name, attribute in self.attributes.items():
            value = getattr(record, name)
            response[name] = None if value is None else attribute.kind.write(value)
        return response


class Nested(Struct, frozen=True):
    """A kind: a record inside a record."""

    shape: Shape

    def read(self, value: Any) -> Any:
        """Return the inner record; raise ``UnfitError`` with all its problems."""
        try:
            return self.shape.read(value)
        except UnfitError:
            raise UnfitError(*problems(self.shape, value)) from None

    def write(self, value: Any) -> dict[str, Any]:
        """Return the inner record as a file holds it."""
        return self.shape.write(value)


def problems(shape: Shape, raw: Any) -> list[tuple[Path, str]]:
    """Return all problems of a record that did not read."""
    from mockserver.schemas.fixtures import problems_of  # only bad records pay for marshmallow

    return problems_of(shape, raw)
