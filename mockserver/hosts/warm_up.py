"""What a server does when it has started and nobody waits: import and index what the first requests of a kind would wait for."""

from __future__ import annotations

import sys

from mockserver.api.table import OPERATIONS
from mockserver.domain.catalogue import Catalogue
from mockserver.domain.shelf import PARTS, SPANS, TEXTS
from mockserver.worlds.world import World

MANY = 5_000  # offers of one club, from which on an index takes longer to make than a request should wait
SHARE = 0.001  # seconds that a request waits for the interpreter while an index is made
TRIES = 3  # to make a part while nothing changes
SOONEST = ("mark", "scope", "audience", *SPANS, "untouched", "name", *TEXTS)  # what most lists need, and searches


def warm_up(world: World) -> None:
    """Import the schemas, then make what a big catalogue's lists need, beside the requests that come meanwhile."""
    from mockserver.api.schemas.named import schema_named

    for operation in OPERATIONS.values():
        for name in filter(None, (operation.query, operation.guest_query, operation.payload)):
            schema_named(name, world.revision)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SHARE)
    try:
        for club in [club for club in list(world.records.clubs) if _size(world, club) >= MANY]:
            for part in dict.fromkeys((*SOONEST, *PARTS)):
                _make(world, club, part)
    finally:
        sys.setswitchinterval(interval)


def _make(world: World, club: str, part: str) -> None:
    """Make one part of a club's shelf without holding the world up; where offers change all the time, leave it to a request."""
    for _ in range(TRIES):
        with world.lock:
            shelf = Catalogue.of(world.records, club).shelf if club in world.records.clubs else None
            if shelf is None or shelf.has(part):
                return
            changes, offers = shelf.changes, shelf.offers.copy()
        made = shelf.maker(part)(offers)
        with world.lock:
            if shelf.take(part, made, changes):
                return


def _size(world: World, club: str) -> int:
    with world.lock:
        return sum(offer.club == club for offer in world.records.offers.values())
