"""Output of commands: safe on terminals, in any code page, with closed pipes and full disks."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import click

from mockserver.printable import printable

CANNOT_PRINT = 2


class StyledLine(str):
    """A line with intended escape sequences, which are printed unchanged."""

    __slots__ = ()


class CannotPrint(click.ClickException):
    """Standard output cannot be written."""

    exit_code = CANNOT_PRINT

    def show(self, file: Any = None) -> None:  # noqa: ARG002
        """Print the error on stderr."""
        tell(f"mockserver: cannot print: {self.message}", err=True)


def steady() -> None:
    """Make the standard streams safe to write to, even if the parent process closed them.

    A closed one is replaced by the null device, so that no file or connection gets its number; unencodable characters are
    replaced.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # gets the lowest free number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(*lines: str, err: bool = False) -> None:
    """Print lines. Raise BrokenPipeError if the pipe is closed, CannotPrint if they cannot be written."""
    if not lines:
        return
    try:
        click.echo("\n".join(line if isinstance(line, StyledLine) else printable(line) for line in lines), err=err)
    except BrokenPipeError:
        mute(err=err)
        raise
    except OSError as problem:
        mute(err=err)
        raise CannotPrint(problem.strerror or str(problem)) from None


def tell(*lines: str, err: bool = False) -> None:
    """Print unimportant lines: errors are ignored."""
    with contextlib.suppress(OSError, CannotPrint):
        say(*lines, err=err)


def as_json(value: Any, indent: int | None = None) -> str:
    """Return JSON in characters that standard output can encode."""
    return json.dumps(value, indent=indent, ensure_ascii=not can_print("é€\U0001f600"))


def can_print(text: str) -> bool:
    """Return whether standard output's encoding has all characters of a text."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def mute(*, err: bool = False) -> None:
    """Redirect a stream to the null device, so that its buffer causes no error at the end of the process."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, (sys.stderr if err else sys.stdout).fileno())
        os.close(nowhere)


@contextlib.contextmanager
def closed_pipe_is_fine() -> Iterator[None]:
    """End a command with 0 if the reader of its output closes the pipe (``| head -1``)."""
    try:
        yield
    except BrokenPipeError:
        mute()
        _leave(0)


def _leave(code: int) -> NoReturn:
    raise click.exceptions.Exit(code)
