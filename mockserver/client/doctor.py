"""Tries every fault against a running server with a raw socket, and reports what the client received.

Faults depend on the kernel, on TLS and on proxies between client and server, so they have to be tried.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any, get_args
from urllib.parse import urlsplit
from uuid import uuid4

from msgspec import Struct

from mockserver.client import MockClient
from mockserver.clock import stopwatch
from mockserver.exchange import FaultKind

PATIENCE = 20.0  # seconds without a byte after which a client gives up
SILENCE = 1.0  # seconds without a byte after which a hanging fault counts as delivered
DRIBBLE = {"dribble": {"pieces": 4, "over": "1s"}}
_FIRST_LINE = b"HTTP/1."


class ReceivedBytes(Struct, frozen=True):
    """What a client received: the bytes, the end of the connection (``RST``, ``FIN``, ``open``), and the number of pieces."""

    data: bytes
    ended: str
    pieces: int

    @property
    def head(self) -> bytes:
        """The status line and the headers."""
        return self.data.partition(b"\r\n\r\n")[0]

    @property
    def body(self) -> bytes:
        """The bytes after the headers."""
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def announced(self) -> int | None:
        """The Content-Length, or None."""
        for line in self.head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                return int(line[15:])
        return None

    def __str__(self) -> str:
        ends = {"RST": "connection reset (RST)", "FIN": "connection closed (FIN)", "open": "no end: the client gave up"}
        what = f"{len(self.data)} bytes" + (f" in {self.pieces} pieces" if self.pieces > 1 else "")
        return f"{what}, {ends.get(self.ended, self.ended)}"


class FaultTrial(Struct, frozen=True):
    """One fault tried: what the client received, whether that is the fault, and the receipt in the server's journal."""

    fault: str
    seen: ReceivedBytes
    delivered: bool
    receipt: dict[str, Any] | None

    def row(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "fault": self.fault,
            "delivered": self.delivered,
            "bytes": len(self.seen.data),
            "ended": self.seen.ended,
            "pieces": self.seen.pieces,
            "receipt": self.receipt,
        }


def examine_faults(server: MockClient) -> Iterator[FaultTrial]:
    """Try each fault in a new world, which is dropped afterwards. Raise MockServerUnreachable, ControlError."""
    world = server.create_world(f"doctor-{uuid4().hex[:8]}")
    try:
        request = _request(world)
        for fault in get_args(FaultKind):
            effect: Any = DRIBBLE if fault == "dribble" else fault
            world.rules.add(name=fault, when={"operation": "list_stores"}, then={"fault": effect})
            seen = look(world.url, request, SILENCE if fault == "hang" else PATIENCE)
            world.rules.delete(fault)
            yield FaultTrial(fault, seen, delivered(fault, seen), _receipt(world))
    finally:
        server.drop_world(world.name)


def delivered(fault: str, seen: ReceivedBytes) -> bool:
    """Return whether the client received the fault."""
    http = seen.data.startswith(_FIRST_LINE)
    if fault == "reset":
        return seen.ended == "RST" and not seen.data
    if fault == "empty":
        return seen.ended == "FIN" and not seen.data
    if fault == "hang":
        return seen.ended == "open" and not seen.data
    if fault == "garbage":
        return bool(seen.data) and not http
    if fault == "truncate":
        return http and seen.ended == "FIN" and len(seen.body) < (seen.announced or 0)
    if fault == "malformed_chunk":
        return http and seen.ended == "FIN" and b"chunked" in seen.head.lower() and not seen.body.endswith(b"0\r\n\r\n")
    return http and seen.pieces > 1 and len(seen.body) == seen.announced


def look(url: str, request: bytes, patience: float = PATIENCE) -> ReceivedBytes:
    """Send one request over a new connection, and read until the connection ends or no more data arrives."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=PATIENCE) as plain:
        connection = plain if parts.scheme == "http" else _TlsConnection(plain, parts.hostname or "")
        connection.sendall(request)
        return _watch(plain, connection.recv, patience)


def _watch(plain: socket.socket, receive: Callable[[int], bytes | None], patience: float) -> ReceivedBytes:
    data, pieces = b"", 0
    deadline = stopwatch() + int(patience * 1e9)
    while stopwatch() < deadline:
        try:
            if not select.select([plain], [], [], 0.05)[0]:
                continue
            piece = receive(65_536)
        except ConnectionResetError:
            return ReceivedBytes(data, "RST", pieces)
        except (TimeoutError, ssl.SSLError) as problem:
            return ReceivedBytes(data, f"{type(problem).__name__}: {problem}", pieces)
        if piece is None:
            continue
        if not piece:
            return ReceivedBytes(data, "FIN", pieces)
        data, pieces = data + piece, pieces + 1
        deadline = stopwatch() + int(patience * 1e9)
        so_far = ReceivedBytes(data, "open", pieces)
        if so_far.announced is not None and len(so_far.body) >= so_far.announced:
            return ReceivedBytes(data, "response", pieces)
    return ReceivedBytes(data, "open", pieces)


class _TlsConnection:
    """A TLS connection that shows how the TCP connection ends; an SSL socket does not tell RST from FIN."""

    def __init__(self, plain: socket.socket, host: str) -> None:
        self._plain = plain
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = _unverified().wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        while True:
            try:
                self._tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                plain.sendall(self._outgoing.read())
                if not self._incoming.write(plain.recv(65_536)):
                    self._incoming.write_eof()

    def sendall(self, data: bytes) -> None:
        """Send bytes, after the rest of the handshake."""
        self._tls.write(data)
        self._plain.sendall(self._outgoing.read())

    def recv(self, size: int) -> bytes | None:
        """Return received bytes, None while a TLS record is incomplete, ``b""`` at the end. Raise what socket and TLS raise."""
        sealed = self._plain.recv(size)
        if not sealed:
            return b""
        self._incoming.write(sealed)
        pieces = []
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            while piece := self._tls.read(size):
                pieces.append(piece)
        return b"".join(pieces) or None


def _unverified() -> ssl.SSLContext:
    """Return a context that does not check certificates: they are not examined here."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _request(world: MockClient) -> bytes:
    """Return a request that the world's first client may send: body faults need a response with a body."""
    data = world.state.export()
    client = next(iter(data.get("clients", ())), {"token": "none", "clubs": ["none"], "products": ["default"]})
    parts = urlsplit(world.url)
    lines = (
        f"GET {parts.path}/v3/{client['clubs'][0]}/stores HTTP/1.1",
        f"Host: {parts.netloc}",
        f"X-Client-Authorization: {client['token']}",
        f"X-Product-Name: {client['products'][0]}",
        "X-User-Agent: mockserver doctor",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _receipt(world: MockClient) -> dict[str, Any] | None:
    """Return the receipt of the newest request's delivery."""
    newest = world.requests.list(limit=1)["requests"]
    found = world.requests.show(newest[0]["id"]) if newest else {}
    delivery = found.get("delivery") or found
    receipt: dict[str, Any] | None = delivery.get("receipt")
    return receipt
