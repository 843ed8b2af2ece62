"""Answers that are kept: a read, or a refused use, is valid until something changes, so it is computed once.

An answer is kept with the stamp of all that shows in it and with the next moment at which time alone changes it, so
that it is never a millisecond stale. Rules, overrides and writes never meet a kept answer; the journal does.
"""

from __future__ import annotations

from functools import lru_cache

from mockserver.api.context import RequestContext
from mockserver.api.held import Held, Holding, Key
from mockserver.clock import Clock
from mockserver.domain.instants import LATEST
from mockserver.errors import Refusal
from mockserver.exchange import HeaderPairs, Response
from mockserver.journal import Entry, Journal
from mockserver.journal.entry import in_world

BUDGET = 24 * 1024 * 1024
_OVERHEAD = 2_500  # bytes that keeping an answer takes besides its body
_LAST_OF_THE_GATE = frozenset({"malformed_json", "invalid_parameters"})


class Kept(Holding):
    """An answer. ``entry`` is what the journal says of it.

    What is sent and counted again stands here, and its world's clock and journal, too: with many worlds every further object on
    the way is one that is not near the processor.
    """

    clock: Clock
    journal: Journal
    status: int
    body: bytes
    headers: HeaderPairs
    world_name: str
    operation: str
    heavy: bool
    entry: Entry

    @property
    def weight(self) -> int:
        """What keeping it takes, in bytes."""
        return len(self.body) + _OVERHEAD


class KeptAnswers(Held[Kept]):
    """Kept answers of all worlds."""

    def __init__(self, budget: int = BUDGET) -> None:
        super().__init__(budget)

    def keep(self, key: Key, ctx: RequestContext, response: Response, refusal: str | None = None) -> None:
        """Keep what a visit that changed nothing was answered."""
        world = ctx.world
        moments = (world.timeline.next_change(ctx.now, ctx.slug), ctx.until)
        until = min((moment for moment in moments if moment is not None), default=LATEST)
        entry = Entry(
            0, ctx.now, ctx.request, Response(response.status, response.body, (*response.headers, in_world(world.name))),
            ctx.operation.name, refusal, ctx.slug, ctx.member.id if ctx.member else None, ctx.offer_id,
            ctx.revision.name, notes=ctx.notes, checks=ctx.checks,
        )  # fmt: skip
        kept = Kept(
            world, world.stamps.view(ctx.member_id), ctx.now, until, world.clock, world.journal, response.status,
            response.body, _alike(response.headers), world.name, ctx.operation.name, entry.heavy, entry,
        )  # fmt: skip
        self.put(key, kept)


@lru_cache(maxsize=1_000)
def _alike(headers: HeaderPairs) -> HeaderPairs:
    """Return the same headers; most answers have the same, and share one object."""
    return headers


def lasts(refusal: Refusal) -> bool:
    """Return whether a refusal came after the viewer was known; what is refused before may hang on records of others."""
    return refusal.stage == "operation" or refusal.id in _LAST_OF_THE_GATE
