"""What was found out for a call, and holds for the same call until something changes: over all worlds, within a budget."""

from __future__ import annotations

import threading
from hashlib import blake2b
from typing import Generic, TypeVar

from msgspec import Struct

from mockserver.domain.instants import Instant
from mockserver.exchange import Request
from mockserver.headers import SentHeaders
from mockserver.worlds.stamps import Stamp
from mockserver.worlds.world import World

_LONGEST_BODY = 1_024
Key = str | tuple[str, bytes]
_LOOKED_AT = (
    "x-mock-world", "x-client-authorization", "x-product-name", "x-user-agent", "authorization", "x-mock-revision",
    "content-type", "x-usage-token",
)  # fmt: skip
"""The headers that an answer may hang on."""


class Holding(Struct):
    """Something found out of a world, and for how long it holds: while ``stamp`` is good and ``since <= now < until``."""

    world: World
    stamp: Stamp
    since: Instant
    until: Instant

    def holds(self, now: Instant) -> bool:
        """Return whether the same would be found out now."""
        return self.stamp.good and self.since <= now < self.until

    @property
    def weight(self) -> int:
        """What keeping it takes, in bytes."""
        raise NotImplementedError


AnyHolding = TypeVar("AnyHolding", bound=Holding)


class Held(Generic[AnyHolding]):
    """What is held by the key of its call, up to ``budget`` bytes; the oldest goes first. Nothing is held of a dropped world."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._weight = 0
        self._held: dict[Key | None, AnyHolding] = {}
        self._lock = threading.Lock()

    def get(self, key: Key | None) -> AnyHolding | None:
        """Return what is held for a call, whether it still holds or not."""
        return self._held.get(key)

    def put(self, key: Key, holding: AnyHolding) -> None:
        """Hold something in place of what was there."""
        with self._lock:
            self._drop(key)
            if holding.world.dropped:
                return
            self._held[key] = holding
            self._weight += holding.weight
            while self._weight > self._budget:
                self._drop(next(iter(self._held)))

    def forget(self, world: World) -> None:
        """Let go of a world that was dropped."""
        with self._lock:
            for key in [key for key, holding in self._held.items() if holding.world is world]:
                self._drop(key)

    def _drop(self, key: Key | None) -> None:
        holding = self._held.pop(key, None)
        if holding is not None:
            self._weight -= holding.weight


def key_of(request: Request, headers: SentHeaders) -> Key | None:
    """Return what a call's answer depends on besides its world's state and time; None where nothing is to be held for it.

    It is one text, and the body if there is one: of many keys, each is met in as few places of memory as can be.
    """
    looked_at = headers.derived.get("looked_at")
    if looked_at is None:
        looked_at = headers.derived["looked_at"] = _looked_at(headers)
    if not looked_at or request.oversized or len(request.body) > _LONGEST_BODY:
        return None
    # of these only a path may have a line's end in it
    text = f"{looked_at}{request.method} {request.scheme} {request.host}\n{request.query}\n{request.path}"
    return (text, request.body) if request.body else text


def _looked_at(headers: SentHeaders) -> str:
    """Return a digest of the headers that checks look at; blank where they override time or scenarios for one request."""
    if "x-mock-now" in headers or "x-mock-scenario" in headers:
        return ""
    seen = repr([headers.get(name) for name in _LOOKED_AT])
    return blake2b(seen.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
