"""One exchange as raw data; it is formatted, and its secrets are masked, only when it is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from mockserver.clock import system_now
from mockserver.domain.checks import Check
from mockserver.exchange import Note, Request, Response
from mockserver.headers import SentHeaders, shortened
from mockserver.journal.bodies import SMALL_BODY, Weighty, is_large
from mockserver.revisions import UNION

REQUEST_ID = "x-mock-request-id"
"""The response header with the id of the request in the journal."""


class Entry(Struct):
    """One exchange. ``at`` is the world's time, ``real_at`` the machine's, ``took_ns`` the time until the response was made.
    ``before`` and ``after`` are the positions of the world's history (``worlds/history.py``) just before and just after it.

    ``operation`` is None if no documented operation matched. ``considered`` has the engine's decision about each rule that
    could have acted. ``bodies`` are the large bodies of request and response, and the large parts of the request's head, once
    they were looked for; ``shed`` is true if they were dropped to limit memory.
    """

    id: int
    at: int
    request: Request
    response: Response
    operation: str | None = None
    refusal: str | None = None
    club: str | None = None
    member_id: int | None = None
    offer_id: int | None = None
    revision: str = UNION
    rule: str | None = None
    committed: bool = False
    notes: list[Note] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    took_ns: int = 0
    considered: Sequence[Any] = ()
    before: int = 0
    after: int = 0
    shed: bool = False
    real_at: int = field(default_factory=system_now)
    outcomes: tuple[str, ...] = ()
    bodies: tuple[Weighty, ...] | None = None

    @property
    def status(self) -> int:
        """The response's status."""
        return self.response.status

    def weigh(self) -> tuple[Weighty, ...]:
        """Return ``bodies``, found now if need be."""
        if self.bodies is None:
            request, body = self.request, self.response.body
            head, path, query = getattr(request.headers, "size", 0), request.path, request.query
            if len(body) + len(request.body) + head + len(path) + len(query) <= SMALL_BODY:  # most are
                self.bodies = ()
            else:
                self.bodies = tuple(filter(is_large, (body, request.body, request.headers, query, path)))
        return self.bodies

    def number(self, id_: int) -> None:
        """Set the id, and add it to the response's headers."""
        self.id = id_
        self.response.headers = (*self.response.headers, (REQUEST_ID, str(id_)))

    def without_bodies(self) -> Entry:
        """Return the same exchange without its bodies."""
        request = self.request
        headers = request.headers
        if is_large(headers) and isinstance(headers, SentHeaders):
            headers = headers.shortened()
        path, query = shortened(request.path), shortened(request.query)
        raw_path = request.raw_path if path is request.path else None
        request = replace(request, body=b"", headers=headers, path=path, query=query, raw_path=raw_path)
        return replace(self, request=request, response=replace(self.response, body=b""), shed=True, bodies=())


def repeated(first: Entry, request: Request, response: Response, at: int, took_ns: int, position: int) -> Entry:
    """Return the exchange of a request equal to ``first``'s with the same response; the two share their data.

    ``position`` is that of the world's history.
    """
    asked = first.request
    request.path, request.query, request.body, request.raw_path = asked.path, asked.query, asked.body, asked.raw_path
    return Entry(
        0, at, request, response, first.operation, first.refusal, first.club, first.member_id, first.offer_id,
        first.revision, first.rule, first.committed, first.notes, first.checks, took_ns, first.considered,
        position, position, False, system_now(), first.outcomes, first.bodies,
    )  # fmt: skip


def in_world(name: str) -> tuple[str, str]:
    """Return the response header with the world's name."""
    return "x-mock-world", name
