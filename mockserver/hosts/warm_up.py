"""Imports schemas and faults half a second after the server's start, off the first requests' path."""

from __future__ import annotations

from mockserver.api.table import OPERATIONS
from mockserver.worlds.world import World


def warm_up(world: World) -> None:
    """Import the schema of every query and every body, and the faults: later there may be no descriptor to open a file with."""
    import mockserver.hosts.faults  # noqa: F401
    from mockserver.api.schemas.named import schema_named

    for operation in OPERATIONS.values():
        for name in filter(None, (operation.query, *operation.other_queries.values(), operation.payload)):
            schema_named(name, world.revision)
