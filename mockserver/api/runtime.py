"""What all requests of a running mock share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from mockserver.api.cors import Cors
from mockserver.api.routes import Match, NoMatch
from mockserver.exchange import Request, Response
from mockserver.headers import InternedHeaders
from mockserver.journal import Entry
from mockserver.journal.messages import Messages
from mockserver.journal.tally import Tally
from mockserver.reports.conduct_report import DroppedWorlds
from mockserver.settings import Settings
from mockserver.worlds.worlds import Worlds


class Cache(Protocol):
    """The cache of responses (``fast/answers.py``)."""

    def again(self, request: Request, tally: Tally) -> Response | None:
        """Return the cached response if it is still valid; add it to the journal and count it."""

    def keep(self, ctx: Any, entry: Entry) -> None:
        """Cache the response of a journal entry if it will stay valid. The caller holds the world's lock."""


class Gate(Protocol):
    """The cache of the gate's checks (``fast/gate.py``)."""

    def admit(self, ctx: Any, check: Callable[[Any], None]) -> None:
        """Check the request's sender, or repeat the cached results. The caller holds the world's lock."""


Matcher = Callable[[str, str, str | None], Match | NoMatch]
"""Finds the operation of a method, a decoded path and, if the host gives it, the raw path."""


class Runtime:
    """Settings, worlds and counts; the functions that match paths and handle requests; the caches of ``fast/``, if used."""

    def __init__(
        self, settings: Settings, worlds: Worlds, match: Matcher, carry_out: Callable[[Any], Response]
    ) -> None:
        self.settings = settings
        self.worlds = worlds
        self.own_url: str | None = None  # where the embedded server listens; nothing under another WSGI server
        self.match = match
        self.carry_out = carry_out
        self.tally = Tally()
        self.streamed = Messages()
        self.dropped_worlds = DroppedWorlds()
        worlds.when_dropped(self.dropped_worlds.keep)
        self.dropped_outcomes: Counter[str] = Counter()
        worlds.when_dropped(lambda world: self.dropped_outcomes.update(world.journal.met()))
        self.alike = InternedHeaders()
        self.cors = Cors(settings.cors) if settings.cors else None
        self.cache: Cache | None = None
        self.gate: Gate | None = None
