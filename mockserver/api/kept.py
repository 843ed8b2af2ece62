"""Answers that are kept: a read, or a refused use, is valid until something changes, so it is computed once.

An answer is kept with the revision of all that shows in it and with the next moment at which time alone changes it, so
that it is never a millisecond stale. Rules, overrides and writes never meet a kept answer; the journal does.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from mockserver.api.visit import Visit
from mockserver.domain.instants import Instant
from mockserver.errors import Refusal
from mockserver.exchange import Answer, Call
from mockserver.headers import SentHeaders
from mockserver.journal import Entry
from mockserver.world import World

BUDGET = 24 * 1024 * 1024  # bytes of bodies, over all worlds
_LONGEST_BODY = 1_024
_OVERHEAD = 1_500  # bytes that keeping an answer takes besides its body
Key = tuple[Any, ...]
_LAST_OF_THE_GATE = frozenset({"malformed_json", "invalid_parameters"})
_LOOKED_AT = (
    "x-client-authorization", "x-product-name", "x-user-agent", "authorization", "x-mock-revision", "content-type",
    "x-usage-token",
)  # fmt: skip
"""The headers that an answer may hang on; the world that is asked for is known by then."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer in what the journal says of it, and for how long it holds: while ``rev`` stays and ``since <= now < until``."""

    world: World
    member_id: int | None
    rev: int
    since: Instant
    until: Instant | None
    entry: Entry

    def holds(self, world: World, now: Instant) -> bool:
        """Tell whether the answer would come out the same if it were computed now."""
        return (
            self.world is world
            and self.since <= now
            and (self.until is None or now < self.until)
            and self.rev == world.rev_for(self.member_id)
        )


class KeptAnswers:
    """Kept answers of all worlds, up to ``budget`` bytes; the oldest go first."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._held = 0
        self._kept: dict[Key, Kept] = {}
        self._lock = threading.Lock()

    def find(self, key: Key, world: World, now: Instant) -> Kept | None:
        """Answer what is kept for a call, if it still holds."""
        kept = self._kept.get(key)
        return kept if kept is not None and kept.holds(world, now) else None

    def keep(self, key: Key, visit: Visit, answer: Answer, refusal: str | None = None) -> None:
        """Keep what a visit that changed nothing was answered; ``answer`` has the headers that all such answers have."""
        world = visit.world
        moments = (world.timeline.next_change(visit.now, visit.slug), visit.until)
        until = min((moment for moment in moments if moment is not None), default=None)
        entry = Entry(
            0, visit.now, visit.call, answer, visit.operation.name, refusal, visit.slug,
            visit.member.id if visit.member else None, visit.offer_id, visit.revision.name,
            notes=visit.notes, checks=visit.checks,
        )  # fmt: skip
        kept = Kept(world, visit.member_id, world.rev_for(visit.member_id), visit.now, until, entry)
        with self._lock:
            self._drop(key)
            self._kept[key] = kept
            self._held += len(answer.body) + _OVERHEAD
            while self._held > self._budget:
                self._drop(next(iter(self._kept)))

    def forget(self, world: World) -> None:
        """Let go of a world that is dropped."""
        with self._lock:
            for key in [key for key, kept in self._kept.items() if kept.world is world]:
                self._drop(key)

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._held -= len(kept.entry.answer.body) + _OVERHEAD


def lasts(refusal: Refusal) -> bool:
    """Tell whether a refusal came after the viewer was known; what is refused before may hang on records of others."""
    return refusal.stage == "operation" or refusal.id in _LAST_OF_THE_GATE


def key_of(call: Call, headers: SentHeaders, world: World) -> Key | None:
    """Answer what a call's answer depends on besides its world's state and time; None where it is not to be kept."""
    looked_at = headers.derived.get("kept")
    if looked_at is None:
        looked_at = headers.derived["kept"] = _looked_at(headers)
    if not looked_at or call.oversized or len(call.body) > _LONGEST_BODY:
        return None
    return world.name, call.method, call.path, call.query, call.host, call.scheme, looked_at, call.body


def _looked_at(headers: SentHeaders) -> str:
    """Answer the headers that checks look at, as one text; blank where they override time or scenarios for one request."""
    if "x-mock-now" in headers or "x-mock-scenario" in headers:
        return ""
    return repr([headers.get(name) for name in _LOOKED_AT])
