"""Imports the schemas half a second after the server's start, off the first requests' path."""

from __future__ import annotations

from mockserver.api.table import OPERATIONS
from mockserver.worlds.world import World


def warm_up(world: World) -> None:
    """Import the schema of every query and every body."""
    from mockserver.api.schemas.named import schema_named

    for operation in OPERATIONS.values():
        for name in filter(None, (operation.query, *operation.other_queries.values(), operation.payload)):
            schema_named(name, world.revision)
