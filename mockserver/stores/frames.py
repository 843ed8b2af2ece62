"""What processes that share a store say to one another: calls and answers as values, in frames on one kept connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from mockserver.exchange import Fault, HeaderPairs, Receipt, Request, Response, Summary
from mockserver.headers import SentHeaders
from mockserver.stores.store import Process

FORMAT = 1
"""The version of the frames; processes of another do not talk."""
LARGEST = 1 << 30  # bytes of a frame: a body has its own limit


class Hello(Struct, frozen=True, array_like=True, tag=0):
    """Who calls, and the secret of who is called."""

    format: int
    secret: str


class Call(Struct, frozen=True, array_like=True, tag=1):
    """A request to a world that the other process answers for; ``headers`` are pairs as MessagePack."""

    n: int
    method: str
    path: str
    query: str
    headers: bytes
    body: bytes
    scheme: str
    host: str
    peer: tuple[str, int] | None
    oversized: bool
    broken: bool
    raw_path: str | None
    prefix: str
    sent_host: str | None


class ForwardedAnswer(Struct, frozen=True, array_like=True, tag=2):
    """The answer to a call. Delays and faults are carried out by who holds the client; ``told`` asks what became of it."""

    n: int
    status: int
    headers: HeaderPairs
    body: bytes
    delay_ms: int
    fault: Fault | None
    receipt: Receipt | None
    summary: tuple[str | None, str | None, bool] | None
    told: bool
    streams: bool


class Piece(Struct, frozen=True, array_like=True, tag=3):
    """A piece of an answer that streams; None is its end."""

    n: int
    data: bytes | None


class Moved(Struct, frozen=True, array_like=True, tag=4):
    """The process that was called does not answer for this world, and has done nothing; it may know who does."""

    n: int
    owner: Process | None


class Left(Struct, frozen=True, array_like=True, tag=5):
    """The client of a call has left."""

    n: int


class Delivered(Struct, frozen=True, array_like=True, tag=6):
    """What became of an answer."""

    n: int
    receipt: Receipt


class Ping(Struct, frozen=True, array_like=True, tag=7):
    """Are you there? Answered by the same."""


Frame = Hello | Call | ForwardedAnswer | Piece | Moved | Left | Delivered | Ping
_DECODER: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)
_PAIRS = msgspec.msgpack.Decoder(tuple[tuple[str, str], ...])
_ENCODE = msgspec.msgpack.Encoder().encode


class ConnectionLost(Exception):
    """The other process has closed the connection, or says nothing any more."""


class FrameConnection:
    """Frames over a socket. Any thread may send, one reads."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._lock = threading.Lock()
        self._read = bytearray()

    def send(self, frame: Frame) -> None:
        """Send a frame. Raise ConnectionLost, also where the other process has taken nothing for a while."""
        text = _ENCODE(frame)
        try:
            with self._lock:
                self._socket.sendall(len(text).to_bytes(4, "big") + text)
        except OSError as problem:
            self.close()
            raise ConnectionLost from problem

    def receive(self, timeout: float | None) -> Iterator[Frame]:
        """Yield the frames that have come, none after ``timeout`` seconds without any. Raise ConnectionLost."""
        self._socket.settimeout(timeout)
        try:
            data = self._socket.recv(262_144)
        except TimeoutError:
            return
        except OSError as problem:
            raise ConnectionLost from problem
        if not data:
            raise ConnectionLost
        read = self._read
        read += data
        at, end = 0, len(read)
        while end - at >= 4:
            size = int.from_bytes(read[at : at + 4], "big")
            if size > LARGEST:
                raise ConnectionLost
            if end - at - 4 < size:
                break
            try:
                frame = _DECODER.decode(memoryview(read)[at + 4 : at + 4 + size])
            except msgspec.MsgspecError as problem:
                raise ConnectionLost from problem
            at += 4 + size
            yield frame
        del read[:at]

    def close(self) -> None:
        """Close the connection; whoever reads it notices."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def call_of(n: int, request: Request) -> Call:
    """Return a request as a frame."""
    headers = request.headers
    if isinstance(headers, SentHeaders):
        text = headers.derived.get("frame")
        if text is None:
            text = headers.derived["frame"] = _ENCODE(headers.items())
    else:
        text = _ENCODE(tuple(headers.items()))
    return Call(
        n, request.method, request.path, request.query, text, request.body, request.scheme, request.host, request.peer,
        request.oversized, request.broken, request.raw_path, request.prefix, request.sent_host,
    )  # fmt: skip


class CalledHeaders:
    """The headers of calls: equal ones are one object."""

    def __init__(self, most: int = 1_000) -> None:
        self._known: dict[bytes, SentHeaders] = {}
        self._most = most

    def request_of(self, call: Call) -> Request:
        """Return the request of a call."""
        headers = self._known.get(call.headers)
        if headers is None:
            headers = SentHeaders(_PAIRS.decode(call.headers))
            if len(self._known) >= self._most:
                self._known.clear()
            if len(call.headers) < 4_096:
                self._known[call.headers] = headers
        return Request(
            call.method, call.path, call.query, headers, call.body, call.scheme, call.host, call.peer, call.oversized, None,
            call.broken, call.raw_path, call.prefix, call.sent_host,
        )  # fmt: skip


def answer_of(n: int, response: Response) -> ForwardedAnswer:
    """Return a settled response as a frame."""
    told = response.fault is not None or response.delay_ms > 0 or response.done is not None
    summary: Any = response.summary
    return ForwardedAnswer(
        n, response.status, response.headers, response.body, response.delay_ms, response.fault, response.receipt, summary,
        told, response.stream is not None,
    )  # fmt: skip


def take_answer(response: Response, answer: ForwardedAnswer) -> None:
    """Let a response be what the other process answered."""
    response.status, response.body, response.headers = answer.status, answer.body, answer.headers
    response.delay_ms, response.fault, response.receipt = answer.delay_ms, answer.fault, answer.receipt
    response.summary = None if answer.summary is None else Summary(*answer.summary)
