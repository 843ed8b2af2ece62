"""A world is everything the mock remembers of one tester: data, clock, settings, journal. Worlds never touch each other."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable

from msgspec import Struct

from mockserver.clock import Clock, Setting
from mockserver.domain.instants import Instant
from mockserver.journal import Journal
from mockserver.scenarios.engine import Engine
from mockserver.scenarios.library import Library
from mockserver.schemas.wire import OfferWriter
from mockserver.settings import Settings
from mockserver.worlds.records import Records
from mockserver.worlds.stamps import Stamps
from mockserver.worlds.timeline import Timeline


class Snapshot(Struct, frozen=True):
    """A world as it stood at ``taken_at`` (its own time): all but its name and its journal."""

    taken_at: int
    records: Records
    clock: Setting
    revision: str
    auth: str
    library: Library
    engine: Engine


class World:
    """Data, clock, revision, strictness and journal of one tester. Hold ``lock`` while reading or changing it.

    ``made_at`` is the moment from which the relative dates of its fixtures count. ``dropped`` tells that it is no longer there.
    """

    __slots__ = (  # a dictionary for each would be further places of memory for every request
        "_changes",
        "_subscribers",
        "auth",
        "clock",
        "dropped",
        "engine",
        "journal",
        "library",
        "lock",
        "made_at",
        "name",
        "problems",
        "records",
        "revision",
        "secret",
        "seed",
        "snapshots",
        "start",
        "strict",
        "timeline",
        "writer",
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
        self.writer = OfferWriter()
        self.revision = settings.revision
        self.auth = settings.auth
        self.strict = settings.strict
        self.journal = Journal(settings.journal)
        self.library = library.copy() if library else Library()
        self.engine = Engine(settings.seed, self.lock, self.stamps.void)
        self.seed = settings.seed
        self.secret = _secret(settings.seed, name)
        self.made_at = clock.now() if made_at is None else made_at
        self.snapshots: dict[str, Snapshot] = {}
        self.problems: tuple[str, ...] = ()  # why the last reload was refused
        self.dropped = False
        self._changes = 0
        self._subscribers: tuple[Callable[[], None], ...] = ()
        self.start = self.snapshot()

    @property
    def rev(self) -> int:
        """A number that every change of data, clock, scenarios or settings raises."""
        return self._changes + self.records.rev + self.engine.rev

    @property
    def stamps(self) -> Stamps:
        """What tells whether something that was found out of this world still holds."""
        return self.records.stamps

    def changed(self) -> None:
        """Raise ``rev`` after a change of anything but the records, void all stamps, and tell those who watch."""
        with self.lock:
            self._changes += 1
            self.stamps.void()
        for wake in self._subscribers:
            wake()

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called after each change that ``changed`` reports; answer the way to end that."""
        self._subscribers = (*self._subscribers, wake)

        def unsubscribe() -> None:
            self._subscribers = tuple(other for other in self._subscribers if other is not wake)

        return unsubscribe

    # -- the whole

    def snapshot(self) -> Snapshot:
        """Return the world as it stands."""
        with self.lock:
            return Snapshot(
                self.clock.now(),
                self.records.copy(),
                self.clock.setting(),
                self.revision,
                self.auth,
                self.library.copy(),
                self.engine.copy(),
            )

    def restore(self, snapshot: Snapshot) -> None:
        """Stand as a snapshot says; the journal stays."""
        with self.lock:
            self.records.restore(snapshot.records)
            self.clock.restore(snapshot.clock)
            self.revision, self.auth = snapshot.revision, snapshot.auth
            self.library.replace(snapshot.library)
            self.engine.take(snapshot.engine)
            self.changed()

    def reset(self) -> None:
        """Go back to the start: data, clock, settings, counters; the journal is emptied, named snapshots stay."""
        with self.lock:
            self.restore(self.start)
            self.journal.clear()  # last: what is answered as before until now is forgotten with the rest

    def begin_here(self) -> None:
        """Make the world as it stands the one that ``reset`` goes back to."""
        with self.lock:
            self.start = self.snapshot()

    def copy(self, name: str, settings: Settings) -> World:
        """Return a new world that stands as this one does; its own journal is empty, and it resets to this very moment."""
        with self.lock:
            twin = World(name, self.records.copy(), self.clock.copy(), settings, self.library, self.made_at)
            twin.restore(self.snapshot())
        twin.begin_here()
        return twin


def _secret(seed: int, name: str) -> bytes:
    """Return the key that signs this world's addresses: by chance, or by the seed so that runs repeat."""
    return hashlib.sha256(f"{seed}/{name}".encode()).digest() if seed else secrets.token_bytes(32)
