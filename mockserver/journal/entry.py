"""One exchange as raw facts: it is formatted, and its secrets are hidden, only when somebody reads it."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from mockserver.domain.checks import Check
from mockserver.exchange import HeaderPairs, Note, Request, Response
from mockserver.headers import SentHeaders
from mockserver.journal.bodies import SMALL_BODY
from mockserver.revisions import UNION


class Entry(Struct):
    """One exchange. ``at`` is the world's time, ``took_ns`` real time.

    ``operation`` is None where no documented operation answers. ``considered`` is what the rules' engine says about each rule
    that could have acted. ``shed`` tells that the bodies were let go to keep the journal small.
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
    shed: bool = False

    @property
    def status(self) -> int:
        """The answer's status."""
        return self.response.status

    @property
    def bodies(self) -> tuple[bytes, bytes]:
        """The bodies of the call and of the answer."""
        return self.request.body, self.response.body

    @property
    def heavy(self) -> bool:
        """Whether one of the bodies is large."""
        return len(self.response.body) > SMALL_BODY or len(self.request.body) > SMALL_BODY

    def number(self, id_: int) -> None:
        """Take an id, and tell it to the app."""
        self.id = id_
        self.response.headers = (*self.response.headers, request_id(id_))

    def without_bodies(self) -> Entry:
        """Return the same exchange, its bodies let go."""
        return replace(
            self, request=replace(self.request, body=b""), response=replace(self.response, body=b""), shed=True
        )


def _as_first(name: str) -> Any:
    return property(attrgetter(f"first.{name}"))


class Repeat:
    """An exchange that was asked and answered as one before it: what is its own; the rest stands in the ``first`` one's entry.

    Its call differs from the first in headers that no check looks at and in the ``peer``; its answer, in the request's id
    and in ``marks``. A journal is full of these, so it keeps them as rows, and makes one when somebody reads.
    """

    __slots__ = ("at", "first", "headers", "id", "marks", "peer", "took_ns")

    def __init__(
        self,
        first: Entry,
        id_: int,
        at: int,
        took_ns: int,
        headers: SentHeaders,
        peer: tuple[str, int] | None,
        marks: HeaderPairs,
    ) -> None:
        self.first = first
        self.id = id_
        self.at = at
        self.took_ns = took_ns
        self.headers = headers
        self.peer = peer
        self.marks = marks

    operation: str | None = _as_first("operation")
    refusal: str | None = _as_first("refusal")
    club: str | None = _as_first("club")
    member_id: int | None = _as_first("member_id")
    offer_id: int | None = _as_first("offer_id")
    revision: str = _as_first("revision")
    rule: str | None = _as_first("rule")
    committed: bool = _as_first("committed")
    notes: list[Note] = _as_first("notes")
    checks: list[Check] = _as_first("checks")
    considered: Sequence[Any] = _as_first("considered")
    shed: bool = _as_first("shed")
    status: int = _as_first("response.status")
    bodies: tuple[bytes, bytes] = _as_first("bodies")

    @property
    def request(self) -> Request:
        """The call, made anew each time."""
        request = self.first.request
        return Request(
            request.method,
            request.path,
            request.query,
            self.headers,
            request.body,
            request.scheme,
            request.host,
            self.peer,
        )

    @property
    def response(self) -> Response:
        """The answer, made anew each time."""
        response = self.first.response
        return Response(response.status, response.body, (*response.headers, *self.marks, request_id(self.id)))


Exchange = Entry | Repeat
"""An exchange as the journal keeps it; both are read alike."""


def request_id(id_: int) -> tuple[str, str]:
    """Return the header that tells an app which exchange of the journal its request was."""
    return "x-mock-request-id", str(id_)


def in_world(name: str) -> tuple[str, str]:
    """Return the header that tells an app which world answered."""
    return "x-mock-world", name
