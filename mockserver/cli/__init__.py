"""The ``mockserver`` command: a table with one row per subcommand, each imported only when it is called.

To add a command, write a click command in a module of this package and add its row to ``COMMANDS``; ``--help`` and
start-up stay fast because the row's own text is shown. Exit codes of every command are in ``exits.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

import click

from mockserver import __version__
from mockserver.cli.exits import CANNOT_START, fail
from mockserver.cli.output import closed_pipe_is_fine, steady

# name: (module in this package, attribute, text in --help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "serve": ("serve", "serve", "Start the mock server."),
    "check": ("check", "check", "Check fixtures and scenarios without starting."),
    "generate": ("generate", "generate", "Write realistic fixtures of any size."),
    "openapi": ("openapi", "openapi", "Write the contract as an OpenAPI document."),
    "operations": ("operations", "operations", "List the operations that are served."),
    "scenarios": ("scenario", "scenarios", "List the scenarios of a running server."),
    "scenario": ("scenario", "scenario", "Make scenarios active (set), bring one (add), or end them (clear)."),
    "clock": ("clock", "clock", "Show, set, advance, jump or reset the clock of a running server."),
    "worlds": ("worlds", "worlds", "List, create or drop worlds."),
    "reset": ("worlds", "reset", "Put a world as at start."),
    "state": ("state", "state", "Show the data of a world, replace them, or change a record."),
    "diff": ("worlds", "diff", "Say what has changed since the start, a request or a snapshot."),
    "snapshot": ("worlds", "snapshot", "Keep a world, and go back to it."),
    "requests": ("requests", "requests", "Show what the app sent, and why it was answered so."),
    "logs": ("requests", "logs", "Print requests as they come (-f)."),
    "verify": ("requests", "verify", "Assert how often an operation was called."),
    "conduct": ("conduct", "conduct", "Report on the app's conduct, out of what it sent."),
    "coverage": ("coverage", "coverage", "Report which documented outcomes were met (merge: of several reports)."),
    "plan": ("coverage", "plan", "Say how to reach each documented outcome."),
    "capsule": ("capsule", "capsule", "A bug in one file: save, replay, show or serve the last requests."),
    "doctor": ("doctor", "doctor", "Try whether every fault reaches a client of a running server."),
    "connect": ("connect", "connect", "How a phone, an emulator or a simulator reaches a running server."),
    "exec": ("execute", "execute", "Run a command with a server of its own: exec -- pytest."),
    "mcp": ("mcp", "mcp", "Let a coding agent drive the mock, over stdio."),
    "healthcheck": ("healthcheck", "healthcheck", "Ask a running server whether it is ready."),
}


class Commands(click.Group):
    """Looks up subcommands in ``COMMANDS``, and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command, or return None."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"mockserver.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the command line; ``--help`` may write to a closed pipe."""
        with closed_pipe_is_fine():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; it may write to a closed pipe."""
        with closed_pipe_is_fine():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command to run. Refuse an unknown name, and suggest the nearest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"No such command {args[0]!r}{_did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    from mockserver.spelling import nearest

    near = nearest(word, known, 0.6)
    return f"; did you mean {near!r}?" if near else "."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="mockserver")
def _main() -> None:
    """Run and drive a high-fidelity mock server of the loyalty platform's Offers API."""


def main(args: list[str] | None = None, prog_name: str = "mockserver") -> Any:
    """Run the command line; the process ends with the command's exit code."""
    steady()
    try:
        return _main(args, prog_name=prog_name)
    except KeyboardInterrupt:
        raise SystemExit(CANNOT_START) from None
    except OSError as problem:
        fail(CANNOT_START, str(problem))
