"""Writes that have passed the gate: the same call passes it again, finding the same, until something changes that it looks at.

Uses, likes, grants and events are nothing that the gate looks at, so that a client which uses offers all day long is
checked once in all that does not change. The operation's own checks are made each time.
"""

from __future__ import annotations

from mockserver.api.context import RequestContext
from mockserver.api.held import Held, Holding, Key
from mockserver.domain.instants import LATEST

BUDGET = 8 * 1024 * 1024
_WEIGHT = 1_600  # bytes that a visit takes with its checks and its key


class Passage(Holding):
    """A visit as it left the gate."""

    ctx: RequestContext

    @property
    def weight(self) -> int:
        """What keeping it takes, in bytes."""
        return _WEIGHT


class Passages(Held[Passage]):
    """Passages of all worlds."""

    def __init__(self, budget: int = BUDGET) -> None:
        super().__init__(budget)

    def keep(self, key: Key, ctx: RequestContext) -> None:
        """Remember a visit that has just left the gate."""
        ctx.admitted = True
        until = LATEST if ctx.until is None else ctx.until
        self.put(key, Passage(ctx.world, ctx.world.stamps.gate, ctx.now, until, ctx.again(ctx.request, ctx.now)))
