"""``mockserver capsule save|replay|show|serve``: a bug in one file."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.driving import CommandOutput, reads, show, table
from mockserver.cli.exits import ASSERTION_FAILED, CANNOT_START, FINE, fail
from mockserver.cli.knobs import knob_options, settings_of
from mockserver.cli.output import as_json

if TYPE_CHECKING:
    from mockserver.capsules.model import Capsule, RecordedRequest
    from mockserver.client import MockClient

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group
def capsule() -> None:
    """Save a world's last requests with all that is needed to carry them out again; replay, show or serve them."""


@capsule.command
@click.argument("file", type=_FILE)
@click.option("--last", type=click.IntRange(1), help="How many of the last requests.  [default all that are kept]")
@reads
def save(client: MockClient, file: Path, last: int | None) -> CommandOutput:
    """Save the last requests of a world to a file."""
    client.save_capsule(file, last)
    found = read_capsule(file)
    told = {"file": str(file), "world": found.base.name, "requests": len(found.requests), "bytes": file.stat().st_size}
    return CommandOutput(
        told, [f"{file}: {told['requests']} requests of world {told['world']}, {told['bytes']:,} bytes"]
    )


@capsule.command
@click.argument("file", type=_FILE)
@click.option("--accept", is_flag=True, help="Take the answers of this version over into the file.")
@click.option("--json", "json", is_flag=True, help="JSON for programs instead of text for people.")
def replay(file: Path, accept: bool, json: bool) -> None:
    """Carry the requests out again, without a server; exit with 1 where one is answered otherwise, and say what decided.

    Each request comes at its recorded instant; delays and held requests are not waited for.
    """
    from mockserver.capsules.format import pack
    from mockserver.capsules.model import BadCapsuleError
    from mockserver.capsules.replay import accepted
    from mockserver.mock import Mock

    found = read_capsule(file)
    try:
        told = _replayed(found)
        if accept and told.code == ASSERTION_FAILED:
            file.write_bytes(pack(accepted(found, Mock)))
            told.code, told.lines = FINE, [*told.lines, f"{file}: the answers of now were taken over"]
    except BadCapsuleError as problem:
        fail(CANNOT_START, f"{file} cannot be replayed: {problem}")
    except OSError as problem:
        fail(CANNOT_START, f"cannot write {file}: {problem.strerror}")
    show(told, json)


def _replayed(found: Capsule) -> CommandOutput:
    from mockserver.capsules.replay import replay
    from mockserver.capsules.telling import in_lines, result
    from mockserver.mock import Mock

    skipped = []
    for each in replay(found, Mock):
        if not each.same:
            told = result(each, len(found.requests))
            return CommandOutput(told, [*in_lines(told)], ASSERTION_FAILED)
        if each.skipped is not None:
            skipped.append(f"request {each.recorded.id} was not carried out: {each.skipped}")
    count = len(found.requests)
    value = {"same": True, "requests": count, "skipped": skipped}
    return CommandOutput(value, [*skipped, f"{count - len(skipped)} of {count} requests: answered as before"])


@capsule.command("show")
@click.argument("file", type=_FILE)
@click.argument("request", type=int, required=False)
@click.option("--json", "json", is_flag=True, help="JSON for programs instead of text for people.")
def show_capsule(file: Path, request: int | None, json: bool) -> None:
    """List the requests in a capsule, with what changed the world between them; or show one REQUEST whole."""
    from mockserver.capsules.telling import between, heading, row, whole

    found = read_capsule(file)
    if request is not None:
        one = whole(found, found.requests[_number(found, file, request) - 1])
        show(CommandOutput(one, as_json(one, 2).split("\n")), json)
        return
    changes = between(found)
    rows: list[tuple[Any, ...]] = []
    for each in found.requests:
        rows += [("", "", "", "", f"({', '.join(changes[each.id])})", "")] if each.id in changes else []
        rows.append(row(each))
    rows += [("", "", "", "", f"({', '.join(changes[0])})", "")] if 0 in changes else []
    lines = [heading(found), *table(("id", "at", "status", "method", "path", "became"), rows)]
    value = {
        "world": found.base.name, "version": found.version, "earlier": found.earlier, "changes": len(found.changes),
        "requests": [
            dict(zip(("id", "at", "status", "method", "path", "became"), row(each), strict=True))
            | {"changes_before": changes.get(each.id, [])}
            for each in found.requests
        ],
    }  # fmt: skip
    show(CommandOutput(value, lines), json)


@capsule.command("serve")
@click.argument("file", type=_FILE)
@click.option(
    "--at", type=int, help="The request (its id, as show prints it) before which to stand.  [default the last]"
)
@knob_options()
def serve_capsule(file: Path, at: int | None, **flags: Any) -> None:
    """Start a server whose default world is the capsule's just before a request, for a phone or a debugger.

    A reset takes it back there. It takes every flag of serve.
    """
    from mockserver.capsules.model import BadCapsuleError
    from mockserver.capsules.standing import world_before
    from mockserver.cli.serve import start
    from mockserver.worlds.worlds import DEFAULT

    found = read_capsule(file)
    number = len(found.requests) if at is None else _number(found, file, at)
    around = found.surroundings
    settings = settings_of(flags)
    if settings.store != "memory":
        fail(CANNOT_START, "a capsule is served from memory: leave out --store")
    settings = dataclasses.replace(
        settings, strict=settings.strict or around.strict, cors=settings.cors or around.cors,
        max_body=around.max_body if flags.get("max_body") is None else settings.max_body,
    )  # fmt: skip
    try:
        world = world_before(found, number, settings, DEFAULT)
    except BadCapsuleError as problem:
        fail(CANNOT_START, f"{file} cannot be served: {problem}")
    start(settings, lambda mock: mock.worlds.place(world))


def _number(found: Capsule, file: Path, wanted: int) -> int:
    """Return the place, from 1, of the request with an id; else of the one that is the so-many-th."""
    ids = [each.id for each in found.requests]
    if wanted in ids:
        return ids.index(wanted) + 1
    if 1 <= wanted <= len(ids):
        return wanted
    fail(CANNOT_START, f"{file} has no request {wanted}: it has {_range(found.requests)}")


def _range(requests: list[RecordedRequest]) -> str:
    return "none" if not requests else f"{requests[0].id} to {requests[-1].id}"


def read_capsule(file: Path) -> Capsule:
    """Return the capsule in a file. One that cannot be read ends the command with 2 and one line."""
    from mockserver.capsules.format import unpack
    from mockserver.capsules.model import BadCapsuleError
    from mockserver.limits import CAPSULE_BYTES

    try:
        with file.open("rb") as opened:
            return unpack(opened.read(CAPSULE_BYTES + 1))
    except OSError as problem:
        fail(CANNOT_START, f"cannot read {file}: {problem.strerror}")
    except BadCapsuleError as problem:
        fail(CANNOT_START, f"{file} cannot be read: {problem}")
