"""Which world goes where there are too many, and what became of worlds that went or were not made."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from msgspec import Struct

from mockserver.clock import system_now
from mockserver.limits import WORLDS_TOLD
from mockserver.values.instants import MINUTE, Instant
from mockserver.worlds.world import World

SPARED = 5 * MINUTE
"""Milliseconds for which a world stays after it was last asked, whoever it belongs to."""
_NS = 1_000_000


class NoRoomError(Exception):
    """No further world can be made: none of those that are there may go. ``retry_after`` is in seconds, 1 or more."""

    def __init__(self, most: int, rest: int) -> None:
        self.retry_after = max(1, -(-rest // 1_000))
        super().__init__(
            f"there are {most} worlds, and each is in use: asked in the last 5 minutes, or arranged and kept"
            " (--max-worlds, --keep-worlds); drop one that is not needed, or try again later"
        )


class Evicted(Struct, frozen=True):
    """A world that made room for another; ``at`` is the machine's time."""

    name: str
    at: Instant
    why: str


class NotMade(Struct, frozen=True):
    """A request that named a world which is not there, and made none; ``at`` is the machine's time."""

    world: str
    at: Instant
    method: str
    path: str
    why: str


def rest_of(world: World, now_ns: int, keep: int) -> int:
    """Return for how many milliseconds a world may not go: 0 or less where it may; ``keep`` is for arranged ones."""
    if world.watched:
        return SPARED
    kept = max(keep, SPARED) if world.arranged_by else SPARED
    return kept - (now_ns - world.asked) // _NS


def to_go(worlds: Iterable[World], now_ns: int, keep: int, most: int) -> World:
    """Return the world that makes room: of those that may go, the idle longest. Raise NoRoomError."""
    rests = [(rest_of(world, now_ns, keep), world) for world in worlds]
    free = [world for rest, world in rests if rest <= 0]
    if not free:
        raise NoRoomError(most, min(rest for rest, _ in rests))
    return min(free, key=lambda world: world.asked)


class EvictionLog:
    """What is told of worlds that made room (``evicted``) and of requests that made none (``not_made``), newest last."""

    def __init__(self) -> None:
        self.evicted: deque[Evicted] = deque(maxlen=WORLDS_TOLD)
        self.not_made: deque[NotMade] = deque(maxlen=WORLDS_TOLD)
        self._gone: dict[str, Evicted] = {}

    def evict(self, world: World, newcomer: str, now_ns: int) -> Evicted:
        """Write down that a world makes room for another."""
        idle = (now_ns - world.asked) // (60_000 * _NS)
        told = Evicted(world.name, system_now(), f"idle for {idle} minutes, made room for {newcomer}")
        self.evicted.append(told)
        self._gone[world.name] = told
        if len(self._gone) > 20 * WORLDS_TOLD:
            del self._gone[next(iter(self._gone))]
        return told

    def refuse(self, world: str, method: str, path: str, why: str) -> None:
        """Write down that a request made no world."""
        self.not_made.append(NotMade(world, system_now(), method, path[:200], why))

    def comes_back(self, name: str) -> Evicted | None:
        """Return why a world of this name went, once."""
        return self._gone.pop(name, None)
