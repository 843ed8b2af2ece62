"""What all requests of a running mock share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.api.cors import Cors
from mockserver.api.routes import Match, NoMatch
from mockserver.exchange import Response
from mockserver.headers import Alike
from mockserver.journal.tally import Tally
from mockserver.reports.conduct_report import DroppedWorlds
from mockserver.settings import Settings
from mockserver.worlds.worlds import Worlds

Matcher = Callable[[str, str, str | None], Match | NoMatch]
"""Finds the operation of a method, a decoded path and, where the host gives it, the path as it was sent."""


class Runtime:
    """Settings, worlds and counts; how paths are matched; and the answer cache of ``fast/``, None without it."""

    def __init__(self, settings: Settings, worlds: Worlds, match: Matcher) -> None:
        self.settings = settings
        self.worlds = worlds
        self.match = match
        self.tally = Tally()
        self.dropped_worlds = DroppedWorlds()
        worlds.when_dropped(self.dropped_worlds.keep)
        self.alike = Alike()
        self.cors = Cors(settings.cors) if settings.cors else None
        self.cache: Callable[[Any, Callable[[Any], Response]], Response] | None = None
