"""A client of the control API: drives a running mock server from tests and scripts."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from mockserver.client.members import MemberControl
from mockserver.client.part import JsonObject, given
from mockserver.client.parts import (
    BarrierControl,
    ClockControl,
    RuleControl,
    ScenarioControl,
    SnapshotControl,
    StateControl,
)
from mockserver.client.requests import RequestControl, VerificationFailed
from mockserver.client.transport import Connections, ControlError, MockServerUnreachable, Transport

_NAME = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,64}")

__all__ = ["ControlError", "MockClient", "MockServerUnreachable", "VerificationFailed"]


class MockClient:
    """Drives one world of a mock server.

    ``url`` is the server's base URL; with a ``/w/{world}`` prefix, or with ``world``, the client drives that world, else
    ``default``. Give ``client.url`` to an app as its base URL to put it into this world. With ``must_exist`` a call to a
    world that does not exist is refused (404) instead of making it. Raise MockServerUnreachable if no server responds,
    ControlError if it refuses, ValueError on an invalid URL or name.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8080",
        world: str | None = None,
        *,
        token: str | None = None,
        timeout: float = 60,
        must_exist: bool = False,
        _connections: Connections | None = None,
    ) -> None:
        url = url.rstrip("/")
        self.server_url, _, named = url.partition("/w/")
        if world is not None and not _NAME.fullmatch(world):
            raise ValueError(f"a world's name is 1 to 64 of A-Z a-z 0-9 . _ -, not {world!r}")
        self.name = world or named or "default"
        self.url = f"{self.server_url}/w/{self.name}" if world or named else url
        self._transport = transport = Transport(self.url, token, timeout, _connections, must_exist=must_exist)
        self.clock = ClockControl(transport)
        self.scenarios = ScenarioControl(transport)
        self.rules = RuleControl(transport)
        self.barriers = BarrierControl(transport)
        self.requests = RequestControl(transport)
        self.state = StateControl(transport)
        self.members = MemberControl(transport)
        self.snapshots = SnapshotControl(transport)

    # -- the world

    def world(self, *, at: str | None = None) -> JsonObject:
        """Return the world, or what it was at a moment such as ``request:12``, as one document.

        ``{name, rev, clock, scenarios, revision, auth, counts}``
        """
        return dict(self._transport.json("GET", "world", query=given(at=at)))

    def set_world(
        self,
        *,
        scenarios: Iterable[str] | None = None,
        clock: Mapping[str, Any] | None = None,
        revision: str | None = None,
        auth: Literal["strict", "any"] | None = None,
    ) -> JsonObject:
        """Set the given parts, all or none: active scenarios, clock (``now``, ``frozen``, ``rate``), revision, auth."""
        active = None if scenarios is None else [*scenarios]
        parts = given(scenarios=active, clock=clock, revision=revision, auth=auth)
        return dict(self._transport.json("PUT", "world", parts))

    def reset(self, *, keep_dates: bool = False) -> JsonObject:
        """Reset data, clock, scenarios, counters and journal to the start; return ``{rev, state_hash}``.

        Relative dates of the fixtures count from now, unless ``keep_dates``; a copy goes back to the moment it was copied.
        """
        return dict(self._transport.json("POST", "reset", {"keep_dates": True} if keep_dates else None))

    def undo(self) -> JsonObject:
        """Reset the world to its start but keep its requests; its state before is saved as a snapshot, named in the result."""
        return dict(self._transport.json("POST", "undo"))

    def diff(self, source: str = "start", to: str = "now") -> JsonObject:
        """Return the differences between two moments: in words, by attribute, as JSON Patch.

        ``{from, to, words, settings, records, total, patch}``. A moment is ``now``, ``start``, ``snapshot:NAME``,
        ``request:ID`` (just after a request of the journal) or ``before:ID`` (just before it).
        """
        return dict(self._transport.json("GET", "diff", query={"from": source, "to": to}))

    def use_scenario(self, *scenario_ids: str) -> JsonObject:
        """Make exactly these scenarios active."""
        return self.scenarios.set(*scenario_ids)

    def save_capsule(self, file: str | os.PathLike[str], last: int | None = None) -> Path:
        """Save the world's last requests (all that are kept, by default) to a file that ``mockserver capsule replay`` reads."""
        path = Path(file)
        path.write_bytes(self._transport.file("POST", "capsules", given(last=last)))
        return path

    def verify(
        self,
        operation: str,
        where: Mapping[str, Any] | None = None,
        *,
        count: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> JsonObject:
        """Assert how often the app called an operation; see ``requests.verify``."""
        __tracebackhide__ = True
        return self.requests.verify(operation, where, count=count, at_least=at_least, at_most=at_most)

    def timeline(
        self, limit: int | None = None, *, member_id: int | None = None, offer_id: int | None = None
    ) -> JsonObject:
        """Return the coming moments at which a response may change."""
        query = {"limit": limit, "member_id": member_id, "offer_id": offer_id}
        return dict(self._transport.json("GET", "timeline", query=query))

    def events(
        self,
        kind: Literal["clicked", "seen"] | None = None,
        *,
        member_id: int | None = None,
        offer_id: int | None = None,
        source: Literal["app", "image"] | None = None,
        limit: int | None = None,
    ) -> JsonObject:
        """Return the registered events, newest first; ``source`` is ``image`` for those recorded when a picture was fetched."""
        query = {"kind": kind, "member_id": member_id, "offer_id": offer_id, "source": source, "limit": limit}
        return dict(self._transport.json("GET", "events", query=query))

    def stream(
        self, *only: Literal["request", "event", "world"], since: int | None = None
    ) -> Iterator[tuple[str, Any]]:
        """Yield what happens in the world, as (event, data), until the server or the caller ends it.

        ``only`` limits the kinds of events; ``since`` is the id of the last known request, by default only new ones are yielded.
        """
        event = "message"
        for line in self._transport.lines("stream", {"only": ",".join(only) or None, "since": since}):
            if line.startswith("event:"):
                event = line[6:].strip()
            elif line.startswith("data:"):
                yield event, json.loads(line[5:])
            elif not line:
                event = "message"

    # -- the server

    def in_world(self, name: str, *, must_exist: bool = False) -> MockClient:
        """Return a client of another world of the same server, over the same connections; closing this one closes them."""
        transport = self._transport
        return MockClient(
            self.server_url,
            name,
            token=transport.token,
            timeout=transport.timeout,
            must_exist=must_exist,
            _connections=transport.connections,
        )

    def worlds(self) -> JsonObject:
        """Return all worlds."""
        return dict(self._transport.json("GET", "worlds"))

    def create_world(self, name: str, source: str | None = None, *, at: str | None = None) -> MockClient:
        """Make a world, from the fixtures or as a copy of another; return its client.

        With ``at`` it is what the other (this client's world, if none is named) was at a moment such as ``request:12``.
        """
        self._transport.json("POST", "worlds", {"name": name} | given(**{"from": source, "at": at}))
        return self.in_world(name)

    def drop_world(self, name: str) -> None:
        """Drop a world."""
        self._transport.json("DELETE", f"worlds/{name}")

    def health(self) -> JsonObject:
        """Return ``{"status": "ok"}``."""
        return dict(self._transport.json("GET", "health"))

    def ready(self) -> bool:
        """Return whether the server has loaded its fixtures and handled a real request."""
        try:
            self._transport.json("GET", "ready")
        except ControlError as problem:
            if problem.status == 503:
                return False
            raise
        return True

    def version(self) -> JsonObject:
        """Return the server's version."""
        return dict(self._transport.json("GET", "version"))

    def reload(self) -> JsonObject:
        """Reload fixtures and scenarios; if they have errors, the old ones remain."""
        return dict(self._transport.json("POST", "reload", wait=60.0))

    def calls(self) -> JsonObject:
        """Return the index of the control API."""
        return dict(self._transport.json("GET", ""))

    def contract(self) -> JsonObject:
        """Return the control API's own contract, as an OpenAPI document."""
        return dict(self._transport.json("GET", "openapi.json"))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Make any control call by its path below ``/__mock/``; return its JSON."""
        return self._transport.json(method, path, body)

    def api_contract(self, *, revision: str | None = None) -> JsonObject:
        """Return the API's own contract as of a revision, as an OpenAPI document."""
        return dict(self._transport.page("/openapi.json", given(revision=revision)))

    def operations(self, *, revision: str | None = None) -> JsonObject:
        """Return the table of operations of a revision, by default the world's."""
        return dict(self._transport.json("GET", "operations", query=given(revision=revision)))

    def outcomes(self, *, revision: str | None = None) -> JsonObject:
        """Return each refusal of a revision (by default the world's) with how to reach it, and how to force it."""
        return dict(self._transport.json("GET", "outcomes", query=given(revision=revision)))

    def plan(self, *, revision: str | None = None) -> JsonObject:
        """Return how each documented outcome of a revision is reached, honestly and by force."""
        return dict(self._transport.json("GET", "plan", query=given(revision=revision)))

    def metrics(self, *, world: str | None = None) -> str:
        """Return the metrics in Prometheus' text format: of all worlds, or of one."""
        return str(self._transport.json("GET", "metrics", query=given(world=world)))

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()

    def __enter__(self) -> MockClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
