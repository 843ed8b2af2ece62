"""All worlds by name, made on demand; where there are too many, the one idle longest makes room."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

from mockserver.clock import Clock, stopwatch
from mockserver.documents.problems import DocumentError
from mockserver.records.tables import Records
from mockserver.scenarios.arrange import set_active
from mockserver.scenarios.library import Library, UnknownScenarioError
from mockserver.settings import Settings
from mockserver.values.durations import parse_duration
from mockserver.values.instants import Instant, iso, parse_iso
from mockserver.worlds.keeping import EvictionLog, to_go
from mockserver.worlds.world import Snapshot, World

DEFAULT = "default"
NAME = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,64}")  # neither . nor .., which clients and proxies resolve in a path
RecordsAt = Callable[[Instant], Records]
"""Makes the records of a new world; relative dates count from the given instant."""


class WorldExists(Exception):
    """A world of that name exists already."""


class Worlds:
    """All worlds by name. A world is made from the fixtures when its name is first used.

    There are never more than ``settings.max_worlds`` (at least two): the one idle longest makes room, ``default`` never, and none
    that is watched, was asked within 5 minutes, or is arranged and kept (``keeping.py``).
    ``records_at`` and ``library`` make the worlds that come; ``problems`` say why the files are not taken up as they are now.
    ``ticks`` reads nanoseconds of real time. ``failing`` says why a store refuses what happens here, ``ending`` that
    worlds were handed over to other servers.
    """

    failing: str | None = None
    ending: bool = False

    def __init__(
        self,
        records_at: RecordsAt,
        settings: Settings,
        library: Library | None = None,
        ticks: Callable[[], int] = stopwatch,
    ) -> None:
        self.records_at = records_at
        self.library = library
        self.problems: tuple[str, ...] = ()
        self.register = EvictionLog()
        self._settings = settings
        self._ticks = ticks
        self._lock = threading.RLock()
        self._worlds: dict[str, World] = {}
        self._awaited: dict[str, tuple[Callable[[], None], ...]] = {}
        self._evicted: list[Callable[[str], None]] = []
        self._told: list[Callable[[World], None]] = []
        self._greeted: list[Callable[[World], None]] = []
        self.get(DEFAULT)

    def get(self, name: str, by: str = "the server") -> World:
        """Return a world, made now if need be (``by`` whom). Raise ValueError on an impossible name, NoRoomError."""
        world = self.ask(name)
        if world is None:
            with self._lock:
                world = self._worlds.get(name) or self._add(self._make(checked_name(name)), by)
        return world

    def ask(self, name: str) -> World | None:
        """Return a world that is there, which counts as used now, or None."""
        world = self._worlds.get(name)
        if world is not None:
            self.touch(world)
        return world

    def touch(self, world: World) -> None:
        """Say that a world was asked just now."""
        world.asked = self._ticks()

    def find(self, name: str) -> World | None:
        """Return an existing world, or None; the lookup does not count as a use."""
        return self._worlds.get(name)

    def all(self) -> list[World]:
        """Return all worlds, the default first, then by name."""
        worlds = list(self._worlds.values())
        return sorted(worlds, key=lambda world: (world.name != DEFAULT, world.name))

    def stored(self) -> Sequence[Any]:
        """Return the worlds that a store keeps and that are not in memory here (``stores.store.StoredRow``)."""
        return ()

    def create(
        self, name: str, source: str | None = None, by: str = "the server", snapshot: Snapshot | None = None
    ) -> World:
        """Make a world from the fixtures, or as a copy of another, which may stand as a ``snapshot`` of that does.

        Raise ValueError on an impossible name, WorldExists on one that is taken, KeyError when ``source`` does not exist,
        NoRoomError.
        """
        checked_name(name)
        with self._lock:
            if name in self._worlds:
                raise WorldExists(name)
            if source is None:
                return self.get(name, by)
            return self._add(self._worlds[source].copy(name, self._settings, snapshot), by)

    def reset(self, world: World, *, keep_dates: bool = False) -> None:
        """Put a world as at its start, made anew from the files, so that relative dates count from now.

        A copy goes back to the moment at which it was copied, and with ``keep_dates`` each to its last start: dates as then.
        """
        world.reset(None if keep_dates or world.copied else self._make(world.name))

    def place(self, world: World) -> None:
        """Put a world under its name, in the place of the one that was there."""
        with self._lock:
            before = self._worlds.pop(world.name, None)
            if before is not None:
                self._retire(before)
            self._add(world, "the server")

    def wake_when_made(self, name: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called when a world of this name is made; return the way to end that."""
        with self._lock:
            self._awaited[name] = (*self._awaited.get(name, ()), wake)
            if name in self._worlds:
                wake()

        def unsubscribe() -> None:
            with self._lock:
                others = tuple(other for other in self._awaited.pop(name) if other is not wake)
                if others:
                    self._awaited[name] = others

        return unsubscribe

    def unmake(self, world: World) -> None:
        """Forget a world that was made for a call which was then refused, if nothing has happened in it since."""
        with self._lock:
            if self._worlds.get(world.name) is world and not world.journal.total and not world.arranged_by:
                del self._worlds[world.name]
                self._retire(world)

    def drop(self, name: str) -> bool:
        """Drop a world; return whether it existed. Raise ValueError for ``default``."""
        if name == DEFAULT:
            raise ValueError("the world default cannot be dropped; reset it instead")
        with self._lock:
            world = self._worlds.pop(name, None)
            if world is not None:
                self._retire(world)
            return world is not None

    def renew(self, records_at: RecordsAt, library: Library) -> list[World]:
        """Make new worlds from other fixtures and scenarios from now on; return the existing worlds.

        Raise UnknownScenarioError or DocumentError, and keep the old files, if no world can be made from them: a scenario
        that is active from the start is missing, or names missing records.
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
        """Have ``tell`` called with each dropped world."""
        self._told.append(tell)

    def when_evicted(self, tell: Callable[[str], None]) -> None:
        """Have ``tell`` called with a line for people about each world that makes room."""
        self._evicted.append(tell)

    def when_made(self, tell: Callable[[World], None]) -> None:
        """Have ``tell`` called with each existing and each new world, before the world's first use."""
        with self._lock:
            self._greeted.append(tell)
            for world in self._worlds.values():
                tell(world)

    def _make(self, name: str) -> World:
        clock = Clock()
        if name == DEFAULT:
            start_clock(clock, self._settings)
        now = clock.now()  # read once: relative dates of the fixtures count from made_at
        world = World(name, self.records_at(now), clock, self._settings, self.library, now)
        if self._settings.scenario:
            set_active(world, [world.library.get(each) for each in self._settings.scenario], now)
            world.begin_here()
        return world

    def _add(self, world: World, by: str) -> World:
        others = [other for other in self._worlds.values() if other.name != DEFAULT]
        if others and len(self._worlds) >= self._settings.max_worlds:
            self._make_room(others, world.name)
        world.problems, world.made_by, world.asked = self.problems, by, self._ticks()
        gone = self.register.comes_back(world.name)
        if gone is not None:
            world.hint = f"a new world: the old {gone.name} was dropped at {iso(gone.at)}, {gone.why}"
        for tell in self._greeted:
            tell(world)
        self._worlds[world.name] = world
        for wake in self._awaited.get(world.name, ()):
            wake()
        return world

    def _make_room(self, others: list[World], newcomer: str) -> None:
        now = self._ticks()
        idle = to_go(others, now, parse_duration(self._settings.keep_worlds), self._settings.max_worlds)
        del self._worlds[idle.name]
        told = self.register.evict(idle, newcomer, now)
        self._retire(idle)
        for tell in self._evicted:
            tell(f"the world {told.name} was dropped: {told.why} (--max-worlds {self._settings.max_worlds})")

    def _retire(self, world: World) -> None:
        world.dropped = True
        for tell in self._told:
            tell(world)
        world.barriers.free("world dropped")
        world.wake()  # subscribers notice that it was dropped

    def __len__(self) -> int:
        return len(self._worlds)


def start_clock(clock: Clock, settings: Settings) -> None:
    """Set the default world's clock from ``--clock`` and ``--freeze``. Raise ValueError on an invalid time."""
    if settings.clock is not None or settings.freeze:
        clock.set(None if settings.clock is None else parse_iso(settings.clock), frozen=settings.freeze)


def checked_name(name: str) -> str:
    """Return a world's name. Raise ValueError on an invalid name."""
    if not NAME.fullmatch(name):
        but = ", but neither . nor .." if name in (".", "..") else ""
        raise ValueError(f"a world's name is 1 to 64 of A-Z a-z 0-9 . _ -{but}, not {name!r}")
    return name
