"""Stored worlds without a server: listed, and one as a world's file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from mockserver.control.transfer import world_file
from mockserver.settings import Settings
from mockserver.sources import read_library
from mockserver.stores.opening import open_store, this_process
from mockserver.stores.records import world_from
from mockserver.stores.store import StoreError, WorldStore
from mockserver.values.instants import iso
from mockserver.worlds.base import UnreadableError


@contextmanager
def opened(store: str) -> Iterator[WorldStore]:
    """Open a store to read it, also while a server uses it. Raise StoreError."""
    found = open_store(store, this_process(), reading=True)
    if found is None:
        raise StoreError("--store memory keeps nothing: name sqlite:FILE or redis://HOST:PORT/DB")
    try:
        yield found
    finally:
        found.close()


def stored_worlds(store: str) -> list[dict[str, Any]]:
    """Return the worlds of a store: name, when it was last written, bytes, and the process that answers for it, if any."""
    with opened(store) as found:
        return [
            {
                "name": row.name,
                "written_at": iso(row.written_at),
                "bytes": row.bytes,
                "owner": row.owner and str(row.owner),
            }
            for row in found.list()
        ]


def stored_world(store: str, name: str) -> dict[str, Any] | None:
    """Return a stored world as a file that ``PUT /__mock/world/file`` takes, or None. Raise StoreError."""
    with opened(store) as found:
        stored = found.load(name)
    if stored is None:
        return None
    settings = Settings()
    try:
        world, _ = world_from(stored, settings, read_library(settings))
    except UnreadableError as problem:
        raise StoreError(f"the world {name}: {problem}") from problem
    made: dict[str, Any] = orjson.loads(orjson.dumps(world_file(world, world.snapshot(), settings)))
    return made
