"""``mockserver exec -- COMMAND``: a server for as long as a command runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

from mockserver.cli.exits import CANNOT_START, NOT_READY, fail

# what a pipeline or a closed terminal ends a command with; on Windows there is but the first
ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@click.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--fixtures", metavar="DIR", help="Fixtures of the server.")
@click.option("--scenarios", metavar="DIR", help="Scenarios of the server.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(fixtures: str | None, scenarios: str | None, command: tuple[str, ...]) -> None:
    """Start a server on a free port, run a command with MOCKSERVER_URL set, and pass its exit code through."""
    from mockserver.client.process import Ended, NotReady, running

    arguments = [*(("--fixtures", fixtures) if fixtures else ()), *(("--scenarios", scenarios) if scenarios else ())]
    _when_ended(_leave)
    try:
        with running(*arguments) as url:
            code = _run(command, os.environ | {"MOCKSERVER_URL": url})
    except Ended as problem:
        click.echo(str(problem), err=True, nl=False)
        sys.exit(CANNOT_START)
    except NotReady as problem:
        fail(NOT_READY, *str(problem).splitlines())
    raise SystemExit(code)


def _run(command: tuple[str, ...], environ: dict[str, str]) -> int:
    """Run a command, and leave it to that one how it ends: our server goes after it, whoever ends us."""
    early: list[int] = []
    _when_ended(lambda number, _: early.append(number))
    try:
        child = subprocess.Popen(command, env=environ)
    except FileNotFoundError:
        fail(CANNOT_START, f"no such command: {command[0]}")
    except OSError as problem:
        fail(CANNOT_START, f"cannot run {command[0]}: {problem}")
    _when_ended(lambda number, _: child.send_signal(number))
    for number in early:
        child.send_signal(number)
    signal.signal(signal.SIGINT, lambda *_: None)  # a terminal's Ctrl-C has reached the command, too
    code = child.wait()
    return code if code >= 0 else 128 - code  # ended by a signal, as a shell tells it


def _when_ended(act: Callable[[int, Any], Any]) -> None:
    for number in ENDINGS:
        signal.signal(number, act)


def _leave(number: int, _: Any) -> NoReturn:
    raise SystemExit(128 + number)
