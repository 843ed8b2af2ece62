"""A world is everything the mock remembers; worlds never touch each other."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Callable

from mockserver.clock import Clock
from mockserver.domain.instants import Instant
from mockserver.journal import Journal
from mockserver.scenarios.engine import Engine
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.store import Records

DEFAULT = "default"
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
RecordsAt = Callable[[Instant], Records]
"""Makes the records of a new world; relative dates count from the given instant."""


class World:
    """Data, clock, revision, strictness and journal of one tester. Hold ``lock`` while reading or changing it."""

    def __init__(
        self, name: str, records: Records, clock: Clock, settings: Settings, library: Library | None = None
    ) -> None:
        self.name = name
        self.lock = threading.RLock()
        self.records = records
        self.clock = clock
        self.revision = settings.revision
        self.auth = settings.auth
        self.journal = Journal(settings.journal)
        self.library = library.copy() if library else Library()
        self.engine = Engine(settings.seed)
        self.secret = _secret(settings.seed, name)
        self.made_at = clock.now()
        self._start = records.copy()

    def reset(self) -> None:
        """Go back to the start: data, clock, journal."""
        with self.lock:
            self.records.restore(self._start)
            self.clock.reset()
            self.journal.clear()


def _secret(seed: int, name: str) -> bytes:
    """Answer the key that signs this world's addresses: by chance, or by the seed so that runs repeat."""
    return hashlib.sha256(f"{seed}/{name}".encode()).digest() if seed else secrets.token_bytes(32)


class Worlds:
    """All worlds by name. One that is named for the first time is made from the fixtures."""

    def __init__(self, records_at: RecordsAt, settings: Settings, library: Library | None = None) -> None:
        self._records_at = records_at
        self._settings = settings
        self._library = library
        self._lock = threading.Lock()
        self._worlds: dict[str, World] = {}
        self.get(DEFAULT)

    def get(self, name: str) -> World:
        """Answer a world, made now if need be. Raise ValueError on an impossible name."""
        world = self._worlds.get(name)
        if world is not None:
            return world
        if not NAME.fullmatch(name):
            raise ValueError(f"a world's name is 1 to 64 of A-Z a-z 0-9 . _ -, not {name!r}")
        with self._lock:
            if name not in self._worlds:
                clock = Clock()
                self._worlds[name] = World(name, self._records_at(clock.now()), clock, self._settings, self._library)
            return self._worlds[name]
