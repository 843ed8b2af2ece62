"""``mockserver scenarios`` and ``mockserver scenario set|add|clear``: scenarios and the active ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.driving import CommandOutput, drives, read_text, reads, table

if TYPE_CHECKING:
    from mockserver.client import MockClient


@click.command
@reads
def scenarios(client: MockClient) -> CommandOutput:
    """List the scenarios of the world: state, number of requests acted on, description."""
    return _told(client.scenarios.list())


@click.group
def scenario() -> None:
    """Set the active scenarios, add one, or deactivate all."""


@scenario.command("set")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@drives
def set_(client: MockClient, ids: tuple[str, ...]) -> CommandOutput:
    """Make exactly these scenarios active."""
    return _active(client.scenarios.set(*ids))


@scenario.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--id", "scenario_id", help="Its id; default the file's own, else the file's name.")
@click.option("--active", is_flag=True, help="Make it active, too, beside those that are.")
@drives
def add(client: MockClient, file: Path, scenario_id: str | None, active: bool) -> CommandOutput:
    """Add a scenario from a YAML or JSON file, or from stdin (-), replacing one of the same id."""
    text = read_text(file)
    name = scenario_id or own_id(text) or ("" if str(file) == "-" else file.stem)
    if not name:
        raise click.UsageError("what comes from stdin has no file name: give it an id, in the text or by --id")
    added = client.scenarios.put(name, text)
    if active:
        client.scenarios.activate(name)
    return CommandOutput(added, [f"added {name}" + (", active" if active or added.get("active") else "")])


def own_id(text: str) -> str | None:
    """Return the ``id`` in a scenario's text, if there is one. Errors in the text are left to the server."""
    import yaml

    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


@scenario.command
@drives
def clear(client: MockClient) -> CommandOutput:
    """Deactivate all scenarios."""
    return _active(client.scenarios.set())


def _told(answer: dict[str, Any]) -> CommandOutput:
    rows = [
        ("on" if each["active"] else "", each["id"], each["hits"] if each["active"] else None, each["title"])
        for each in answer["scenarios"]
    ]
    return CommandOutput(answer, table(("", "ID", "HITS", "TITLE"), rows))


def _active(answer: dict[str, Any]) -> CommandOutput:
    return CommandOutput({"active": answer["active"]}, [f"active: {', '.join(answer['active']) or 'none'}"])
