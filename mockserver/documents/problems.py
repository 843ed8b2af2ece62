"""The problems of a document, all reported at once, with the place and the expected value of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

import orjson
from msgspec import Struct

from mockserver.limits import PROBLEMS
from mockserver.spelling import nearest
from mockserver.values.problems import KeyPath as KeyPath

ABSENT: Any = object()
"""The value found where there is none."""
_SHOWN = 80
_NAMES_SHOWN = 12


class Problem(Struct, frozen=True, kw_only=True):
    """One problem: its place (file, line, key path such as ``offers[3].stock``), what was found, and what was expected.

    ``line`` counts from 1; ``file`` and ``line`` are None where the document has none.
    """

    expected: str
    found: str = ""
    key: str = ""
    file: str | None = None
    line: int | None = None
    hint: str | None = None

    def __str__(self) -> str:
        line = "" if self.line is None else str(self.line)
        place = f"{self.file}:{line}".removesuffix(":") if self.file else line and f"line {line}"
        where = "".join(f"{part}: " for part in (place, self.key) if part)
        hint = f"; {self.hint}" if self.hint else ""
        return f"{where}{f'found {self.found}, ' * bool(self.found)}expected {self.expected}{hint}"


class DocumentError(ValueError):
    """A document is refused for its ``problems``, in the order of files and lines; ``more`` is true if others were cut."""

    def __init__(self, problems: Iterable[Problem], *, more: bool = False) -> None:
        ordered = sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0))
        self.problems = tuple(ordered[:PROBLEMS])
        self.more = more or len(ordered) > PROBLEMS
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """Return one line for each problem, and a last line if there are more."""
        return [*map(str, self.problems), *([AND_MORE] if self.more else [])]


class NoJsonError(DocumentError):
    """A text is not JSON at all."""


AND_MORE = f"... and more: {PROBLEMS} problems are told at a time"


def described(value: Any) -> str:
    """Return a value for a message: as JSON, shortened, on one line."""
    if value is ABSENT:
        return "nothing"
    try:
        text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def dotted(path: KeyPath) -> str:
    """Return a path as people write it: ``offers[3].stock``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def path_of(key: str) -> KeyPath:
    """Return the path of its written form; keys with a dot or a bracket in them are not supported."""
    steps = re.findall(r"\[(\d+)\]|([^.\[]+)", key)
    return tuple(int(index) if index else name for index, name in steps)


def found_at(value: Any, path: KeyPath) -> Any:
    """Return the value at a path, or ``ABSENT``."""
    for part in path:
        try:
            value = value[part]
        except (LookupError, TypeError):
            return ABSENT
    return value


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """Return ``did you mean ...?`` for an unknown name, or None."""
    near = nearest(name, known)
    return f"did you mean {near}?" if near else None


def some_of(names: Collection[str]) -> str:
    """Return names as a comma-separated list, cut after the first ones."""
    shown = list(names)[:_NAMES_SHOWN]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(names) > len(shown) else "")
