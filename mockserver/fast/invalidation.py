"""Invalidation flags: which cached responses are stale after an effect.

A cached response refers to the flag of its readers, so that a hit checks one field. A raised flag stays raised; the next
response gets a new one. ``worlds/meaning.py`` has the table of what each effect invalidates.
"""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.records.effects import Effect
from mockserver.worlds.meaning import readers
from mockserver.worlds.world import World


class Flag:
    """Raised once the responses that refer to it are stale."""

    __slots__ = ("up",)

    def __init__(self) -> None:
        self.up = False


class Flags:
    """The flags of one world that are not raised, one per member and one for guests (None); an observer of the world."""

    __slots__ = ("_down", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self._down: dict[int | None, Flag] = {}

    def of(self, member_id: int | None) -> Flag:
        """Return the flag of responses about offers to a member (None: a guest). The caller holds the world's lock.

        Other members' uses do not raise it, unless they reduce a stock. ``uses_count``, which only staff see, is not covered.
        """
        flag = self._down.get(member_id)
        if flag is None:
            flag = self._down[member_id] = Flag()
        return flag

    def applied(self, effect: Effect) -> None:
        """Raise the flags of the readers whose responses an effect may change."""
        members = readers(effect, self.world.records.offers)
        if members is None:
            self.rebased()
        else:
            self._raise(members)

    def rebased(self) -> None:
        """Raise all flags."""
        self._raise(tuple(self._down))

    def _raise(self, members: Iterable[int | None]) -> None:
        for member_id in members:
            flag = self._down.pop(member_id, None)
            if flag is not None:
                flag.up = True
