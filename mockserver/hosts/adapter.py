"""The thin adapter between granian and the mock: a request in, a ``Call``; an ``Answer`` out.

It runs on granian's thread, one request after another, and never waits there: what has to wait goes to the event loop.
What the mock does not handle itself goes to the Flask application, which is imported when it is first needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from sys import intern
from typing import Any, Protocol

from mockserver.clock import stopwatch
from mockserver.exchange import Receipt, Request, Response, forwarded, json_response
from mockserver.headers import Alike, SentHeaders
from mockserver.hosts.accesslog import AccessLog
from mockserver.hosts.delivery import Delivery
from mockserver.hosts.granian_host import Future, Scope, Watcher, outcome
from mockserver.settings import Settings

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
CONTROL = "/__mock"
# a body that is refused is thrown away up to so many bytes, or until nothing comes for so many seconds
MOST_UNREAD, PAUSE = 256 * 1024 * 1024, 0.3
PRINTABLE = "".join(map(chr, range(33, 127)))
BROKEN_BODY = {"error": "The chunked body is broken, or has trailers, which are not understood"}
DEFECT = b'{"error": "The mock server has a defect; its log has the traceback"}'


class Mock(Protocol):
    """What answers: ``mockserver.mock.Mock``."""

    def handles(self, path: str) -> bool:
        """Return whether a path is answered without Flask."""

    def handle(self, request: Request) -> Response:
        """Return a call. Never sleeps."""


class Adapter:
    """Answers each request of a granian worker. ``application`` makes the WSGI application; it is called once."""

    def __init__(self, mock: Mock, application: Callable[[], Wsgi], settings: Settings, log: AccessLog | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._answer: Callable[[Request], Response] = mock.handle
        self._handles: Callable[[str], bool] = mock.handles if settings.fast_path else _never
        self._make_application = application
        self._application: Wsgi | None = None
        self._max_body = settings.max_body
        self._trusts_proxy = settings.trust_proxy
        self._log = log
        self._alike = Alike()  # a client's requests are alike: their headers are read once
        self._waiting: set[asyncio.Task[None]] = set()
        self.stopping = asyncio.Event()

    # -- a request, on granian's thread

    def __call__(self, watcher: Watcher) -> None:
        """Take a request; read its body first if it has one."""
        try:
            sent = watcher.scope.headers
            headers = self._alike(sent.items())
            unreadable = tuple(name for name in headers.missing if name in sent) if headers.missing else ()
            if unreadable:  # a value in impossible bytes is no item, but its header is there
                headers = SentHeaders(headers.items(), unreadable)
            length = headers.get("content-length")
            if length is None and "transfer-encoding" not in headers and watcher.scope.http_version != "2":
                self._respond(watcher, headers, b"")
            elif length is not None and length.isdigit():
                self._read(watcher, headers, int(length))
            else:
                self._later(self._read_unknown(watcher, headers), watcher)
        except BaseException:
            self._broken(watcher)

    def _read(self, watcher: Watcher, headers: SentHeaders, length: int) -> None:
        if length > self._max_body:
            self._later(self._refuse_body(watcher, headers, watcher.proto.__aiter__()), watcher)
        elif length == 0:
            self._respond(watcher, headers, b"")
        else:
            watcher.proto().add_done_callback(partial(self._respond_to, watcher, headers), context=None)

    def _respond_to(self, watcher: Watcher, headers: SentHeaders, body: Future) -> None:
        try:
            content: bytes = body.result()
        except Exception:  # the client left, or its body was no HTTP: nobody is there to be answered
            watcher.done()
            return
        try:
            self._respond(watcher, headers, content)
        except BaseException:
            self._broken(watcher)

    def _respond(self, watcher: Watcher, headers: SentHeaders, body: bytes) -> None:
        self._answer_call(watcher, self._call_of(watcher.scope, headers, body))

    def _answer_call(self, watcher: Watcher, request: Request) -> None:
        started = 0 if self._log is None else stopwatch()
        if self._handles(request.path):
            response = self._answer(request)
        elif self._application is None:
            self._later(self._first_time(watcher, request), watcher)
            return
        else:
            response = answer_of(self._application, request, watcher.scope)
        if self._log is not None:
            if response.work is None:
                self._log.write(request, response, stopwatch() - started)
            else:
                response.work = partial(_logged, self._log, request, response.work, started)
        self._send(watcher, response)

    def _send(self, watcher: Watcher, response: Response) -> None:
        if response.work or response.wait or response.stream or response.fault or response.delay_ms:
            self._loop.call_soon_threadsafe(self._deliver, watcher, response)
            return
        status = response.status if 200 <= response.status <= 999 else 500  # granian ends the process on others
        watcher.proto.response_bytes(status, response.headers, response.body)
        watcher.done()
        receipt: Receipt | None = response.receipt
        if receipt is not None:
            receipt.bytes_sent, receipt.ended = len(response.body), "response"
            receipt.connection = watcher.scope.client

    def _call_of(self, scope: Scope, headers: SentHeaders, body: bytes) -> Request:
        host = scope.authority or headers.get("host") or scope.server
        scheme = intern(scope.scheme)
        if self._trusts_proxy:
            scheme, host = forwarded(headers, scheme, host)
        return Request(
            intern(scope.method), scope.path, scope.query_string, headers, body, scheme, host, peer_of(scope.client)
        )

    # -- what has to wait, on the event loop

    def _later(self, work: Any, watcher: Watcher) -> None:
        self._loop.call_soon_threadsafe(self._keep, work, watcher)

    def _keep(self, work: Any, watcher: Watcher) -> None:
        task = self._loop.create_task(self._guarded(work, watcher))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    def _deliver(self, watcher: Watcher, response: Response) -> None:
        self._keep(Delivery(watcher, self.stopping).carry_out(response), watcher)

    async def _guarded(self, work: Any, watcher: Watcher) -> None:
        try:
            await work
        except Exception:
            self._broken(watcher)

    async def _first_time(self, watcher: Watcher, request: Request) -> None:
        """Import and make the Flask application in a thread, so that others are answered meanwhile."""
        made = await self._loop.run_in_executor(None, self._make_application)
        self._application = self._application or made
        self._answer_call(watcher, request)

    async def _read_unknown(self, watcher: Watcher, headers: SentHeaders) -> None:
        """Read a body that does not say how long it is, up to the limit."""
        chunks, size = [], 0
        stream = watcher.proto.__aiter__()
        while chunk := await outcome(stream.__anext__()):
            chunks.append(chunk)
            size += len(chunk)
            if size > self._max_body:
                await self._refuse_body(watcher, headers, stream)
                return
        if _is_whole(stream):
            self._respond(watcher, headers, b"".join(chunks))
        else:
            self._send(watcher, json_response(400, BROKEN_BODY, ("connection", "close")))

    async def _refuse_body(self, watcher: Watcher, headers: SentHeaders, stream: Any) -> None:
        """Return 413 once the client pauses: most clients read no answer before they have sent all they have.

        What they send is thrown away. One that waits for 100 gets its answer instead, at once.
        """
        if "expect" not in headers:
            with contextlib.suppress(TimeoutError, StopAsyncIteration):
                size = 0
                while size < MOST_UNREAD and (chunk := await asyncio.wait_for(outcome(stream.__anext__()), PAUSE)):
                    size += len(chunk)
        self._send(watcher, self._too_large(watcher.scope, headers))

    async def stop(self, grace: float) -> None:
        """Cut short what waits; let it be delivered within ``grace`` seconds."""
        self.stopping.set()
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=grace)

    # -- what goes wrong

    def _too_large(self, scope: Scope, headers: SentHeaders) -> Response:
        if CONTROL in scope.path:
            problem = {"message": f"the body is over {self._max_body} bytes", "hint": "start with --max-body"}
            return json_response(413, {"error": problem}, ("connection", "close"))
        request = self._call_of(scope, headers, b"")
        request.oversized = True
        response = self._answer(request)
        response.headers = (*response.headers, ("connection", "close"))
        return response

    def _broken(self, watcher: Watcher) -> None:
        """A defect of the mock: say so on stderr and to the client, and go on."""
        traceback.print_exc()
        watcher.proto.response_bytes(500, (("content-type", "application/json"),), DEFECT)
        watcher.done()


@lru_cache(maxsize=1_000)  # the journal keeps it with each request of a connection
def peer_of(client: str) -> tuple[str, int]:
    """Return the address and port of a connection, ``address:port``."""
    address, _, port = client.rpartition(":")
    return address.strip("[]"), int(port)


def _is_whole(stream: Any) -> bool:
    """Return whether a body came to its proper end; granian reads a broken one as an empty piece that is not the last."""
    try:
        stream.__anext__()
    except StopAsyncIteration:
        return True
    return False


def _logged(log: AccessLog, request: Request, work: Callable[[], Response], started: int) -> Response:
    """Do an answer's work, and log what came of it."""
    response = work()
    log.write(request, response, stopwatch() - started)
    return response


def _never(path: str) -> bool:  # noqa: ARG001
    return False


def answer_of(application: Wsgi, request: Request, scope: Scope) -> Response:
    """Return a call by the WSGI application. An ``Answer`` with effects comes back through the environ."""
    environ = environ_of(request, scope)
    head: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:  # noqa: ARG001
        head[:] = [int(status[:3]), tuple((name.lower(), value) for name, value in headers)]

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    effects = environ.get("mockserver.response")
    return effects if isinstance(effects, Response) else Response(head[0], body, head[1])


def environ_of(request: Request, scope: Scope) -> dict[str, Any]:
    """Return the WSGI environ of a call."""
    from io import BytesIO
    from sys import stderr
    from urllib.parse import quote

    name, _, port = (
        request.host.rpartition(":") if request.host.rpartition(":")[2].isdigit() else (request.host, "", "80")
    )
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": request.query if request.query.isascii() else quote(request.query, PRINTABLE, errors="replace"),
        "REQUEST_URI": request.raw_path or quote(request.path, errors="replace"),
        "SERVER_NAME": name or "localhost",
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "mockserver.deliver": True,
        "mockserver.unreadable": getattr(request.headers, "unreadable", ()),
    }
    if request.peer is not None:
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = request.peer[0], str(request.peer[1])
    for header, value in request.headers.items():
        key = "HTTP_" + header.upper().replace("-", "_")
        text = value.encode("utf-8", "replace").decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    environ["HTTP_HOST"] = request.host
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ
