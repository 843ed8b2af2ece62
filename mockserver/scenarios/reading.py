"""Reads a document value by value and collects everything that is wrong with it, each with its place.

An accessor that meets a wrong value writes down a problem and answers a harmless stand-in, so that reading goes on and
all problems are reported at once by ``Document.finish``.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from mockserver.domain.durations import EXPECTED, parse_duration
from mockserver.domain.wholes import whole

Path = tuple[str | int, ...]
_SHOWN = 80
_NAMES_SHOWN = 12


class Problem(Struct, frozen=True):
    """One thing that is wrong: where (``line`` from 1, if known), what was found, what was expected."""

    source: str
    line: int | None
    key: str
    found: str
    expected: str
    hint: str | None = None

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}: {self.key or 'the document'}: found {self.found}, expected {self.expected}{hint}"


class ScenarioError(ValueError):
    """A scenario or rule is wrong; ``problems`` are all of its problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like the given one, or None if none is."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)), None)


def some_of(names: Collection[str]) -> str:
    """Write names in a row, and of many only the first."""
    shown = list(names)[:_NAMES_SHOWN]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(names) > len(shown) else "")


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """Return ``did you mean ...?`` for a name that is not known, or None."""
    near = nearest(name, known)
    return f"did you mean {near}?" if near else None


class Document(Struct):
    """A value being read, from ``source``; ``lines`` tells the line of each path, where there is one."""

    value: Any
    source: str = "value"
    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def root(self) -> Part:
        """The whole value."""
        return Part(self.value, (), self)

    def finish(self) -> None:
        """Raise ScenarioError with all problems, if there are any."""
        if self.problems:
            raise ScenarioError(sorted(self.problems, key=lambda problem: problem.line or 0))


class Part(Struct, frozen=True):
    """A value inside a document, at its path."""

    value: Any
    path: Path
    document: Document

    # -- places

    @property
    def key(self) -> str:
        """The path as people write it: ``rules[0].when.operation``."""
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return text.removeprefix(".")

    def wrong(self, expected: str, hint: str | None = None, found: str | None = None) -> None:
        """Write down that this value is not what was expected."""
        shown = found if found is not None else repr(self.value)
        shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
        self.document.problems.append(Problem(self.document.source, self._line(), self.key, shown, expected, hint))

    def _line(self) -> int | None:
        """The line of this value; of what it is missing from, where it is not there."""
        lines = self.document.lines
        places = (self.path[:length] for length in range(len(self.path), -1, -1))
        return next((lines[place] for place in places if place in lines), None)

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
                self._at(name, None).wrong("a value: it is required", found="nothing")
        return {name: part for name, part in entries.items() if name in known}

    def elements(self) -> list[Part]:
        """Return the parts of a list; a single value is a list of one."""
        if isinstance(self.value, list | tuple):
            return [self._at(index, value) for index, value in enumerate(self.value)]
        return [self]

    # -- values

    def text(self) -> str:
        """Return a text that is not empty; a number counts as its digits."""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float) or self.value == "":
            self.wrong("a text")
            return "-"
        return str(self.value)

    def boolean(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            self.wrong("true or false")
        return self.value is True

    def integer(self, minimum: int = 0, maximum: int = 2**63 - 1) -> int:
        """Return a whole number within bounds; ``7.0`` and text of digits count."""
        value = whole(self.value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            bounds = f" of {minimum} or more" if maximum == 2**63 - 1 else f" from {minimum} to {maximum}"
            self.wrong(f"a whole number{bounds}")
            return minimum
        return value

    def number(self, minimum: float = 0.0, maximum: float = math.inf) -> float:
        """Return a number within bounds."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not minimum <= value <= maximum:
            bounds = f" of {minimum:g} or more" if maximum == math.inf else f" from {minimum:g} to {maximum:g}"
            self.wrong(f"a number{bounds}")
            return minimum
        return float(value)

    def duration(self) -> int:
        """Return a duration in milliseconds."""
        try:
            return parse_duration(self.value)
        except ValueError:
            self.wrong(EXPECTED)
            return 0

    def one_of(self, names: Collection[str]) -> str:
        """Return one of the given names."""
        if isinstance(self.value, str) and self.value in names:
            return self.value
        self.wrong(f"one of {some_of(names)}", suggestion(str(self.value), names))
        return next(iter(names))
