"""What the commands share that drive a running server: which server, which world, and how the answer is shown."""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.exits import ASSERTION_FAILED, CANNOT_START, FINE, UNREACHABLE, fail

if TYPE_CHECKING:
    from mockserver.client import MockClient

Shown = Any
Drive = Callable[..., Shown]


def drives(command: Drive) -> Callable[..., None]:
    """Turn a function that takes a client, and answers what is to be shown, into a command with the common options.

    It answers lines of text for people and a value for ``--json`` as ``Told``, or a value alone. A refused call ends with exit
    code 2, a failed assertion with 1, an unreachable server with 3; each with one clear line.
    """

    @click.option("--url", help="Server to drive.  [MOCKSERVER_URL; default http://127.0.0.1:8080]")
    @click.option("--world", help="World to drive.  [MOCKSERVER_WORLD; default the server's default world]")
    @click.option("--token", help="Control token, if the server has one.  [MOCKSERVER_CONTROL_TOKEN]")
    @click.option("--json", "as_json", is_flag=True, help="JSON for programs instead of text for people.")
    @functools.wraps(command)
    def driven(url: str | None, world: str | None, token: str | None, as_json: bool, **given: Any) -> None:
        from mockserver.client import ControlError, MockServerUnreachable, VerificationFailed

        try:
            client = connect(url, world, token)
            show(command(client, **given), as_json)
        except MockServerUnreachable as problem:
            fail(UNREACHABLE, str(problem))
        except VerificationFailed as problem:
            if as_json:
                click.echo(json.dumps(problem.report, indent=2))
            fail(ASSERTION_FAILED, *str(problem).splitlines())
        except (ControlError, ValueError) as problem:
            fail(CANNOT_START, str(problem))

    return driven


class Defaulting(click.Group):
    """A group of commands that runs one of them, ``default``, where none is named: ``mockserver worlds --json``."""

    def __init__(self, *args: Any, default: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front of options alone."""
        named = args and (not args[0].startswith("-") or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else [self.default, *args])


def connect(url: str | None, world: str | None, token: str | None) -> MockClient:
    """Return a client of the server and world that options, else the environment, name. Raise ValueError on a bad URL."""
    from mockserver.cli.healthcheck import url_of
    from mockserver.client import MockClient

    environ = os.environ
    named = world or environ.get("MOCKSERVER_WORLD")
    return MockClient(url or url_of(environ), named, token=token or environ.get("MOCKSERVER_CONTROL_TOKEN"))


class Told:
    """An answer in two forms: the value for ``--json``, the lines for people; and the command's exit code."""

    def __init__(self, value: Any, lines: Iterable[str], code: int = FINE) -> None:
        self.value = value
        self.lines = lines
        self.code = code


class Rows:
    """An answer that comes row by row until somebody interrupts it: a line of JSON each, or what ``line`` makes of it."""

    def __init__(self, rows: Iterable[Any], line: Callable[[Any], str]) -> None:
        self.rows = rows
        self.line = line

    def show(self, as_json: bool) -> None:
        """Print each row as it comes."""
        with contextlib.suppress(KeyboardInterrupt):
            for row in self.rows:
                click.echo(json.dumps(row, ensure_ascii=False) if as_json else self.line(row))


def show(shown: Shown, as_json: bool) -> None:
    """Print an answer: as JSON, or as text for people."""
    if isinstance(shown, Rows):
        shown.show(as_json)
        return
    told = shown if isinstance(shown, Told) else Told(shown, _plain(shown))
    if as_json:
        click.echo(json.dumps(told.value, indent=2, ensure_ascii=False))
    else:
        for line in told.lines:
            click.echo(line)
    if told.code:
        raise SystemExit(told.code)


def _plain(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{name}: {each if isinstance(each, str) else json.dumps(each)}" for name, each in value.items()]
    return [] if value is None else [str(value)]


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return the lines of a table; None is shown as a dash, and the last column may be as long as it likes."""
    cells = [list(headings), *([_cell(each) for each in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
