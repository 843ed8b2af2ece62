"""Shared parts of commands that drive a running server: choice of server and world, errors, output."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.exits import ASSERTION_FAILED, CANNOT_START, FINE, UNREACHABLE, fail
from mockserver.cli.output import as_json, say, tell

if TYPE_CHECKING:
    from mockserver.client import MockClient

Printable = Any
Drive = Callable[..., Printable]


def drives(command: Drive) -> Callable[..., None]:
    """Turn a function from a client to its output into a command with the common options.

    The output is a ``CommandOutput`` (lines for people, and a value for ``--json``), or a value alone. A refused call ends
    with exit code 2, a failed assertion with 1, an unreachable server with 3; each with one line on stderr.
    """
    return _driven(command, must_exist=False)


def reads(command: Drive) -> Callable[..., None]:
    """Do the same for a command that only reads or asserts: a missing world is an error, and is not made."""
    return _driven(command, must_exist=True)


def _driven(command: Drive, *, must_exist: bool) -> Callable[..., None]:
    @click.option("--url", help="Server to drive.  [MOCKSERVER_URL; default http://127.0.0.1:8080]")
    @click.option("--world", help="World to drive.  [MOCKSERVER_WORLD; default the server's default world]")
    @click.option("--token", help="Control token, if the server has one.  [MOCKSERVER_CONTROL_TOKEN]")
    @click.option("--json", "json", is_flag=True, help="JSON for programs instead of text for people.")
    @functools.wraps(command)
    def driven(url: str | None, world: str | None, token: str | None, json: bool, **given: Any) -> None:
        with told_problems(json):
            show(command(connect(url, world, token, must_exist=must_exist), **given), json)

    return driven


@contextlib.contextmanager
def told_problems(json: bool = False) -> Iterator[None]:
    """End with one line on stderr and its exit code if a call in the block fails."""
    from mockserver.client import ControlError, MockServerUnreachable, VerificationFailed

    try:
        yield
    except MockServerUnreachable as problem:
        fail(UNREACHABLE, f"{problem}; --url or MOCKSERVER_URL names another")
    except VerificationFailed as problem:
        if json:
            tell(*as_json(problem.report, 2).split("\n"))
        fail(ASSERTION_FAILED, *str(problem).splitlines())
    except ControlError as problem:
        if problem.status == 401:
            fail(CANNOT_START, f"{problem.message}: give it with --token or MOCKSERVER_CONTROL_TOKEN")
        fail(CANNOT_START, *str(problem).splitlines())
    except ValueError as problem:
        fail(CANNOT_START, *str(problem).splitlines())


class Defaulting(click.Group):
    """A group of commands that runs the ``default`` one if none is named: ``mockserver worlds --json``."""

    def __init__(self, *args: Any, default: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the default command if there are only options."""
        named = args and (not args[0].startswith("-") or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else [self.default, *args])


def connect(url: str | None, world: str | None, token: str | None, *, must_exist: bool = False) -> MockClient:
    """Return a client of the server and world named by options, else by the environment. Raise ValueError on a bad URL."""
    from mockserver.cli.whereabouts import container_flags, url_of
    from mockserver.client import MockClient

    environ = dict(os.environ) | container_flags()
    named = world or environ.get("MOCKSERVER_WORLD")
    token = token or environ.get("MOCKSERVER_CONTROL_TOKEN")
    return MockClient(url or url_of(environ), named, token=token, must_exist=must_exist)


class CommandOutput:
    """A command's output in two forms, the value for ``--json`` and the lines for people, and its exit code."""

    def __init__(self, value: Any, lines: Iterable[str], code: int = FINE) -> None:
        self.value = value
        self.lines = lines
        self.code = code


class StreamedRows:
    """Output that is printed row by row until it is interrupted: each as a line of JSON, or as ``line`` formats it."""

    def __init__(self, rows: Iterable[Any], line: Callable[[Any], str]) -> None:
        self.rows = rows
        self.line = line

    def show(self, json: bool) -> None:
        """Print each row as it arrives."""
        with contextlib.suppress(KeyboardInterrupt):
            for row in self.rows:
                say(as_json(row) if json else self.line(row))


def show(shown: Printable, json: bool) -> None:
    """Print a command's output: as JSON, or as text for people."""
    if isinstance(shown, StreamedRows):
        shown.show(json)
        return
    told = shown if isinstance(shown, CommandOutput) else CommandOutput(shown, _plain(shown))
    try:
        say(*(as_json(told.value, 2).split("\n") if json else told.lines))
    finally:  # the result decides the exit code, printed or not
        if told.code:
            raise SystemExit(told.code)


def read_text(file: Path) -> str:
    """Return a file's text, or that of stdin for ``-``. An unreadable file ends the command with 2."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as problem:
        fail(CANNOT_START, f"cannot read {file}: {problem.strerror}")
    except UnicodeDecodeError as problem:
        fail(CANNOT_START, f"{file} is not a text in UTF-8: {problem.reason} at byte {problem.start}")


def _plain(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{name}: {each if isinstance(each, str) else as_json(each)}" for name, each in value.items()]
    return [] if value is None else [str(value)]


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return the lines of a table; None is shown as a dash, and the last column is not padded."""
    cells = [list(headings), *([_cell(each) for each in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
