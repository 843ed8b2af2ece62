"""``mockserver exec -- COMMAND``: a server for as long as a command runs."""

from __future__ import annotations

import os
import subprocess

import click

from mockserver.cli.exits import CANNOT_START, NOT_READY, fail


@click.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--fixtures", metavar="DIR", help="Fixtures of the server.")
@click.option("--scenarios", metavar="DIR", help="Scenarios of the server.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(fixtures: str | None, scenarios: str | None, command: tuple[str, ...]) -> None:
    """Start a server on a free port, run a command with MOCKSERVER_URL set, and pass its exit code through."""
    from mockserver.process import NotReady, running

    arguments = [*(("--fixtures", fixtures) if fixtures else ()), *(("--scenarios", scenarios) if scenarios else ())]
    try:
        with running(*arguments) as url:
            code = _run(command, os.environ | {"MOCKSERVER_URL": url})
    except NotReady as problem:
        fail(NOT_READY, *str(problem).splitlines())
    raise SystemExit(code)


def _run(command: tuple[str, ...], environ: dict[str, str]) -> int:
    try:
        code = subprocess.run(command, env=environ, check=False).returncode
    except FileNotFoundError:
        fail(CANNOT_START, f"no such command: {command[0]}")
    except OSError as problem:
        fail(CANNOT_START, f"cannot run {command[0]}: {problem}")
    return code if code >= 0 else 128 - code  # ended by a signal, as a shell tells it
