"""Delivery under other WSGI servers: waiting blocks the request's thread, and faults need the server's socket.

gunicorn and werkzeug expose the connection's socket (``gunicorn.socket``, ``werkzeug.socket``). Under other servers a fault
on the connection cannot be delivered: the ordinary response is sent, and the receipt says so.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mockserver.exchange import BODILESS, Fault, Receipt, Response, Stream, Wait, without_body
from mockserver.hosts import connection, raw

SOCKETS = ("gunicorn.socket", "werkzeug.socket")
POLL_EVERY = 0.05  # seconds
UNDELIVERABLE = "this WSGI server does not hand out its connections, so the ordinary answer was sent"


def deliver_blocking(response: Response, environ: Mapping[str, Any]) -> tuple[Response, Iterable[bytes]]:
    """Carry out a response's delay, work and fault on the calling thread; return the response to send and its body's chunks."""
    receipt = response.receipt = response.receipt or Receipt()
    response = _settled(response)
    receipt = response.receipt = response.receipt or receipt  # of a response made by work: its own
    try:
        return _delivered(response, receipt, environ)
    finally:
        if response.done is not None:
            response.done()


def _delivered(response: Response, receipt: Receipt, environ: Mapping[str, Any]) -> tuple[Response, Iterable[bytes]]:
    method = environ.get("REQUEST_METHOD", "GET")
    if method == "HEAD" or response.status in BODILESS:
        response = without_body(response, method)
    if response.delay_ms:
        time.sleep(response.delay_ms / 1_000)
    if response.fault is not None and response.fault.kind != "dribble":
        return response, _faulted(response, response.fault, receipt, environ)
    receipt.bytes_sent, receipt.ended = len(response.body), "response"
    if response.stream is not None:
        receipt.bytes_sent = None
        return response, _streamed(response.stream)
    if response.fault is not None:
        return response, _dribbled(response.body, response.fault)
    return response, (response.body,)


def _settled(response: Response) -> Response:
    while True:
        if response.work is not None:
            response = response.work()
        elif response.wait is not None:
            response = _polled(response.wait)
        else:
            return response


def _polled(wait: Wait) -> Response:
    with _wakes(wait.subscribe) as woken:
        deadline = time.monotonic() + wait.timeout_ms / 1_000
        while True:
            woken.clear()
            response = wait.poll()
            left = deadline - time.monotonic()
            if response is not None:
                return response
            if left <= 0:
                return wait.expired()
            woken.wait(min(left, POLL_EVERY if wait.subscribe is None else 1.0))


def _streamed(stream: Stream) -> Iterator[bytes]:
    with _wakes(stream.subscribe) as woken, contextlib.closing(stream.chunks):
        while True:
            woken.clear()
            chunk = next(stream.chunks, b"")
            if chunk == b"":
                return
            if chunk is None:
                woken.wait(POLL_EVERY if stream.subscribe is None else 1.0)
            else:
                yield chunk


def _dribbled(body: bytes, fault: Fault) -> Iterator[bytes]:
    pieces = raw.pieces_of(body, fault.pieces)
    for piece in pieces:
        time.sleep(fault.over_ms / 1_000 / len(pieces))
        yield piece


def _faulted(response: Response, fault: Fault, receipt: Receipt, environ: Mapping[str, Any]) -> Iterable[bytes]:
    found = next((environ[key] for key in SOCKETS if isinstance(environ.get(key), socket.socket)), None)
    if found is None:
        receipt.bytes_sent, receipt.ended, receipt.note = len(response.body), "response", UNDELIVERABLE
        return (response.body,)
    try:
        client = found.dup()
    except OSError as problem:
        receipt.note = connection.undelivered(problem)
        return (response.body,)
    with client:
        bodiless = environ.get("REQUEST_METHOD") == "HEAD" or response.status in BODILESS
        data = _bytes_of(response, fault, bodiless)
        with contextlib.suppress(OSError):
            client.settimeout(10)
            client.sendall(data)
            if fault.kind == "hang":
                client.settimeout(None)
                client.recv(1)
        client.setblocking(False)
        # before the fault: a client that sees it finds the receipt complete
        receipt.ended, receipt.bytes_sent = "RST" if fault.kind == "reset" else "FIN", len(data)
        if fault.kind == "reset":
            receipt.ended = connection.reset(client)
        connection.shut_down(client)
    return ()


def _bytes_of(response: Response, fault: Fault, bodiless: bool) -> bytes:
    match fault.kind:
        case "truncate":
            return raw.truncated(response, fault.bytes)
        case "malformed_chunk":
            return raw.malformed_chunk(response, bodiless)
        case "garbage":
            return raw.GARBAGE
    return b""


@contextlib.contextmanager
def _wakes(subscribe: Callable[[Callable[[], None]], Callable[[], None]] | None) -> Iterator[threading.Event]:
    woken = threading.Event()
    unsubscribe = subscribe(woken.set) if subscribe is not None else None
    try:
        yield woken
    finally:
        if unsubscribe is not None:
            unsubscribe()
