"""All worlds of a server with a store: those that are asked are in memory, and the others come back when they are."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mockserver.clock import stopwatch, system_now
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.sources.reload import SourceData, catch_up
from mockserver.stores.keeper import WorldKeeper
from mockserver.stores.records import world_from
from mockserver.stores.store import OwnedError, StoredRow, StoreError, WorldStore
from mockserver.stores.writer import StoreWriter
from mockserver.values.durations import parse_duration
from mockserver.worlds.base import UnreadableError
from mockserver.worlds.keeping import NoRoomError
from mockserver.worlds.world import Snapshot, World
from mockserver.worlds.worlds import DEFAULT, RecordsAt, WorldExists, Worlds, checked_name

END_EVERY = 3_600.0  # seconds between two looks for worlds that nobody asks


class NotHereError(Exception):
    """The world is not in memory, and this thread may not wait for the store."""


class KeptWorlds(Worlds):
    """All worlds by name, of which at most ``max_worlds`` are in memory.

    A thread may wait for the store only within ``waiting``; elsewhere, what would have to is NotHereError. Methods that wait
    raise StoreError. ``came_back`` are the names of those that were stored before this server asked for them.
    """

    def __init__(
        self,
        records_at: RecordsAt,
        settings: Settings,
        library: Library | None,
        store: WorldStore,
        ticks: Callable[[], int] = stopwatch,
    ) -> None:
        self.writer = StoreWriter(store, self._forget)
        self.came_back: set[str] = set()
        self._waits = threading.local()
        self._names_locked: dict[str, threading.RLock] = {}
        self._room = threading.Lock()
        self._closed = threading.Event()
        with self.waiting():
            super().__init__(records_at, settings, library, ticks)
        threading.Thread(target=self._end_old_worlds, name="store-ttl", daemon=True).start()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let this thread wait for the store."""
        before = self._may_wait
        self._waits.on = True
        try:
            yield
        finally:
            self._waits.on = before

    @property
    def _may_wait(self) -> bool:
        return getattr(self._waits, "on", False)

    def _wait(self) -> None:
        if not self._may_wait:
            raise NotHereError

    def _name(self, name: str) -> threading.RLock:
        return self._names_locked.setdefault(name, threading.RLock())

    @property
    def failing(self) -> str | None:  # type: ignore[override]
        """Why the store refuses, if it does."""
        return self.writer.failing

    # -- looking

    def ask(self, name: str) -> World | None:
        """Return a world that is in memory or stored, which counts as used now, or None. Raise NotHereError."""
        world = self._worlds.get(name)
        if world is not None:
            self.touch(world)
            return world
        self._wait()
        with self._name(name):
            world = self._worlds.get(name)
            if world is None and self.writer.store.load(name) is not None:
                world = self._bring(name)
        return world

    def get(self, name: str, by: str = "the server") -> World:
        """Return a world, brought back or made now if need be. Raise NotHereError, ValueError, NoRoomError."""
        world = self.ask(name)
        if world is not None:
            return world
        with self._name(checked_name(name)):
            return self._worlds.get(name) or self._bring(name, lambda: self._make(name), by)

    def create(
        self, name: str, source: str | None = None, by: str = "the server", snapshot: Snapshot | None = None
    ) -> World:
        """Make a world from the fixtures, or as a copy of another; see ``Worlds``."""
        checked_name(name)
        self._wait()
        with self._name(name):
            if self.ask(name) is not None:
                raise WorldExists(name)
            if source is None:
                return self.get(name, by)
            origin = self.ask(source)
            if origin is None:
                raise KeyError(source)
            return self._bring(name, lambda: origin.copy(name, self._settings, snapshot), by)

    def stored(self) -> list[StoredRow]:
        """Return the worlds that are stored and not in memory here."""
        self._wait()
        return [row for row in self.writer.store.list() if row.name not in self._worlds]

    # -- coming

    def _bring(self, name: str, make: Callable[[], World] | None = None, by: str = "") -> World:
        """Own a world, and put it into memory; one that is not stored is made. The caller holds its name."""
        self._make_place(name)
        changed = False
        stored = self.writer.do(lambda: self.writer.store.claim(name))
        try:
            if stored.base is None:
                assert make is not None
                world = make()
            else:
                self.came_back.add(name)
                world, _ = world_from(stored, self._settings, self.library or Library())
                changed = catch_up(world, SourceData(self.records_at, self.library or Library()))
            world.keeper = keeper = WorldKeeper(world, stored, self.writer)
            if changed:
                keeper.rebased()
        except BaseException as problem:
            self.writer.do(lambda: self.writer.store.release(name, stored.epoch, forget=stored.base is None))
            if isinstance(problem, UnreadableError):
                raise StoreError(f"the world {name}: {problem}") from problem
            raise
        self.writer.keep(keeper)
        with self._lock:
            self._add(world, by or world.made_by)
        if keeper.pending:
            self.writer.flush(keeper)
            if self._worlds.get(name) is not world:
                raise StoreError(self.writer.failing or "the world could not be stored")
        return world

    def _make_place(self, newcomer: str) -> None:
        """Let worlds go until there is room for one more: of those that nobody waits in, the idle longest. Raise NoRoomError."""
        with self._room:
            while True:
                others = [world for world in self._worlds.values() if world.name not in (DEFAULT, newcomer)]
                if not others or len(self._worlds) < self._settings.max_worlds:
                    return
                idle = sorted((world for world in others if not _in_use(world)), key=lambda world: world.asked)
                if not any(map(self._let_go, idle)):
                    raise NoRoomError(self._settings.max_worlds, 1_000)

    def _let_go(self, world: World, *, though_in_use: bool = False) -> bool:
        """Store the rest of a world and let it go from memory; return False if it is in use after all."""
        with self._name(world.name):
            keeper = _keeper_of(world)
            with world.lock:
                if (_in_use(world) and not though_in_use) or self._worlds.get(world.name) is not world:
                    return False
                del self._worlds[world.name]
                keeper.sweep(last=True)
                keeper.gone = True
            self.writer.flush(keeper, last=True)
            self._retire(world)
            self.writer.do(lambda: self.writer.store.release(world.name, keeper.epoch))
        return True

    def _make_room(self, others: list[World], newcomer: str) -> None:
        """Do nothing: there is room already (``_make_place``)."""

    # -- going

    def drop(self, name: str) -> bool:
        """Drop a world, in memory or stored; see ``Worlds``."""
        if name == DEFAULT:
            return super().drop(name)
        self._wait()
        return self._drop(name)

    def _drop(self, name: str) -> bool:
        with self._name(name):
            world = self._worlds.pop(name, None)
            if world is None and self.writer.store.load(name) is None:
                return False
            if world is None:
                epoch = self.writer.do(lambda: self.writer.store.claim(name)).epoch
            else:
                keeper = _keeper_of(world)
                with world.lock:
                    keeper.gone = True
                self.writer.flush(keeper, last=True)
                epoch = keeper.epoch
                self._retire(world)
            self.writer.do(lambda: self.writer.store.release(name, epoch, forget=True))
        return True

    def place(self, world: World) -> None:
        """Put a world under its name, in the place of the one that was there; see ``Worlds``."""
        with self.waiting(), self._name(world.name):
            self._drop(world.name)
            self._bring(world.name, lambda: world, "the server")

    def unmake(self, world: World) -> None:
        """Forget a world that was made for a call which was then refused; see ``Worlds``."""
        if self._worlds.get(world.name) is world and not world.journal.total and not world.arranged_by:
            self.drop(world.name)

    def _forget(self, keeper: WorldKeeper) -> None:
        """Take a world out of memory whose changes could not be stored, on the writer's thread; it comes back as it is stored."""
        world = keeper.world
        if self._worlds.get(world.name) is world:
            del self._worlds[world.name]
            self._retire(world)
        if world.name == DEFAULT:
            threading.Thread(target=self._bring_default, daemon=True).start()

    def _bring_default(self) -> None:
        with self.waiting(), contextlib.suppress(StoreError):
            self.get(DEFAULT)

    def _end_old_worlds(self) -> None:
        """Drop stored worlds that nobody has asked for ``--world-ttl``, now and every hour."""
        with self.waiting():
            while True:
                oldest = system_now() - parse_duration(self._settings.world_ttl)
                with contextlib.suppress(StoreError):
                    for row in self.writer.store.list():
                        if row.written_at < oldest and row.owner is None and row.name not in (DEFAULT, *self._worlds):
                            with contextlib.suppress(OwnedError):
                                self.drop(row.name)
                if self._closed.wait(END_EVERY):
                    return

    def close(self) -> None:
        """Store everything, and give the store up."""
        self._closed.set()
        self.writer.close()


def _keeper_of(world: World) -> WorldKeeper:
    assert isinstance(world.keeper, WorldKeeper)
    return world.keeper


def _in_use(world: World) -> bool:
    return world.watched or world.barriers.busy
