"""Invalidation flags: which answers no longer hold after an effect.

A cached answer keeps the flag of those who read it, so that a hit looks at one place. Raising a flag is for ever; the next
answer takes a new one. The table of what each effect makes a cache forget is ``worlds/meaning.py``.
"""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.records.effects import Effect
from mockserver.worlds.meaning import readers
from mockserver.worlds.world import World


class Flag:
    """Up once something has changed that its answers show."""

    __slots__ = ("up",)

    def __init__(self) -> None:
        self.up = False


class Flags:
    """The flags of one world that are down, one for each member and one for guests (None); an observer of the world."""

    __slots__ = ("_down", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self._down: dict[int | None, Flag] = {}

    def of(self, member_id: int | None) -> Flag:
        """Return the flag of what a member (None: a guest) reads about offers. Hold the world's lock.

        Other members' uses do not count unless they draw on a stock. ``uses_count``, which staff see, is not covered.
        """
        flag = self._down.get(member_id)
        if flag is None:
            flag = self._down[member_id] = Flag()
        return flag

    def applied(self, effect: Effect) -> None:
        """Raise the flags of those who may read something else after an effect."""
        members = readers(effect, self.world.records.offers)
        if members is None:
            self.rebased()
        else:
            self._raise(members)

    def rebased(self) -> None:
        """Raise all."""
        self._raise(tuple(self._down))

    def _raise(self, members: Iterable[int | None]) -> None:
        for member_id in members:
            flag = self._down.pop(member_id, None)
            if flag is not None:
                flag.up = True
