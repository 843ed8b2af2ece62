"""The requests of a device so far, which show whether an app on it reaches the mock."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from mockserver.worlds.world import World


class DeviceRequests(Struct, frozen=True):
    """The number of requests of an address in the page's world, and the other worlds with some."""

    here: int
    elsewhere: tuple[str, ...]


def reached(address: str | None, name: str, worlds: Iterable[World]) -> DeviceRequests:
    """Count the API requests in the journals from one address (a device, or all devices behind a router)."""
    counts = {each.name: _asked(address, each) for each in worlds}
    return DeviceRequests(counts.pop(name, 0), tuple(other for other, count in counts.items() if count))


def _asked(address: str | None, world: World) -> int:
    peers = (entry.request.peer for entry in world.journal.newest_first())
    return sum(1 for peer in peers if peer is not None and peer[0] == address)
