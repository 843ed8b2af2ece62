"""The thin adapter between granian and the mock: makes a ``Request``, and sends a ``Response``.

It runs on granian's thread, one request after another, and never blocks there: waiting happens on the event loop.
Paths that the mock does not handle itself go to the Flask application, which is imported at its first request.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Callable
from functools import lru_cache, partial
from sys import intern
from typing import Any, Protocol

from mockserver.clock import stopwatch
from mockserver.exchange import (
    BODILESS,
    Receipt,
    Request,
    Response,
    json_response,
    single_slashes,
    without_body,
)
from mockserver.headers import InternedHeaders, SentHeaders, decoded
from mockserver.hosts.accesslog import AccessLog
from mockserver.hosts.body import Body, BodyResult
from mockserver.hosts.delivery import Delivery
from mockserver.hosts.environ import Wsgi, answer_of
from mockserver.hosts.granian_host import Watcher, address_of, outcome
from mockserver.hosts.recipient import Alarm
from mockserver.hosts.sending import phrase_note, send_whole
from mockserver.proxies import forwarded
from mockserver.settings import Settings

CONTROL = "/__mock"
# a refused body is discarded up to so many bytes, or until nothing arrives for so many seconds
MOST_UNREAD, PAUSE = 256 * 1024 * 1024, 0.3
DEFECT = Response(500, b'{"error": "The mock server has a defect; its log has the traceback"}')
HOST_WANTED = "HTTP/1.1 asks for one Host header (RFC 9112, 3.2), and {} were sent"


class RequestHandler(Protocol):
    """The handler of requests: ``mockserver.mock.Mock``."""

    def handles(self, path: str) -> bool:
        """Return whether a path is handled without Flask."""

    def handle(self, request: Request) -> Response:
        """Return the response to a request. Never sleeps."""


class Adapter:
    """Handles each request of a granian worker. ``application`` makes the WSGI application; it is called once."""

    def __init__(
        self, mock: RequestHandler, application: Callable[[], Wsgi], settings: Settings, log: AccessLog | None
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._answer: Callable[[Request], Response] = mock.handle
        self._handles: Callable[[str], bool] = mock.handles if settings.fast_path else _never
        self._make_application = application
        self._application: Wsgi | None = None
        self._max_body = settings.max_body
        self._trusts_proxy = settings.trust_proxy
        self._log = log
        self._alike = InternedHeaders()  # a client repeats its headers: they are parsed once
        self._waiting: set[asyncio.Task[None]] = set()
        self._delivered: set[Delivery] = set()
        self._alarm = Alarm(self._loop)
        self.stopping = asyncio.Event()

    # -- a request, on granian's thread

    def __call__(self, watcher: Watcher) -> None:
        """Take a request; read its body first if it has one."""
        try:
            scope = watcher.scope
            headers = self._alike.of_bytes(scope["headers"])
            version = scope["http_version"]
            if headers.host is None and version == "1.1":
                self._send(watcher, _without_one_host(headers), self._request_of(scope, headers, b""), stopwatch())
                return
            length = headers.get("content-length")
            if not headers.announces_body and (version != "2" or length is not None):
                self._respond(watcher, self._request_of(scope, headers, b""))
                return
            read, over = partial(self._read, watcher, headers), partial(self._over, watcher, headers)
            size = int(length) if length is not None and length.isdigit() else None
            if size is not None and size > self._max_body:
                over()
            else:
                Body(watcher.proto, size, self._max_body, read, over).start()
        except BaseException:
            self._broken(watcher)

    def _read(self, watcher: Watcher, headers: SentHeaders, body: BodyResult) -> None:
        try:
            request = self._request_of(watcher.scope, headers, body or b"")
            request.broken = body is None
            self._respond(watcher, request)
        except BaseException:
            self._broken(watcher)

    def _over(self, watcher: Watcher, headers: SentHeaders) -> None:
        self._later(self._refuse_body(watcher, headers), watcher)

    def _respond(self, watcher: Watcher, request: Request) -> None:
        started = 0 if self._log is None else stopwatch()
        if self._handles(request.path):
            response = self._answer(request)
        elif self._application is None:
            self._later(self._first_time(watcher, request), watcher)
            return
        else:
            response = answer_of(self._application, request, watcher.scope["http_version"])
        if request.broken:  # the next request on the connection could not be told apart
            response.headers = (*response.headers, ("connection", "close"))
        self._send(watcher, response, request, started)

    def _send(self, watcher: Watcher, response: Response, request: Request | None = None, started: int = 0) -> None:
        """Send a response, at once or on the event loop; then log the exchange."""
        if response.work or response.wait or response.stream or response.fault or response.delay_ms:
            self._later(self._deliver(watcher, response, request, started), watcher)
            return
        method = watcher.scope["method"] if request is None else request.method
        if method == "HEAD" or response.status in BODILESS:
            response = without_body(response, method)
        send_whole(watcher.proto, response)
        watcher.done()
        receipt: Receipt | None = response.receipt
        if receipt is not None:
            receipt.bytes_sent, receipt.ended = len(response.body), "response"
            receipt.connection = address_of(*watcher.scope["client"])
            receipt.note = receipt.note or phrase_note(response, watcher.scope["http_version"])
        if self._log is not None and request is not None:
            self._log.write(request, response, stopwatch() - started)

    def _request_of(self, scope: dict[str, Any], headers: SentHeaders, body: bytes) -> Request:
        scheme, query = scope["scheme"], scope["query_string"]
        host = sent_host = headers.host or headers.get("host") or address_of(*scope["server"])
        prefix = ""
        if self._trusts_proxy:
            scheme, host, prefix = forwarded(headers, scheme, host)
        path, raw_path = single_slashes(scope["path"]), scope["raw_path"]
        return Request(
            intern(scope["method"]), path, decoded(query) if query else "", headers, body, intern(scheme), host,
            peer_of(*scope["client"]), False, None, False,
            path if b"%" not in raw_path and path.isascii() else single_slashes(raw_path.decode("latin-1")),
            prefix, sent_host,
        )  # fmt: skip

    # -- waiting, on the event loop

    def _later(self, work: Any, watcher: Watcher) -> None:
        self._loop.call_soon_threadsafe(self._keep, work, watcher)

    def _keep(self, work: Any, watcher: Watcher) -> None:
        task = self._loop.create_task(self._guarded(work, watcher))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _deliver(self, watcher: Watcher, response: Response, request: Request | None, started: int) -> None:
        delivery = Delivery(watcher, self.stopping, self._alarm)
        self._delivered.add(delivery)
        try:
            delivered = await delivery.carry_out(response)
        finally:
            self._delivered.discard(delivery)
        if self._log is not None and request is not None:
            self._log.write(request, delivered, stopwatch() - started)

    async def _guarded(self, work: Any, watcher: Watcher) -> None:
        try:
            await work
        except Exception:
            self._broken(watcher)

    async def _first_time(self, watcher: Watcher, request: Request) -> None:
        """Import and make the Flask application in a thread, so that it does not block other requests."""
        made = await self._loop.run_in_executor(None, self._make_application)
        self._application = self._application or made
        self._respond(watcher, request)

    async def _refuse_body(self, watcher: Watcher, headers: SentHeaders) -> None:
        """Send 413 once the client pauses: most clients read no response before they have sent the whole body.

        The body is discarded. A client that waits for 100 (Continue) gets the 413 at once.
        """
        if "expect" not in headers:
            with contextlib.suppress(TimeoutError):
                unread = MOST_UNREAD
                while unread > 0:
                    message = await asyncio.wait_for(outcome(watcher.proto.receive()), PAUSE)
                    unread -= len(message.get("body", b""))
                    if not message.get("more_body"):
                        break
        started, request = stopwatch(), self._request_of(watcher.scope, headers, b"")
        self._send(watcher, self._too_large(request), request, started)

    async def stop(self, grace: float) -> None:
        """End all waiting; let the responses be delivered within ``grace`` seconds."""
        self.stopping.set()
        for delivery in self._delivered:
            delivery.stop()
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=grace)

    # -- errors

    def _too_large(self, request: Request) -> Response:
        if CONTROL in request.path:
            problem = {"message": f"the body is over {self._max_body} bytes", "hint": "start with --max-body"}
            return json_response(413, {"error": problem}, ("connection", "close"))
        request.oversized = True
        response = self._answer(request)
        response.headers = (*response.headers, ("connection", "close"))
        return response

    def _broken(self, watcher: Watcher) -> None:
        """Report an internal error on stderr and to the client."""
        traceback.print_exc()
        with contextlib.suppress(Exception):  # the response may have been started
            send_whole(watcher.proto, DEFECT)
        watcher.done()


@lru_cache(maxsize=1_000)  # so that the journal's requests of one connection share it
def peer_of(address: str, port: str) -> tuple[str, int]:
    """Return the address and port of a connection."""
    return address, int(port)


def _without_one_host(headers: SentHeaders) -> Response:
    sent = len(headers.get_all("host")) if headers.get("host") else 0
    return json_response(400, {"error": HOST_WANTED.format(sent or "none")}, ("connection", "close"))


def _never(path: str) -> bool:  # noqa: ARG001
    return False
