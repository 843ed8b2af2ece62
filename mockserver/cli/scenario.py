"""``mockserver scenarios`` and ``mockserver scenario set|clear``: what is forced, and what could be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.driving import Told, drives, table

if TYPE_CHECKING:
    from mockserver.client import MockClient


@click.command
@drives
def scenarios(client: MockClient) -> Told:
    """List the scenarios of the world: which are active, how often they acted, what they do."""
    return _told(client.scenarios.list())


@click.group
def scenario() -> None:
    """Make scenarios active, or end them."""


@scenario.command("set")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@drives
def set_(client: MockClient, ids: tuple[str, ...]) -> Told:
    """Make exactly these scenarios active."""
    return _active(client.scenarios.set(*ids))


@scenario.command
@drives
def clear(client: MockClient) -> Told:
    """End all scenarios."""
    return _active(client.scenarios.set())


def _told(answer: dict[str, Any]) -> Told:
    rows = [
        ("on" if each["active"] else "", each["id"], each["hits"] if each["active"] else None, each["title"])
        for each in answer["scenarios"]
    ]
    return Told(answer, table(("", "ID", "HITS", "TITLE"), rows))


def _active(answer: dict[str, Any]) -> Told:
    return Told({"active": answer["active"]}, [f"active: {', '.join(answer['active']) or 'none'}"])
