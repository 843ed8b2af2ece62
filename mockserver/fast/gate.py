"""The gate's cache: who has been let in is let in again, until something changes that the checks of who asks look at.

These checks (``api/handle.py``, ``admit``) depend on the headers, the path's club and member, and what earlier records say of
them; uses, likes, grants and events change nothing of that, so that an app that uses offers all day is looked at once.
A refusal is never cached here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from mockserver.api.context import RequestContext
from mockserver.domain.checks import Check
from mockserver.domain.model import Client, Club, Member
from mockserver.fast.answers import looked_at
from mockserver.records.effects import Effect, TokensPut
from mockserver.values.instants import Instant
from mockserver.worlds.meaning import MEANING, Scope
from mockserver.worlds.world import World
from mockserver.worlds.worlds import Worlds

MOST = 256  # in each world: some 300 KB

_FORGETTING = {TokensPut} | {
    kind for kind, meaning in MEANING.items() if meaning.forgets in (Scope.CATALOGUE, Scope.EVERYTHING)
}
"""The effects after which the checks may come out otherwise."""


class Admission(Struct, frozen=True):
    """What the checks found for a request that they let in, good as long as ``now < until`` (None: no time changes it)."""

    club: Club
    client: Client
    member: Member | None
    checks: tuple[Check, ...]
    until: Instant | None


class Admissions:
    """Those of one world, by what its checks look at; an observer of the world, whose lock is held by whoever asks."""

    __slots__ = ("known", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: dict[Any, Admission] = {}

    def applied(self, effect: Effect) -> None:
        """Forget all after an effect on whom the gate lets in."""
        if type(effect) in _FORGETTING:
            self.known.clear()

    def rebased(self) -> None:
        """Forget all."""
        self.known.clear()

    def keep(self, key: Any, admission: Admission) -> None:
        """Keep one; where there are too many, those before it go."""
        if len(self.known) >= MOST:
            self.known.clear()
        self.known[key] = admission


class GateCache:
    """Stands before the checks of who asks."""

    def __init__(self, worlds: Worlds) -> None:
        self._of: dict[str, Admissions] = {}
        worlds.when_made(self._watch)
        worlds.when_dropped(self._forget)

    def admit(self, ctx: RequestContext, check: Callable[[RequestContext], None]) -> None:
        """Let a request in as one like it was let in before, or make the checks."""
        admissions, headers = self._of.get(ctx.world.name), looked_at(ctx.request.headers)
        if admissions is None or admissions.world is not ctx.world or ctx.overlay is not None or not headers:
            return check(ctx)
        key = (
            headers, ctx.operation.name, ctx.context, ctx.path["slug"], ctx.path.get("member_id"), ctx.scope, ctx.guest,
            bool(ctx.request.body), ctx.revision.name,
        )  # fmt: skip
        known = admissions.known.get(key)
        if known is None or (known.until is not None and ctx.now >= known.until):
            return _checked(ctx, check, admissions, key)
        ctx.club, ctx.client, ctx.member = known.club, known.client, known.member
        ctx.checks += known.checks
        if known.until is not None:
            ctx.holds_until(known.until)
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
    if len(ctx.notes) == notes:  # what a check notes is about this request
        admissions.keep(key, Admission(ctx.club, ctx.client, ctx.member, tuple(ctx.checks[checks:]), ctx.until))
