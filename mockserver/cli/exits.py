"""Exit codes of every command, and the way to end with one."""

from __future__ import annotations

from typing import NoReturn

from mockserver.cli.output import tell

FINE = 0
ASSERTION_FAILED = 1
CANNOT_START = 2  # also: wrong usage
UNREACHABLE = 3
NOT_READY = 4


def fail(code: int, *lines: str) -> NoReturn:
    """Print lines on stderr, and end with a code."""
    tell(*(f"mockserver: {line}" for line in lines), err=True)
    raise SystemExit(code)
