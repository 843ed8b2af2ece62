"""``mockserver worlds``, ``reset``, ``diff`` and ``snapshot``: whole worlds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.driving import CommandOutput, Defaulting, drives, reads, table
from mockserver.cli.exits import CANNOT_START, fail
from mockserver.cli.output import as_json

if TYPE_CHECKING:
    from mockserver.client import MockClient


MOMENTS = "request:ID, before:ID, snapshot:NAME or start"


@click.group(cls=Defaulting, default="list")
def worlds() -> None:
    """List the worlds; create or drop one."""


_STORE = click.option(
    "--store", metavar="STORE", help="Read this store instead of asking a server: sqlite:FILE or redis://..."
)


@worlds.command("list")
@_STORE
@drives
def list_(client: MockClient, store: str | None) -> CommandOutput:
    """List the worlds of a server, or of a store."""
    if store is not None:
        from mockserver.stores.offline import stored_worlds

        found = _read(lambda: stored_worlds(store))
        return CommandOutput({"stored": found}, table(("WORLD", "WRITTEN AT", "BYTES", "ANSWERED BY"), _rows(found)))
    answer = _server(client).worlds()
    rows = [
        (each["name"], each["clock"]["now"], each["clock"]["mode"], each["scenarios"] or None)
        for each in answer["worlds"]
    ]
    lines = table(("WORLD", "TIME", "CLOCK", "SCENARIOS"), rows)
    if answer["stored"]:
        lines += ["", *table(("STORED", "WRITTEN AT", "BYTES", "ANSWERED BY"), _rows(answer["stored"]))]
    return CommandOutput(answer, lines)


def _rows(stored: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(each["name"], each["written_at"], f"{each['bytes']:,}", each["owner"]) for each in stored]


def _read(read: Callable[[], Any]) -> Any:
    from mockserver.stores.store import StoreError

    try:
        return read()
    except StoreError as problem:
        fail(CANNOT_START, f"--store: {problem}")


@worlds.command(short_help="Print a world as a file.")
@click.argument("name")
@_STORE
@drives
def export(client: MockClient, name: str, store: str | None) -> Any:
    """Print a world as JSON, which PUT /__mock/world/file takes: of a server, or of a store."""
    if store is None:
        found = client.in_world(name).state.world_file()
    else:
        from mockserver.stores.offline import stored_world

        found = _read(lambda: stored_world(store, name))
        if found is None:
            fail(CANNOT_START, f"--store {store} has no world {name}")
    return CommandOutput(found, as_json(found, 2).split("\n"))


@worlds.command(short_help="Make a world.")
@click.argument("name")
@click.option("--from", "source", metavar="WORLD", help="Copy this world instead of starting from the fixtures.")
@click.option("--at", metavar="MOMENT", help=f"Copy it as it was then: {MOMENTS}. Without --from, that of --world.")
@drives
def create(client: MockClient, name: str, source: str | None, at: str | None) -> CommandOutput:
    """Make a world, and print its URL, the base URL for apps in this world."""
    made = _server(client).create_world(name, source or (client.name if at else None), at=at)
    return CommandOutput({"name": made.name, "url": made.url}, [made.url])


@worlds.command
@click.argument("name")
@drives
def drop(client: MockClient, name: str) -> str:
    """Drop a world."""
    _server(client).drop_world(name)
    return f"dropped {name}"


def _server(client: MockClient) -> MockClient:
    """Return a client for calls about all worlds, which makes no world."""
    return client.in_world("default")


@click.command
@click.option("--keep-dates", is_flag=True, help="Leave relative dates as they were at the last start.")
@drives
def reset(client: MockClient, *, keep_dates: bool) -> CommandOutput:
    """Reset data, clock, scenarios, counters and journal of a world to the start; relative dates count from now.

    A copy of a world goes back to the moment it was copied, dates as then. Snapshots stay.
    """
    answer = client.reset(keep_dates=keep_dates)
    return CommandOutput(answer, [f"reset {client.name}: state {answer['state_hash']}"])


@click.command
@click.option("--from", "source", metavar="MOMENT", default="start", help=f"{MOMENTS}.  [default: start]")
@click.option("--to", metavar="MOMENT", default="now", help="The same, or now.  [default: now]")
@click.option("--patch", is_flag=True, help="The JSON Patch between the two states alone, for programs.")
@reads
def diff(client: MockClient, source: str, to: str, patch: bool) -> CommandOutput:
    """Say what has changed in a world between two moments."""
    found = client.diff(source, to)
    if patch:
        return CommandOutput(found["patch"], as_json(found["patch"], 2).split("\n"))
    return CommandOutput(found, found["words"] or ["nothing differs"])


@click.group(cls=Defaulting, default="list")
def snapshot() -> None:
    """List, take, restore and delete snapshots of the world."""


@snapshot.command("take")
@click.argument("name")
@drives
def take(client: MockClient, name: str) -> Any:
    """Save the state of the world under a name."""
    return client.snapshots.take(name)


@snapshot.command
@click.argument("name")
@drives
def restore(client: MockClient, name: str) -> CommandOutput:
    """Restore a snapshot."""
    return CommandOutput(client.snapshots.restore(name), [f"restored {name}"])


@snapshot.command("list")
@reads
def list_snapshots(client: MockClient) -> CommandOutput:
    """List the snapshots."""
    answer = client.snapshots.list()
    return CommandOutput(
        answer, table(("NAME", "TAKEN AT"), [(each["name"], each["taken_at"]) for each in answer["snapshots"]])
    )


@snapshot.command
@click.argument("name")
@drives
def delete(client: MockClient, name: str) -> str:
    """Delete a snapshot."""
    client.snapshots.delete(name)
    return f"deleted {name}"
