"""A world: everything the mock stores for one tester (data, clock, settings, journal). Worlds never affect each other."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from mockserver.clock import Clock, ClockState
from mockserver.domain.lists import Lists
from mockserver.journal import Journal
from mockserver.records.effects import Effect
from mockserver.records.tables import Records, Undo
from mockserver.scenarios.barriers import Barriers
from mockserver.scenarios.engine import Engine
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.library import Library
from mockserver.scenarios.model import Scenario
from mockserver.scenarios.verdict import Verdict
from mockserver.settings import Settings
from mockserver.values.instants import Instant
from mockserver.worlds.apply import change
from mockserver.worlds.contents import Contents
from mockserver.worlds.contents import Snapshot as Snapshot
from mockserver.worlds.history import History
from mockserver.worlds.meaning import MEANING
from mockserver.worlds.observers import Observer
from mockserver.worlds.timeline import Timeline


class ChangeKeeper(Protocol):
    """Where a world with a store enters what changes (``stores/keeper.py``), while its lock is held."""

    def note(self, effect: Effect, undo: Undo) -> None:
        """Enter an effect that was applied, and what undoes it."""

    def rebased(self) -> None:
        """Enter that the world stands differently as a whole."""


class World(Contents):
    """Data, clock, revision, strictness and journal of one tester. Hold ``lock`` while reading or changing it.

    ``made_at`` is the moment from which the relative dates of its fixtures count. ``copied`` tells that a reset goes back to the
    moment it was copied; others are made anew from the fixtures (``Worlds.reset``). ``dropped`` tells that it is no longer there.
    ``codec`` reads and writes faster than the schemas do, where there is such a thing (``fast/codec.py``).
    ``made_by`` is the request that made it, ``asked`` when it was last asked (``clock.stopwatch``), ``arranged_by`` the last
    control call that may have changed it, if any; ``hint`` is for whoever asks it next.
    ``rev`` rises with every change of data, clock, scenarios or settings. ``observers`` are told of each change, and so is the
    ``keeper``, where there is a store.
    """

    __slots__ = (  # fewer cache misses per request than with a dictionary
        "_subscribers",
        "arranged_by",
        "asked",
        "barriers",
        "codec",
        "copied",
        "dropped",
        "hint",
        "history",
        "journal",
        "keeper",
        "lists",
        "lock",
        "made_at",
        "made_by",
        "name",
        "observers",
        "problems",
        "secret",
        "seed",
        "strict",
        "timeline",
    )

    def __init__(
        self,
        name: str,
        records: Records,
        clock: Clock,
        settings: Settings,
        library: Library | None = None,
        made_at: Instant | None = None,
    ) -> None:
        self.name = name
        self.lock = threading.RLock()
        self.records = records
        self.clock = clock
        self.timeline = Timeline(records)
        self.barriers = Barriers(lambda: self.engine.rules)
        self.observers: tuple[Observer, ...] = (self.timeline, self.barriers)
        self.keeper: ChangeKeeper | None = None
        self.rev = 0
        self.codec: Any = None
        self.lists = Lists()
        self.revision = settings.revision
        self.auth = settings.auth
        self.strict = settings.strict
        self.journal = Journal(settings.journal)
        self.library = library.copy() if library else Library()
        self.engine = Engine(settings.seed)
        self.seed = settings.seed
        self.secret = _secret(settings.seed, name)
        self.made_at = clock.now() if made_at is None else made_at
        self.snapshots: dict[str, Snapshot] = {}
        self.problems: tuple[str, ...] = ()  # why the last reload was refused
        self.copied = False
        self.dropped = False
        self.made_by = ""
        self.asked = 0
        self.arranged_by: str | None = None
        self.hint: str | None = None
        self._subscribers: tuple[Callable[[], None], ...] = ()
        self.start = self.snapshot()
        self.history = History(self, self.journal)
        self.history.begins(self.start)

    def apply(self, effect: Effect) -> Undo:
        """Apply an effect and notify the observers; every change of a world goes through here. The caller holds the lock.

        Return a function that undoes it; call it only after all later changes have been undone.
        """
        meaning, rev, history = MEANING[type(effect)], self.rev, self.history
        history.about_to_change()
        undo = change(self, effect)
        if meaning.rev:
            self.rev = rev + 1
        for observer in self.observers:
            observer.applied(effect)
        history.changed(effect)
        if meaning.wakes:
            self.wake()
        undo = partial(self._undo, undo, rev)
        if self.keeper is not None:
            self.keeper.note(effect, undo)
        return undo

    def _undo(self, undo: Undo, rev: int) -> None:
        with self.history.replacing():
            undo()
            self.rev = rev
            self._rebased()

    def decide(self, facts: Facts, once: Sequence[Scenario] = ()) -> Verdict:
        """Return the rules' verdict on a request, and count it; ``once`` are scenarios for this request alone.

        The caller holds the lock.
        """
        verdict = self.engine.consider(facts, once)
        counted = verdict.counted
        if counted is not None:
            self.apply(counted)
        return verdict

    @contextmanager
    def rebasing(self) -> Iterator[None]:
        """Let a block replace the state of the world; observers are notified of the new base once, at its end."""
        with self.lock, self.history.replacing():
            observers, self.observers = self.observers, ()
            try:
                yield
            finally:
                self.observers = observers
                self.rev += 1
                self._rebased()
        self.wake()

    def _rebased(self) -> None:
        for observer in self.observers:
            observer.rebased()
        if self.keeper is not None:
            self.keeper.rebased()

    def wake(self) -> None:
        """Notify the subscribers."""
        for wake in self._subscribers:
            wake()

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called after each change but those by requests of members; return a function that ends this."""
        self._subscribers = (*self._subscribers, wake)

        def unsubscribe() -> None:
            self._subscribers = tuple(other for other in self._subscribers if other is not wake)

        return unsubscribe

    @property
    def watched(self) -> bool:
        """Whether somebody waits for what happens here: a long poll, a stream."""
        return bool(self._subscribers) or self.journal.watched

    # -- the whole

    def snapshot(self, at: Instant | None = None, clock: ClockState | None = None) -> Snapshot:
        """Return a snapshot of the world; ``at`` and ``clock``, if given, replace its time and its clock's setting."""
        with self.lock:
            return super().snapshot(at, clock)

    def restore(self, snapshot: Snapshot) -> None:
        """Restore a snapshot; the journal is unchanged."""
        with self.lock:
            with self.rebasing():
                self.records.restore(snapshot.records)
                self.clock.restore(snapshot.clock)
                self.revision, self.auth = snapshot.revision, snapshot.auth
                self.library.replace(snapshot.library)
                self.engine.take(snapshot.engine)
            self.history.is_now(snapshot)

    def replace_records(self, records: Records) -> None:
        """Replace all data. Where they have no relative date, those that stand as they did still count as relative."""
        with self.rebasing():
            if not records.distances.rows:
                records.moment, records.distances = self.records.moment, self.records.distances
            self.records.restore(records)

    def clear_journal(self) -> None:
        """Delete all exchanges."""
        self.journal.clear()
        self.history.forget_the_past()

    def reset(self, anew: World | None = None) -> None:
        """Restore the start: data, clock, settings, counters; the journal is cleared, named snapshots remain.

        ``anew`` is this world as it is made now, from which a new start is taken; without it dates are those of the last start.
        Requests that wait at barriers run before: they belong to the state that is discarded.
        """
        with self.lock:
            self.barriers.carry_out("reset")
            if anew is not None:
                self.start, self.made_at = anew.start, anew.made_at
            self.restore(self.start)
            self.clear_journal()  # last, so that requests answered meanwhile are cleared too

    def begin_here(self) -> None:
        """Make the present state the one that ``reset`` restores."""
        with self.lock:
            self.start = self.snapshot()
            self.history.begins(self.start)

    def copy(self, name: str, settings: Settings, snapshot: Snapshot | None = None) -> World:
        """Return a copy of this world, now or as a snapshot of it is, with an empty journal; it resets to that state."""
        with self.lock:
            twin = World(name, self.records.copy(), self.clock.copy(), settings, self.library, self.made_at)
            twin.restore(self.snapshot() if snapshot is None else snapshot)
        twin.copied = True
        twin.begin_here()
        return twin

    def at(self, position: int, settings: Settings) -> World:
        """Return the world as it was at a position of its history: whole, and nobody else's. Raise NotKeptError.

        It shows the time that this world's clock would show now, had nobody set it since; its journal is empty.
        """
        with self.lock:
            contents = self.history.contents_at(position)
            made = world_with(contents, self.name, settings, self.made_at, self.seed, self.secret)
        made.copied = self.copied
        return made


def world_with(contents: Contents, name: str, settings: Settings, made_at: Instant, seed: int, secret: bytes) -> World:
    """Return a world with contents that are nobody else's."""
    world = World(name, contents.records, contents.clock, settings, contents.library, made_at)
    world.seed, world.secret, world.rev = seed, secret, contents.rev
    world.revision, world.auth, world.engine = contents.revision, contents.auth, contents.engine
    world.start, world.snapshots = contents.start, contents.snapshots
    world.history.restart()
    return world


def _secret(seed: int, name: str) -> bytes:
    """Return the key that signs this world's URLs: random, or derived from the seed so that runs repeat."""
    return hashlib.sha256(f"{seed}/{name}".encode()).digest() if seed else secrets.token_bytes(32)
