"""``mockserver state get|set|patch``: the data of a world."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.driving import CommandOutput, drives, read_text, reads
from mockserver.cli.output import as_json
from mockserver.cli.worlds import MOMENTS

if TYPE_CHECKING:
    from mockserver.client import MockClient

_RECORD = re.compile(r"(offer|member|club)s?[/:](.+)")


def _record(_: click.Context, __: click.Parameter, text: str | None) -> tuple[str, int | str] | None:
    """Return kind and id of ``offers/1000115``, as in the control API's paths, or of ``offer:1000115``, as in ``clock jump``."""
    if text is None:
        return None
    found = _RECORD.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is none of offers/ID, members/ID, clubs/SLUG")
    if found[1] == "club":
        return found[1], found[2]
    if not (found[2].isascii() and found[2].isdecimal()):
        raise click.BadParameter(f"{found[2]!r} is no id: {found[1]}s have numbers")
    return found[1], int(found[2])


@click.group
def state() -> None:
    """Show or replace the data of a world, or change a record."""


@state.command
@click.argument("record", required=False, callback=_record, metavar="[RECORD]")
@click.option("--at", metavar="MOMENT", help=f"As it was then: {MOMENTS}.")
@reads
def get(client: MockClient, record: tuple[str, Any] | None, at: str | None) -> CommandOutput:
    """Print all data as a fixture document, or one record: offers/ID, members/ID or clubs/SLUG."""
    found = client.state.export(at=at) if record is None else getattr(client.state, record[0])(record[1], at=at)
    return CommandOutput(found, as_json(found, 2).split("\n"))


@state.command("set")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@drives
def set_(client: MockClient, file: Path) -> CommandOutput:
    """Replace all data by a fixture document, a JSON or YAML file or stdin (-); an invalid one changes nothing."""
    answer = client.state.replace(_document(read_text(file), file))
    return CommandOutput(answer, [f"state set from {file}"])


@state.command(context_settings={"ignore_unknown_options": True})
@click.argument("record", callback=_record, metavar="RECORD")
@click.argument("changes", nargs=-1, required=True, metavar="ATTRIBUTE=VALUE...")
@drives
def patch(client: MockClient, record: tuple[str, Any], changes: tuple[str, ...]) -> CommandOutput:
    """Change attributes of a record: state patch offers/1000115 stock=0 name="Tea". Values are JSON, or else text."""
    kind, key = record
    values = dict(map(_change, changes))
    changed = getattr(client.state, f"set_{kind}")(key, **values)
    return CommandOutput(changed, [f"{name}: {as_json(changed.get(name))}" for name in values])


def _change(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.UsageError(f"{text!r} is no ATTRIBUTE=VALUE")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _document(text: str, file: Path) -> dict[str, Any]:
    """Return a fixture document as JSON, read as fixture files are. Raise ValueError if it is none."""
    from mockserver.documents.files import read_bytes

    read = read_bytes(text.encode(), str(file), json=file.suffix.lower() == ".json" or _is_json(text))
    read.finish()
    if not isinstance(read.value, dict):
        raise ValueError(f"{file} holds no fixture document: an object with offers, members, clubs and so on")
    return read.value


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
