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
    """Answers what was answered before (``fast/answers.py``)."""

    def again(self, request: Request, tally: Tally) -> Response | None:
        """Return, journal and count the answer that was given before, if it still holds."""

    def keep(self, ctx: Any, entry: Entry) -> None:
        """Keep the answer of a journal entry if it will hold for a while. The world is held."""


class Gate(Protocol):
    """Lets in who was let in before (``fast/gate.py``)."""

    def admit(self, ctx: Any, check: Callable[[Any], None]) -> None:
        """Make the checks of who asks, or say what they found. The world is held."""


Matcher = Callable[[str, str, str | None], Match | NoMatch]
"""Finds the operation of a method, a decoded path and, where the host gives it, the path as it was sent."""


class Runtime:
    """Settings, worlds and counts; how paths are matched, requests carried out; the caches of ``fast/``, None without it."""

    def __init__(
        self, settings: Settings, worlds: Worlds, match: Matcher, carry_out: Callable[[Any], Response]
    ) -> None:
        self.settings = settings
        self.worlds = worlds
        self.match = match
        self.carry_out = carry_out
        self.tally = Tally()
        self.streamed = Messages()
        self.dropped_worlds = DroppedWorlds()
        worlds.when_dropped(self.dropped_worlds.keep)
        self.dropped_outcomes: Counter[str] = Counter()
        worlds.when_dropped(lambda world: self.dropped_outcomes.update(world.journal.outcomes))
        self.alike = InternedHeaders()
        self.cors = Cors(settings.cors) if settings.cors else None
        self.cache: Cache | None = None
        self.gate: Gate | None = None
