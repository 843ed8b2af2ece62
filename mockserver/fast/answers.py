"""The response cache: the response to a read, or to a refused use, is repeated until a change that its reader can see.

A response is cached by request, with the flag of its reader (``invalidation.py``) and the next moment at which time alone
changes it, so that it is never stale. Rules, overrides and writes bypass the cache; cached responses are journalled.
The cache is bounded in bytes over all worlds; the oldest entries are removed first.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from msgspec import Struct

from mockserver.api.context import RequestContext
from mockserver.api.overrides import misspelt
from mockserver.clock import Clock, stopwatch
from mockserver.errors import REFUSALS
from mockserver.exchange import HeaderPairs, Request, Response
from mockserver.fast.invalidation import Flag, Flags
from mockserver.headers import SentHeaders
from mockserver.journal import Entry, Journal
from mockserver.journal.entry import REQUEST_ID, repeated
from mockserver.journal.tally import Tally
from mockserver.values.instants import LATEST, Instant
from mockserver.worlds.history import History
from mockserver.worlds.world import World
from mockserver.worlds.worlds import Worlds

BUDGET = 24 * 1024 * 1024
_OVERHEAD = 2_500  # bytes of a cache entry besides the body
_LONGEST_BODY = 1_024
_LAST_OF_THE_GATE = frozenset({"malformed_json", "invalid_parameters"})
_LOOKED_AT = (
    "x-mock-world", "x-client-authorization", "x-product-name", "x-user-agent", "authorization", "x-mock-revision",
    "content-type", "x-usage-token",
)  # fmt: skip
"""The headers that a response may depend on."""

Key = str | tuple[str, bytes]


class Cached(Struct):
    """A cached response, valid while its ``flag`` is down and ``since <= now < until``; ``entry`` is its journal entry."""

    world: World
    flag: Flag
    since: Instant
    until: Instant
    clock: Clock
    journal: Journal
    history: History
    status: int
    body: bytes
    headers: HeaderPairs
    entry: Entry


class AnswerCache:
    """The cache of all worlds' responses, looked up before the layers run."""

    def __init__(self, worlds: Worlds, budget: int = BUDGET) -> None:
        self._worlds = worlds
        self._budget = budget
        self._weight = 0
        self._cached: dict[Key, Cached] = {}
        self._flags: dict[str, Flags] = {}
        self._lock = threading.Lock()
        worlds.when_made(self._watch)
        worlds.when_dropped(self._forget)

    def again(self, request: Request, tally: Tally) -> Response | None:
        """Return the cached response if it is still valid; a concurrent change counts as later than this response."""
        started = stopwatch()
        key = key_of(request)
        cached = None if key is None else self._cached.get(key)
        if cached is None:
            return None
        now, position = cached.clock.now(), cached.history.position  # read before the flag, which is raised first
        if cached.flag.up or not cached.since <= now < cached.until:
            return None
        response = Response(cached.status, cached.body, cached.headers)
        response.summary = cached.entry.response.summary
        took_ns = stopwatch() - started
        cached.journal.add(repeated(cached.entry, request, response, now, took_ns, position))
        self._worlds.touch(cached.world)
        tally.add(cached.entry.operation, response, took_ns)
        return response

    def keep(self, ctx: RequestContext, entry: Entry) -> None:
        """Cache a response if it can be cached. The caller holds the world's lock."""
        key = key_of(ctx.request) if _lasts(ctx) else None
        if key is None:
            return
        world, response = ctx.world, entry.response
        moments = (world.timeline.next_change(ctx.now, ctx.club.slug), ctx.until)
        until = min((moment for moment in moments if moment is not None), default=LATEST)
        headers = _alike(tuple(pair for pair in response.headers if pair[0] != REQUEST_ID))
        with self._lock:
            self._drop(key)
            if world.dropped:
                return
            self._cached[key] = Cached(
                world, self._flags[world.name].of(ctx.member_id), ctx.now, until, world.clock, world.journal,
                world.history, response.status, response.body, headers, entry,
            )  # fmt: skip
            self._weight += len(response.body) + _OVERHEAD
            while self._weight > self._budget:
                self._drop(next(iter(self._cached)))

    def _watch(self, world: World) -> None:
        flags = self._flags[world.name] = Flags(world)
        world.observers = (*world.observers, flags)

    def _forget(self, world: World) -> None:
        with self._lock:
            for key in [key for key, cached in self._cached.items() if cached.world is world]:
                self._drop(key)
            if self._flags[world.name].world is world:
                del self._flags[world.name]

    def _drop(self, key: Key) -> None:
        cached = self._cached.pop(key, None)
        if cached is not None:
            self._weight -= len(cached.body) + _OVERHEAD


@lru_cache(maxsize=1_000)
def _alike(headers: HeaderPairs) -> HeaderPairs:
    """Return a shared object of equal headers; most responses have the same."""
    return headers


def _lasts(ctx: RequestContext) -> bool:
    """Return whether a response is valid until a change that its reader can see.

    A refusal before the reader is known may depend on records of others.
    """
    reached = ctx.operation is not None and ctx.club is not None and ctx.operation.lasting
    if not reached or ctx.effects or not ctx.world.engine.idle:
        return False
    refusal = ctx.refusal
    return refusal is None or REFUSALS[refusal].stage == "operation" or refusal in _LAST_OF_THE_GATE


def key_of(request: Request) -> Key | None:
    """Return the cache key: all of a request that its response depends on; None if the response may not be cached.

    It is one string rather than a tuple, and the body if there is one: fewer cache misses with many keys.
    """
    headers = looked_at(request.headers)
    if not headers or request.oversized or request.broken or len(request.body) > _LONGEST_BODY:
        return None
    raw_path = request.raw_path  # tells an encoded slash from a slash
    path = request.path if raw_path is None or "%" not in raw_path else raw_path
    # the origin is in links; of all these only a path may contain a line break
    text = f"{headers}{request.method} {request.scheme} {request.host}{request.prefix}\n{request.query}\n{path}"
    return (text, request.body) if request.body else text


def looked_at(headers: Any) -> str:
    """Return a digest of the ``SentHeaders`` that checks use; blank if they override time or scenarios, or are misspelt."""
    digest: str | None = headers.derived.get("looked_at")
    if digest is None:
        digest = headers.derived["looked_at"] = _digest(headers)
    return digest


def _digest(headers: SentHeaders) -> str:
    if (
        misspelt(headers)
        or "x-mock-now" in headers
        or "x-mock-scenario" in headers
        or not headers.repeated.isdisjoint(_LOOKED_AT)
    ):
        return ""
    seen = repr([headers.get(name) for name in _LOOKED_AT])
    return blake2b(seen.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
