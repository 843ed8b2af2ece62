"""A capsule's world again: as it stood before the first request, and as its changes make it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from mockserver.api.table import OPERATIONS
from mockserver.capsules.model import BadCapsuleError, Capsule, Change
from mockserver.clock import ClockState, system_now
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.worlds.base import Base, UnreadableError, base_of, world_of
from mockserver.worlds.world import World

Put = Callable[[World], None]


class Standing:
    """A capsule's world after some of its changes. ``put`` is told of each new world that a base makes.

    ``saw`` counts the capsule's changes that it has followed, ``seen`` has those that it was made to take.
    Raise BadCapsuleError where the changes do not fit.
    """

    def __init__(self, capsule: Capsule, settings: Settings, put: Put = lambda _: None) -> None:
        self._capsule, self._settings, self._put = capsule, settings, put
        self._known = Library((), OPERATIONS)
        self.saw = 0
        self.seen: list[Change] = []
        self.world = self._made(capsule.base)

    def _made(self, base: Base) -> World:
        try:
            world = world_of(base, self._settings, self._known)
        except UnreadableError as problem:
            raise BadCapsuleError(f"it has {problem}") from None
        self._put(world)
        return world

    def follow(self, until: int) -> None:
        """Let the world change as it did, until it has seen so many changes."""
        for change in self._capsule.changes[self.saw : until]:
            self._take(change)
            self.seen.append(change)
        self.saw = max(self.saw, until)

    def instead(self, until: int, made: list[Change]) -> None:
        """Note that the world has made changes of its own in place of the capsule's until there."""
        self.saw = max(self.saw, until)
        self.seen += made

    def _take(self, change: Change) -> None:
        """Let the world change once."""
        if isinstance(change, Base):
            self.world = self._made(change)
            return
        try:
            with self.world.lock:
                self.world.apply(change)
        except Exception as problem:
            what = f"{type(change).__name__} does not fit its world ({type(problem).__name__}: {problem})"
            raise BadCapsuleError(f"a change cannot be made: {what}") from None


def world_before(capsule: Capsule, number: int, settings: Settings, name: str) -> World:
    """Return the world just before the ``number``-th request, under another name; a reset takes it back there.

    A clock that ran goes on from the instant of that request. Raise BadCapsuleError.
    """
    request = capsule.requests[number - 1]
    standing = Standing(capsule, settings)
    standing.follow(request.saw)
    found = standing.world
    twin = world_of(replace(base_of(found), name=name), settings, Library((), OPERATIONS))
    setting = found.clock.setting()
    if setting.mode != "frozen":
        now = system_now()
        twin.clock.take(ClockState("running", setting.rate, request.at, now, (request.at, now)))
    twin.copied = True
    twin.begin_here()
    return twin
