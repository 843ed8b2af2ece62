"""What a server does when it has started and nobody waits: import and index what the first requests of a kind would wait for."""

from __future__ import annotations

from mockserver.api.operations import schema_named
from mockserver.api.table import OPERATIONS
from mockserver.domain.catalogue import Catalogue
from mockserver.domain.listing import ListQuery
from mockserver.domain.ordering import Term
from mockserver.schemas.shapes import shape_of
from mockserver.world import World

MANY = 5_000  # offers of one club, from which on an index takes longer to make than a request should wait
LISTS = (
    ListQuery(),
    ListQuery(search="e"),
    ListQuery(usable=True),
    ListQuery(tags=("",), stores=("",), collection_ids=(0,), types=("",)),
    *(
        ListQuery(order=(Term(name, descending),))
        for name in ("name", "usable_until", "created_at", "usable_since")
        for descending in (False, True)
    ),
)


def warm_up(world: World) -> None:
    """Import the schemas, then make what a big catalogue's lists need, a part at a time so that requests come between."""
    for operation in OPERATIONS.values():
        for name in filter(None, (operation.query, operation.guest_query, operation.payload)):
            shape_of(schema_named(name))
    for club in [club for club in list(world.records.clubs) if _size(world, club) >= MANY]:
        for query in LISTS:
            with world.lock:
                if club in world.records.clubs:
                    Catalogue.of(world.records, club).member_page(query, world.clock.now())


def _size(world: World, club: str) -> int:
    with world.lock:
        return sum(offer.club == club for offer in world.records.offers.values())
