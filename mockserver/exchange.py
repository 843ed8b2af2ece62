"""Requests and responses as the mock sees them, without a web framework.

Flask and the embedded server both make a ``Request`` and deliver a ``Response``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

import orjson
from msgspec import Struct, field
from msgspec.structs import replace

BROKEN_BODY = {"error": "The body broke off before its end, or its chunks are not well-formed"}
GZIP = b"\x1f\x8b"  # the first bytes of gzip data
BODILESS = frozenset((204, 205, 304))
FRAMING = frozenset(("content-length", "transfer-encoding"))
"""Headers that say where a body ends, which only the host sets."""
FaultKind = Literal["reset", "empty", "truncate", "malformed_chunk", "garbage", "dribble", "hang"]
_AT_START = re.compile(r"^/+(?=(?:v3|__mock|w)(?:/|$))")
_IN_WORLD = re.compile(r"^(/w/[^/]+)/+(?=(?:v3|__mock)(?:/|$))")
HeaderPairs = tuple[tuple[str, str], ...]
Leave = Callable[[Callable[[], None]], None]
JSON_HEADERS: HeaderPairs = (("content-type", "application/json; charset=utf-8"),)


class Headers(Protocol):
    """Request headers; names are lower case."""

    def get(self, name: str, /) -> str | None:
        """Return a header's value, the first of several, or None."""

    def items(self) -> Any:
        """Return all (name, value) pairs."""

    def __contains__(self, name: str, /) -> bool:
        """Return whether a header was sent."""


class Request(Struct):
    """One request.

    ``path`` is percent-decoded and begins with ``/``; ``query`` is the raw query string; ``host`` is ``host[:port]`` as the
    client sees it; ``peer`` is the client's (address, port), if known. ``oversized`` says that the body was
    over the limit and discarded, ``broken`` that it ended too early. ``upload`` is the decoded body if decoding it
    takes long (``api/upload.py``). ``raw_path`` is the path as it was sent, if the host gives it: in it a percent-encoded
    slash separates nothing. ``prefix`` is the part that a proxy has removed, ``sent_host`` the host that the proxy used.
    """

    method: str
    path: str
    query: str
    headers: Headers | Mapping[str, str]
    body: bytes = b""
    scheme: str = "http"
    host: str = "localhost"
    peer: tuple[str, int] | None = None
    oversized: bool = False
    upload: Any = None
    broken: bool = False
    raw_path: str | None = None
    prefix: str = ""
    sent_host: str | None = None

    @property
    def origin(self) -> str:
        """The scheme, host and prefix that the client used, for links back to this server."""
        return f"{self.scheme}://{self.host}{self.prefix}"


class Fault(Struct, frozen=True):
    """What happens to the connection instead of, or while, the answer is sent.

    ``pieces`` and ``over_ms`` shape a dribble; ``bytes`` bounds what is sent before a truncation.
    """

    kind: FaultKind
    pieces: int = 10
    over_ms: int = 5_000
    bytes: int | None = None


class Receipt(Struct):
    """The result of the delivery, filled in by the host, for the journal."""

    bytes_sent: int | None = None
    ended: str | None = None  # "response" | "RST" | "FIN" | "client left" | ...
    connection: str | None = None
    note: str | None = None  # why a fault could not be delivered, or what stood in for it
    attempt: int | None = None  # the number of this call among those that the rule counts


class Summary(NamedTuple):
    """What was decided about a request, for the access log."""

    operation: str | None
    refusal: str | None
    committed: bool


class Response(Struct):
    """One response: status, header pairs (lower-case names) and body, and how it is to be delivered.

    The application never sleeps: ``delay_ms``, ``fault``, ``wait`` and ``stream`` are carried out by the server.
    """

    status: int
    body: bytes = b""
    headers: HeaderPairs = JSON_HEADERS
    delay_ms: int = 0
    fault: Fault | None = None
    receipt: Receipt | None = None
    wait: Wait | None = None
    stream: Stream | None = None
    work: Callable[[], Response] | None = None  # long work, to be done in a thread; its answer replaces this one
    paints: bool = False  # its work decodes or draws a picture: memory, and time of a core, for a moment
    done: Callable[[], None] | None = None  # called once the response has been delivered, or cannot be
    summary: Summary | None = None  # of a request that the journal knows
    leave: Leave | None = None  # with a store: calls what sends the response once all that it tells of is stored


class Wait(Struct):
    """A long poll: the host calls ``poll`` until it returns a response; after ``timeout_ms`` of real time, ``expired``.

    One that ``stays`` continues when its client has left, and is called only when it is woken.
    """

    poll: Callable[[], Response | None]
    expired: Callable[[], Response]
    timeout_ms: int
    subscribe: Callable[[Callable[[], None]], Callable[[], None]] | None = None  # (wake) -> unsubscribe
    stays: bool = False


class Stream(Struct):
    """An endless body: ``chunks`` yields the next chunk, or None if there is none at the moment.

    The host closes it when its client leaves. With a store, ``leave`` lets each piece go as ``Response.leave`` does.
    """

    chunks: Generator[bytes | None]
    subscribe: Callable[[Callable[[], None]], Callable[[], None]] | None = None
    leave: Leave | None = None


def without_body(response: Response, method: str) -> Response:
    """Return a response without its body, for HEAD and statuses without one; to HEAD it has the length of the GET's body."""
    length = str(len(response.body)) if method == "HEAD" and response.status not in BODILESS else None
    framing = () if length is None else (("content-length", length),)
    headers = (*(pair for pair in response.headers if pair[0] not in FRAMING), *framing)
    return replace(response, body=b"", headers=headers)


def single_slashes(path: str) -> str:
    """Return a path, decoded or not, with a single slash before ``v3``, ``__mock`` or ``w``.

    A base URL that ends with a slash leads to several.
    """
    return _IN_WORLD.sub(r"\1/", _AT_START.sub("/", path, 1), 1) if "//" in path else path


def sized(text: bytes) -> bytes:
    """Return a copy of orjson's output in memory of its own size, for caches.

    The bytes that orjson returns hold its whole buffer, at least 4 KB.
    """
    return bytes(memoryview(text))


def json_response(status: int, value: Any, *extra: tuple[str, str]) -> Response:
    """Return a JSON body; ``extra`` are further headers."""
    return Response(status, orjson.dumps(value), JSON_HEADERS + extra)


def fragments(rows: Iterable[Any]) -> list[orjson.Fragment]:
    """Return rows for a JSON list, each written by itself: a long list in one go would hold up all other threads."""
    return [orjson.Fragment(orjson.dumps(row)) for row in rows]


class Note(Struct):
    """A hint for people about one request: it goes to the journal, never into an API body."""

    about: str  # "parameter" | "attribute" | "header" | "content_type" | "alias" | ...
    name: str
    text: str
    facts: dict[str, Any] = field(default_factory=dict)
