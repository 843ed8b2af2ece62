"""Reading a document: its value, the place of each part, and all problems.

An accessor of ``Part`` notes a problem for a wrong value and returns a harmless default, so that reading continues, and
``Document.finish`` raises all problems at once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, Protocol

import orjson
from msgspec import Struct, field

from mockserver.documents.problems import (
    ABSENT,
    DocumentError,
    KeyPath,
    Problem,
    described,
    dotted,
    found_at,
    some_of,
    suggestion,
)
from mockserver.limits import PROBLEMS
from mockserver.values.durations import Duration
from mockserver.values.kinds import MAX, Boolean, Integer, Kind, Number
from mockserver.values.problems import UnfitError


class Places(Protocol):
    """Finds the lines and spellings of a value's parts in its text."""

    def line(self, path: KeyPath, /) -> int | None:
        """Return the line (from 1) of the value at a path, or of the innermost existing value around it."""

    def spelling(self, path: KeyPath, /) -> str | None:
        """Return the spelling of a number, truth value or null at a path; None if it is unknown."""


class NoPlaces:
    """The places of a value that was not read from a text."""

    def line(self, _path: KeyPath, /) -> int | None:
        """Return None: there are no lines."""

    def spelling(self, _path: KeyPath, /) -> str | None:
        """Return None: there is no text."""


class Wording(str):
    """A finding in words rather than as a value."""

    __slots__ = ()


class Document(Struct):
    """A value being read, from ``file`` (a path, or another name for messages)."""

    value: Any
    file: str | None = None
    places: Places = field(default_factory=NoPlaces)
    problems: list[Problem] = field(default_factory=list)

    @property
    def root(self) -> Part:
        """The whole value."""
        return Part(self.value, (), self)

    def wrong(
        self, path: KeyPath, expected: str, found: Any, hint: str | None = None, *, line: int | None = None
    ) -> None:
        """Note a problem at a path, on its line. Raise DocumentError once there are too many."""
        if len(self.problems) == PROBLEMS:
            raise DocumentError(self.problems, more=True)
        text = str(found) if isinstance(found, Wording) else described(found)
        line = self.places.line(path) if line is None else line
        self.problems.append(
            Problem(file=self.file, line=line, key=dotted(path), found=text, expected=expected, hint=hint)
        )

    def finish(self) -> None:
        """Raise DocumentError with all problems, if there are any."""
        if self.problems:
            raise DocumentError(self.problems)


class Part(Struct, frozen=True):
    """A value inside a document, at its path."""

    value: Any
    path: KeyPath
    document: Document

    # -- places

    @property
    def key(self) -> str:
        """The path as people write it: ``rules[0].when.operation``."""
        return dotted(self.path)

    def wrong(self, expected: str, hint: str | None = None, found: str | None = None) -> None:
        """Note that this value is not as expected; ``found`` describes it in words."""
        self.document.wrong(self.path, expected, self.value if found is None else Wording(found), hint)

    def _at(self, step: str | int, value: Any) -> Part:
        return Part(value, (*self.path, step), self.document)

    # -- containers

    def entries(self) -> dict[str, Part]:
        """Return the parts of a mapping with any keys; null is an empty mapping."""
        if self.value is None:
            return {}
        if not isinstance(self.value, Mapping):
            self.wrong("a mapping")
            return {}
        return {str(name): self._at(str(name), value) for name, value in self.value.items()}

    def fields(self, known: Collection[str], required: Collection[str] = ()) -> dict[str, Part]:
        """Return the parts of a mapping that has only known keys, and all required ones."""
        entries = self.entries()
        for name, part in entries.items():
            if name not in known:
                part.wrong(f"one of the keys {', '.join(known)}", suggestion(name, known), found=f"the key {name}")
        for name in required:
            if name not in entries and isinstance(self.value, Mapping):
                self._at(name, ABSENT).wrong("a value: it is required")
        return {name: part for name, part in entries.items() if name in known}

    def elements(self) -> list[Part]:
        """Return the parts of a list; a single value is a list of one."""
        if isinstance(self.value, list | tuple):
            return [self._at(index, value) for index, value in enumerate(self.value)]
        return [self]

    # -- values

    def text(self) -> str:
        """Return a text that is not empty; a number counts as its digits, if it is spelt so."""
        value = self.value
        if isinstance(value, str) and value:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong("a text")
            return "-"
        return self.as_spelt()

    def as_spelt(self) -> str:
        """Return a number or truth value as JSON writes it, if it is spelt so: 1.10 and 012 are not."""
        written = orjson.dumps(self.value).decode()
        spelt = self.document.places.spelling(self.path)
        if spelt is not None and spelt != written:
            self.wrong("a text (put it in quotes)", found=spelt)
        return written

    def read(self, kind: Kind, instead: Any) -> Any:
        """Return the value as a kind reads it; if it does not fit, note a problem and return ``instead``."""
        try:
            return kind.read(self.value)
        except UnfitError as error:
            for path, expected in error.problems:
                self.document.wrong((*self.path, *path), expected, found_at(self.value, path))
            return instead

    def boolean(self) -> bool:
        """Return true or false."""
        return self.read(Boolean(), False) is True

    def integer(self, minimum: int = 0, maximum: int = MAX) -> int:
        """Return a whole number within bounds; ``7.0`` and text of digits count."""
        return int(self.read(Integer(minimum, maximum, digits=True), minimum))

    def number(self, minimum: float = 0, maximum: float = math.inf) -> float:
        """Return a number within bounds."""
        return float(self.read(Number(minimum, maximum), minimum))

    def duration(self) -> int:
        """Return a duration in milliseconds."""
        return int(self.read(Duration(), 0))

    def one_of(self, names: Collection[str]) -> str:
        """Return one of the given names."""
        if isinstance(self.value, str) and self.value in names:
            return self.value
        self.wrong(f"one of {some_of(names)}", suggestion(str(self.value), names))
        return next(iter(names))
