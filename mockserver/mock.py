"""The mock itself: makes a response of a request, without a web framework.

Hosts (the embedded server, Flask under any WSGI server) make a ``Request``, call ``Mock.handle`` and deliver its response.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from mockserver.api.handle import carry_out, respond
from mockserver.api.overrides import split_world
from mockserver.api.routes import Match, NoMatch
from mockserver.api.runtime import Runtime
from mockserver.api.table import ROUTES
from mockserver.exchange import Request, Response
from mockserver.settings import Settings
from mockserver.sources import read_fixtures, read_library
from mockserver.worlds.worlds import Worlds

if TYPE_CHECKING:
    from mockserver.control.dispatch import Control

_API = re.compile(r"(?:/w/[^/]*)?/(?:v3|files)/")
_CONTROL = re.compile(r"(?:/w/[^/]*)?/__mock(?:/|$)")


class Mock(Runtime):
    """Handles requests to the API, for pictures, and to the control API."""

    def __init__(self, settings: Settings, worlds: Worlds) -> None:
        super().__init__(settings, worlds, _match_as_flask, carry_out)
        if settings.fast_path:
            from mockserver.fast import codec, lists
            from mockserver.fast.answers import AnswerCache
            from mockserver.fast.gate import GateCache
            from mockserver.fast.routes import DirectRoutes

            self.match = DirectRoutes(ROUTES).match
            self.cache, self.gate = AnswerCache(worlds), GateCache(worlds)
            worlds.when_made(codec.attach)
            worlds.when_made(lists.attach)

    @cached_property
    def control(self) -> Control:
        """The control API, imported when it is first needed."""
        from mockserver.control.dispatch import Control

        return Control(self)

    def close(self) -> None:
        """Store what is not stored yet, where there is a store; the mock answers no more."""

    def hand_over(self) -> None:
        """Let worlds go to other processes, where a store is shared; requests are forwarded from then on."""

    def handles(self, path: str) -> bool:
        """Return whether a path, with or without a world's prefix, needs no Flask."""
        if path.startswith("/v3/") or _API.match(path) is not None:
            return True
        return _CONTROL.match(path) is not None and self.control.knows(split_world(path)[1])

    def handle(self, request: Request, found: Match | NoMatch | None = None) -> Response:
        """Answer one request; ``found`` is its route in the API, where a web framework has matched it."""
        if "/__mock" in request.path and _CONTROL.match(request.path) is not None:
            return self.control.handle(request)
        return respond(self, request, found)


def _match_as_flask(method: str, path: str, raw_path: str | None) -> Match | NoMatch:
    from mockserver.api.url_map import url_map  # werkzeug's routing takes long to import

    return url_map().match(method, path, raw_path)


def build(settings: Settings) -> Mock:
    """Make a mock from settings. Raise DocumentError if its files are wrong."""
    return Mock(settings, Worlds(read_fixtures(settings).records_at, settings, read_library(settings)))
