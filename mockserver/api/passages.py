"""Writes that have passed the gate: the same call passes it again, finding the same, until something changes that it looks at.

Uses, likes, grants and events are nothing that the gate looks at, so that a client which uses offers all day long is
checked once in all that does not change. The operation's own checks are made each time.
"""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.api.held import Held, Key
from mockserver.api.visit import Visit
from mockserver.domain.instants import Instant
from mockserver.world import World

BUDGET = 8 * 1024 * 1024
_WEIGHT = 1_600  # bytes that a visit takes with its checks and its key


@dataclass(frozen=True, slots=True)
class Passage:
    """A visit as it left the gate, and for how long it holds: while ``rev`` stays and ``since <= now < until``."""

    visit: Visit
    rev: int

    weight = _WEIGHT

    @property
    def world(self) -> World:
        """The world that was visited."""
        return self.visit.world

    def holds(self, world: World, now: Instant) -> bool:
        """Tell whether the gate would find the same now."""
        visit = self.visit
        return (
            visit.world is world
            and self.rev == world.gate_rev
            and visit.now <= now
            and (visit.until is None or now < visit.until)
        )


class Passages(Held[Passage]):
    """Passages of all worlds."""

    def __init__(self, budget: int = BUDGET) -> None:
        super().__init__(budget)

    def keep(self, key: Key, visit: Visit) -> None:
        """Remember a visit that has just left the gate."""
        visit.admitted = True
        self.put(key, Passage(visit.again(visit.call, visit.now), visit.world.gate_rev))
