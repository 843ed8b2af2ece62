"""A value to be read, where each part of it stands, and everything that is found wrong with it.

An accessor of ``Part`` that meets a wrong value notes a problem and returns a harmless stand-in, so that reading goes on
and all problems are told at once by ``Document.finish``.
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
    Path,
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
    """Knows where in a text the parts of its value stand."""

    def line(self, path: Path, /) -> int | None:
        """Return the line (from 1) of what stands at a path, or of the nearest thing around it."""

    def spelling(self, path: Path, /) -> str | None:
        """Return how a number, truth value or null is spelt at a path; None where that is not known."""


class Nowhere:
    """The places of a value that did not come from a text."""

    def line(self, _path: Path, /) -> int | None:
        """Return None: there are no lines."""

    def spelling(self, _path: Path, /) -> str | None:
        """Return None: nothing was spelt."""


class Said(str):
    """What was found, in words rather than as a value."""

    __slots__ = ()


class Document(Struct):
    """A value being read, from ``file`` (a path, or what else a message may call it)."""

    value: Any
    file: str | None = None
    places: Places = field(default_factory=Nowhere)
    problems: list[Problem] = field(default_factory=list)

    @property
    def root(self) -> Part:
        """The whole value."""
        return Part(self.value, (), self)

    def wrong(self, path: Path, expected: str, found: Any, hint: str | None = None, *, line: int | None = None) -> None:
        """Note a problem at a path, on its line. Raise DocumentError, and so end the reading, once there are too many."""
        if len(self.problems) == PROBLEMS:
            raise DocumentError(self.problems, more=True)
        text = str(found) if isinstance(found, Said) else described(found)
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
    path: Path
    document: Document

    # -- places

    @property
    def key(self) -> str:
        """The path as people write it: ``rules[0].when.operation``."""
        return dotted(self.path)

    def wrong(self, expected: str, hint: str | None = None, found: str | None = None) -> None:
        """Note that this value is not what was expected; ``found`` says in words what it is."""
        self.document.wrong(self.path, expected, self.value if found is None else Said(found), hint)

    def _at(self, step: str | int, value: Any) -> Part:
        return Part(value, (*self.path, step), self.document)

    # -- containers

    def entries(self) -> dict[str, Part]:
        """Return the parts of a mapping by key, whatever the keys are; null is an empty mapping."""
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
        """Return a text that is not empty; a number counts as its digits, if that is how it is spelt."""
        value = self.value
        if isinstance(value, str) and value:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong("a text")
            return "-"
        return self.as_spelt()

    def as_spelt(self) -> str:
        """Return a number or truth value as JSON writes it, provided that it is spelt so: 1.10 and 012 are not."""
        written = orjson.dumps(self.value).decode()
        spelt = self.document.places.spelling(self.path)
        if spelt is not None and spelt != written:
            self.wrong("a text (put it in quotes)", found=spelt)
        return written

    def read(self, kind: Kind, instead: Any) -> Any:
        """Return what the value is to a kind; of another kind, note what was expected and return ``instead``."""
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
