"""The gate's cache: a request that passed the checks of its client passes again, until a change that these checks depend on.

These checks (``api/handle.py``, ``admit``) depend on the headers, the path's club, and their records; what members do does not
change them, so that an app is checked once. Refusals are not cached here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from mockserver.api.context import RequestContext
from mockserver.domain.checks import Check
from mockserver.domain.model import Client, Club
from mockserver.fast.answers import looked_at
from mockserver.records.effects import Effect
from mockserver.worlds.meaning import MEANING, CacheScope
from mockserver.worlds.world import World
from mockserver.worlds.worlds import Worlds

MOST = 256  # in each world: some 300 KB

_FORGETTING = {
    kind for kind, meaning in MEANING.items() if meaning.forgets in (CacheScope.CATALOGUE, CacheScope.EVERYTHING)
}
"""The effects after which the checks may come out otherwise."""


class Admission(Struct, frozen=True):
    """The results of the checks of an admitted request; they do not depend on the time."""

    club: Club
    client: Client
    checks: tuple[Check, ...]


class Admissions:
    """The admissions of one world by cache key; an observer of the world. The caller holds its lock."""

    __slots__ = ("known", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: dict[Any, Admission] = {}

    def applied(self, effect: Effect) -> None:
        """Invalidate all after an effect that the checks depend on."""
        if type(effect) in _FORGETTING:
            self.known.clear()

    def rebased(self) -> None:
        """Invalidate all."""
        self.known.clear()

    def keep(self, key: Any, admission: Admission) -> None:
        """Cache one; a full cache is cleared first."""
        if len(self.known) >= MOST:
            self.known.clear()
        self.known[key] = admission


class GateCache:
    """Runs the checks of a request's client, or repeats a cached admission."""

    def __init__(self, worlds: Worlds) -> None:
        self._of: dict[str, Admissions] = {}
        worlds.when_made(self._watch)
        worlds.when_dropped(self._forget)

    def admit(self, ctx: RequestContext, check: Callable[[RequestContext], None]) -> None:
        """Admit a request by the cache, or run the checks. Raise what they raise."""
        admissions, headers = self._of.get(ctx.world.name), looked_at(ctx.request.headers)
        if admissions is None or admissions.world is not ctx.world or ctx.overlay is not None or not headers:
            return check(ctx)
        key = (
            headers, ctx.operation.name, ctx.context, ctx.path["slug"], ctx.scope, bool(ctx.request.body),
            ctx.revision.name,
        )  # fmt: skip
        known = admissions.known.get(key)
        if known is None:
            return _checked(ctx, check, admissions, key)
        ctx.club, ctx.client = known.club, known.client
        ctx.checks += known.checks
        return None

    def _watch(self, world: World) -> None:
        admissions = self._of[world.name] = Admissions(world)
        world.observers = (*world.observers, admissions)

    def _forget(self, world: World) -> None:
        if self._of[world.name].world is world:
            del self._of[world.name]


def _checked(ctx: RequestContext, check: Callable[[RequestContext], None], admissions: Admissions, key: Any) -> None:
    notes, checks = len(ctx.notes), len(ctx.checks)
    check(ctx)
    if len(ctx.notes) == notes:  # notes of a check are about this request alone
        admissions.keep(key, Admission(ctx.club, ctx.client, tuple(ctx.checks[checks:])))
