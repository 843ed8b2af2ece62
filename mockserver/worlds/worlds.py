"""All worlds by name, made on demand and dropped when idle."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

from mockserver.clock import Clock
from mockserver.documents.problems import DocumentError
from mockserver.records.tables import Records
from mockserver.scenarios.arrange import set_active
from mockserver.scenarios.library import Library, UnknownScenarioError
from mockserver.settings import Settings
from mockserver.values.instants import Instant, parse_iso
from mockserver.worlds.world import World

DEFAULT = "default"
NAME = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,64}")  # neither . nor .., which clients and proxies resolve in a path
_MANY = 2_000  # requests, after which it is looked up which worlds they were for
RecordsAt = Callable[[Instant], Records]
"""Makes the records of a new world; relative dates count from the given instant."""


class WorldExists(Exception):
    """A world is to be made under a name that is taken."""


class Worlds:
    """All worlds by name. One that is named for the first time is made from the fixtures.

    There are never more than ``settings.max_worlds`` (at least two): the one idle longest goes first, ``default`` never.
    ``records_at`` and ``library`` make the worlds that come; ``problems`` say why the files are not taken up as they are now.
    """

    def __init__(self, records_at: RecordsAt, settings: Settings, library: Library | None = None) -> None:
        self.records_at = records_at
        self.library = library
        self.problems: tuple[str, ...] = ()
        self._settings = settings
        self._lock = threading.RLock()
        self._asked: list[str] = []  # names of worlds, as they were asked for
        self._worlds: dict[str, World] = {}
        self._told: list[Callable[[World], None]] = []
        self._greeted: list[Callable[[World], None]] = []
        self.get(DEFAULT)

    def get(self, name: str) -> World:
        """Return a world, made now if need be. Raise ValueError on an impossible name."""
        world = self._worlds.get(name)
        if world is None:
            with self._lock:
                world = self._worlds.get(name) or self._add(self._make(checked_name(name)))
        self.touch(name)
        return world

    def touch(self, name: str) -> None:
        """Say that a world was asked for just now."""
        self._asked.append(name)
        if len(self._asked) > len(self._worlds) + _MANY:
            self._shorten()

    def find(self, name: str) -> World | None:
        """Return a world that is there, or None; it does not count as used."""
        return self._worlds.get(name)

    def all(self) -> list[World]:
        """Return all worlds, the default first, then by name."""
        worlds = list(self._worlds.values())
        return sorted(worlds, key=lambda world: (world.name != DEFAULT, world.name))

    def create(self, name: str, source: str | None = None) -> World:
        """Make a world from the fixtures, or as a copy of another.

        Raise ValueError on an impossible name, WorldExists on one that is taken, KeyError when ``source`` does not exist.
        """
        checked_name(name)
        with self._lock:
            if name in self._worlds:
                raise WorldExists(name)
            if source is None:
                return self.get(name)
            world = self._add(self._worlds[source].copy(name, self._settings))
            self.touch(name)
            return world

    def drop(self, name: str) -> bool:
        """Forget a world; answer whether it was there. Raise ValueError for ``default``."""
        if name == DEFAULT:
            raise ValueError("the world default cannot be dropped; reset it instead")
        with self._lock:
            world = self._worlds.pop(name, None)
            if world is not None:
                self._retire(world)
            return world is not None

    def renew(self, records_at: RecordsAt, library: Library) -> list[World]:
        """Make the worlds that come from other files; answer those that are there already.

        Raise UnknownScenarioError or DocumentError, and keep to the old files, where none can be made: a scenario that is
        active from the start is gone, or names what is.
        """
        with self._lock:
            old = self.records_at, self.library
            self.records_at, self.library = records_at, library
            try:
                self._make(DEFAULT)
            except (UnknownScenarioError, DocumentError):
                self.records_at, self.library = old
                raise
            self.problems = ()
            return self.all()

    def when_dropped(self, tell: Callable[[World], None]) -> None:
        """Have ``tell`` called with each world that goes."""
        self._told.append(tell)

    def when_made(self, tell: Callable[[World], None]) -> None:
        """Have ``tell`` called with each world that is there or will be made, before it is asked for anything."""
        with self._lock:
            self._greeted.append(tell)
            for world in self._worlds.values():
                tell(world)

    def _make(self, name: str) -> World:
        clock = Clock()
        if name == DEFAULT:
            start_clock(clock, self._settings)
        now = clock.now()  # read once: the fixtures' relative dates count from the moment that made_at remembers
        world = World(name, self.records_at(now), clock, self._settings, self.library, now)
        if self._settings.scenario:
            set_active(world, [world.library.get(each) for each in self._settings.scenario])
            world.begin_here()
        return world

    def _add(self, world: World) -> World:
        others = [other for other in self._worlds.values() if other.name != DEFAULT]
        if others and len(self._worlds) >= self._settings.max_worlds:
            last = {name: place for place, name in enumerate(self._asked)}
            idle = min(others, key=lambda other: last.get(other.name, len(self._asked)))
            del self._worlds[idle.name]
            self._retire(idle)
        world.problems = self.problems
        for tell in self._greeted:
            tell(world)
        self._worlds[world.name] = world
        return world

    def _shorten(self) -> None:
        """Leave the last place of each world that is there, in the same order. Others may add meanwhile.

        Where worlds are just made or dropped, that is left to a later request: who asks may hold a world's lock.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            count = len(self._asked)
            lately = [name for name in dict.fromkeys(reversed(self._asked[:count])) if name in self._worlds]
            self._asked[:count] = reversed(lately)
        finally:
            self._lock.release()

    def _retire(self, world: World) -> None:
        world.dropped = True
        for tell in self._told:
            tell(world)
        world.barriers.free("world dropped")
        world.wake()  # those who watch it look once more

    def __len__(self) -> int:
        return len(self._worlds)


def start_clock(clock: Clock, settings: Settings) -> None:
    """Set the default world's clock as ``--clock`` and ``--freeze`` say. Raise ValueError on an impossible time."""
    if settings.clock is not None or settings.freeze:
        clock.set(None if settings.clock is None else parse_iso(settings.clock), frozen=settings.freeze)


def checked_name(name: str) -> str:
    """Return a world's name. Raise ValueError on an impossible one."""
    if not NAME.fullmatch(name):
        but = ", but neither . nor .." if name in (".", "..") else ""
        raise ValueError(f"a world's name is 1 to 64 of A-Z a-z 0-9 . _ -{but}, not {name!r}")
    return name
