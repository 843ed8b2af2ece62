"""The worlds that agents work in: one for each session, dropped with it unless kept, and those that a call names."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from uuid import uuid4

from msgspec import Struct

from mockserver.client import ControlError, MockClient, MockServerUnreachable
from mockserver.limits import AGENT_IDLE, AGENT_WORLDS


class UnnamedWorldError(Exception):
    """A call needs a world that it does not name."""


class OwnWorld(Struct):
    """A session's own world, the time at which it was last used, and whether it outlives the session."""

    name: str
    used: float
    kept: bool = False


class AgentWorlds:
    """The sessions' own worlds on one server.

    ``connect`` returns a client of the server, at the first call that needs one. ``clock`` returns seconds that only grow.
    Safe to use from many threads.
    """

    def __init__(self, connect: Callable[[], MockClient], clock: Callable[[], float]) -> None:
        self._connect = connect
        self._clock = clock
        self._client: MockClient | None = None
        self._headers: dict[str, str] | None = None
        self._own: dict[str, OwnWorld] = {}
        self._lock = threading.RLock()

    @property
    def client(self) -> MockClient:
        """The client of the server; the first use connects."""
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    @property
    def headers(self) -> dict[str, str]:
        """The headers of calls to the API that sign in as the default client and member."""
        with self._lock:
            if self._headers is None:
                self._headers = self.client.outcomes()["headers"]
            return self._headers

    def named(self, name: str) -> MockClient:
        """Return the client of a world that exists: a call to another is refused, and names the nearest."""
        with self._lock:
            for own in self._own.values():
                if own.name == name:
                    own.used = self._clock()
        return self.client.in_world(name, must_exist=True)

    def own(self, session: str | None, *, make: bool) -> MockClient:
        """Return the client of the session's own world, which is made at its first use.

        Without a session (None) only a call that may ``make`` a world gets one, a new one each time; its answer has the name.
        Raise UnnamedWorldError where another call names no world.
        """
        if session is None and not make:
            raise UnnamedWorldError(
                "this connection has no session, so the call must say which world: pass world, "
                "as arrange_world or reproduce_outcome answered it ('default' is the one that apps use)"
            )
        with self._lock:
            known = None if session is None else self._own.get(session)
            if known is not None:
                known.used = self._clock()
                return self.client.in_world(known.name, must_exist=True)
            self.drop_idle()
            if len(self._own) >= AGENT_WORLDS:
                self._drop(min(self._own, key=lambda each: self._own[each].used))
            name = f"agent-{uuid4().hex[:8]}"
            self.client.create_world(name)
            self._own[session or name] = OwnWorld(name, self._clock())
            return self.client.in_world(name, must_exist=True)

    def is_own(self, name: str) -> bool:
        """Return whether a world is one that was made for a session, and so may be reset."""
        with self._lock:
            return any(own.name == name for own in self._own.values())

    def goes(self, name: str) -> bool:
        """Return whether a world goes with the session that it was made for."""
        with self._lock:
            return any(own.name == name and not own.kept for own in self._own.values())

    def keep(self, name: str) -> None:
        """Let a session's own world outlive the session."""
        with self._lock:
            for own in self._own.values():
                if own.name == name:
                    own.kept = True

    def forget(self, session: str) -> None:
        """Drop a session's own world, unless it is kept: the session has ended."""
        with self._lock:
            if session in self._own:
                self._drop(session)

    def drop_idle(self) -> None:
        """Drop the worlds of sessions that have not used them for half an hour."""
        with self._lock:
            before = self._clock() - AGENT_IDLE
            for session in [each for each, own in self._own.items() if own.used < before]:
                self._drop(session)

    def close(self) -> None:
        """Drop the worlds of all sessions, unless they are kept."""
        with self._lock:
            for session in list(self._own):
                self._drop(session)

    def _drop(self, session: str) -> None:
        own = self._own.pop(session)
        if not own.kept and self._client is not None:
            with contextlib.suppress(ControlError, MockServerUnreachable):  # gone already, or with its server
                self._client.drop_world(own.name)
