"""What is wrong with a document, all at once, so that a person can mend it without guessing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

import orjson
from msgspec import Struct

from mockserver.limits import PROBLEMS
from mockserver.spelling import nearest
from mockserver.values.problems import Path as Path

ABSENT: Any = object()
"""Stands for what was found where there is nothing."""
_SHOWN = 80
_NAMES_SHOWN = 12


class Problem(Struct, frozen=True, kw_only=True):
    """One thing that is wrong: where (file, line, key path such as ``offers[3].stock``), what, and what was expected.

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
    """A document is refused; ``problems`` says why, in the order of files and lines. ``more`` says that there are others."""

    def __init__(self, problems: Iterable[Problem], *, more: bool = False) -> None:
        ordered = sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0))
        self.problems = tuple(ordered[:PROBLEMS])
        self.more = more or len(ordered) > PROBLEMS
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """Return each problem on a line, and a last line where there are more."""
        return [*map(str, self.problems), *([AND_MORE] if self.more else [])]


class NoJsonError(DocumentError):
    """A text is not JSON at all."""


AND_MORE = f"... and more: {PROBLEMS} problems are told at a time"


def described(value: Any) -> str:
    """Return a value as a message shows it: as JSON, short, on one line."""
    if value is ABSENT:
        return "nothing"
    try:
        text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def dotted(path: Path) -> str:
    """Return a path as people write it: ``offers[3].stock``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def path_of(key: str) -> Path:
    """Return the path that is written so; a key that holds a dot or a bracket itself does not come back."""
    steps = re.findall(r"\[(\d+)\]|([^.\[]+)", key)
    return tuple(int(index) if index else name for index, name in steps)


def found_at(value: Any, path: Path) -> Any:
    """Return what stands at a path, or ``ABSENT``."""
    for part in path:
        try:
            value = value[part]
        except (LookupError, TypeError):
            return ABSENT
    return value


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """Return ``did you mean ...?`` for a name that is not known, or None."""
    near = nearest(name, known)
    return f"did you mean {near}?" if near else None


def some_of(names: Collection[str]) -> str:
    """Write names in a row, and of many only the first."""
    shown = list(names)[:_NAMES_SHOWN]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(names) > len(shown) else "")
