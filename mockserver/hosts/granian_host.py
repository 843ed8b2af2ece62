"""The only file that depends on granian: takes a listening socket, and passes on requests as ASGI describes them.

It runs in one of two ways. Inside: granian's worker calls a plain function on its own thread, and only waiting happens on
the event loop, which gives half as much again in throughput (``docs/performance.md``). This uses internal names of granian.
Where they are not as expected, granian's public embedded server is used instead, which makes an asyncio task per request.

ASGI rather than RSGI, because granian's RSGI gives neither the undecoded path nor a header's bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable
from functools import lru_cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from operator import attrgetter
from pathlib import Path
from typing import Any, Protocol

BACKLOG = 1_024
# connections at once; granian accepts no more, and hanging clients must not exclude others
CONNECTIONS = 100_000
OTHERWISE = "granian's inside is not what was expected ({}): answering through its public interface, which is slower"
Message = dict[str, Any]
_ON_LINUX = sys.platform.startswith(("linux", "freebsd"))


class Channel(Protocol):
    """ASGI's ``receive`` and ``send``. Their results are ready or have ``add_done_callback``; ``when_ready`` handles both."""

    def receive(self) -> Any:
        """Return the next ``http.request`` message, or ``http.disconnect``."""

    def send(self, message: Message, /) -> Any:
        """Send ``http.response.start`` or ``http.response.body``."""


class Watcher(Protocol):
    """One request in granian. ``done`` must be called exactly once, after the response.

    ``scope`` is ASGI's: ``method``, ``path`` (decoded), ``raw_path``, ``query_string``, ``headers``, ``client``, ``server``,
    ``scheme``, ``http_version`` (``"1"``, ``"1.1"``, ``"2"``).
    """

    scope: dict[str, Any]
    proto: Channel

    def done(self) -> None:
        """Tell granian that the response is complete."""


OnRequest = Callable[[Watcher], None]


def when_ready(awaitable: Any, callback: Callable[[Any], None]) -> None:
    """Call ``callback`` with the awaitable once it has a result; ``result_of`` reads it."""
    if hasattr(awaitable, "add_done_callback"):
        awaitable.add_done_callback(callback, context=None)
    else:
        callback(awaitable)


def result_of(awaitable: Any) -> Any:
    """Return the result of a ready awaitable of granian's. Raise its exception."""
    if hasattr(awaitable, "result"):
        return awaitable.result()
    try:
        next(iter(awaitable.__await__()))
    except StopIteration as finished:
        return finished.value
    raise RuntimeError("not ready")


@lru_cache(maxsize=1_000)
def address_of(text: str, port: str) -> str:
    """Return ``address:port`` of a scope's ``client`` or ``server``, an IPv6 address in brackets."""
    return f"[{text}]:{port}" if ":" in text else f"{text}:{port}"


async def outcome(awaitable: Any) -> Any:
    """Wait for an awaitable of granian's on the event loop, which cannot await it directly; return its result."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    def wake_from_any_thread(_: Any) -> None:
        loop.call_soon_threadsafe(wake)

    when_ready(awaitable, wake_from_any_thread)
    await ready
    return result_of(awaitable)


class Host:
    """A granian worker on one listening socket, which it owns.

    With ``pem``, a file of a key and its certificate, it speaks TLS 1.2 and 1.3, and HTTP/2 or HTTP/1.1 as the client prefers.
    """

    def __init__(self, listener: socket.socket, on_request: OnRequest, pem: Path | None = None) -> None:
        way = _Inside if inside_problem() is None else _Public
        self._way: _Inside | _Public = way(listener, on_request, pem)

    async def started(self) -> None:
        """Wait until connections are accepted."""
        await self._way.started()

    async def stop(self, grace: float) -> bool:
        """Stop accepting, let responses in progress finish; return whether all did within ``grace`` seconds."""
        try:
            await asyncio.wait_for(self._way.stop(), grace)
        except TimeoutError:
            return False
        return True


# -- inside


def _part(name: str) -> Any:
    """Import one module of granian without its package, which would import a server and a command line."""
    found = sys.modules.get(f"granian.{name}")
    if found is None:
        package = find_spec("granian")
        places = None if package is None else package.submodule_search_locations
        spec = PathFinder.find_spec(f"granian.{name}", places)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(f"granian.{name}")
        found = sys.modules[spec.name] = module_from_spec(spec)
        spec.loader.exec_module(found)
    return found


# the internal names used here, with the parts of their signatures that matter; no object is made to check them, for granian
# ends the process on a wrong argument
_EXPECTED = {
    "CallbackScheduler": "(event_loop, cb, aio_task, aio_tenter, aio_texit)",
    "CallbackScheduler._schedule_fn": "",
    "ASGIWorker": "(worker_id, sock, ipc, threads=1,",
    "ASGIWorker.serve_async": "($self, callback, event_loop, signal)",
    "SocketHolder": "(fd, uds, backlog)" if _ON_LINUX else "(fd, uds)",
    "WorkerSignal": "()",
    "WorkerSignal.add_cb": "($self, cb)",
    "WorkerSignal.set": "($self)",
}
_OPTIONS = (
    "backpressure", "http_mode", "http1_opts", "http2_opts", "websockets_enabled",
    "ssl_enabled", "ssl_cert", "ssl_key", "ssl_protocol_min",
)  # fmt: skip


def inside_problem() -> str | None:
    """Return which internal name of granian is not as expected, in a few words, or None."""
    try:
        inside = _part("_granian")
        for name, signature in _EXPECTED.items():
            found = attrgetter(name)(inside)
            if signature and not found.__text_signature__.startswith(signature):
                return f"{name} takes other arguments"
        given = inside.ASGIWorker.__text_signature__
        missing = [name for name in _OPTIONS if f" {name}=" not in given]
        return f"ASGIWorker takes no {missing[0]}" if missing else None
    except (AttributeError, ImportError) as problem:
        return str(problem)


def _scheduler(on_request: OnRequest) -> Any:
    """Return a scheduler that calls ``on_request`` for each request, on granian's thread."""

    class Scheduler(_part("_granian").CallbackScheduler):  # type: ignore[misc]
        __slots__ = ()

        def __init__(self, *_unused: Any) -> None:
            super().__init__()
            self._schedule_fn = on_request  # type: ignore[misc]  # a field of its parent

    return Scheduler(asyncio.get_running_loop(), on_request, None, None, None)


def _worker(holder: Any, pem: Path | None) -> Any:
    http = _part("http")
    return _part("_granian").ASGIWorker(
        1,
        (None, holder),
        None,
        backpressure=CONNECTIONS,
        http_mode="auto",
        http1_opts=http.HTTP1Settings(),
        http2_opts=http.HTTP2Settings(),
        websockets_enabled=False,
        ssl_enabled=pem is not None,
        ssl_cert=pem and str(pem),
        ssl_key=pem and str(pem),
        ssl_protocol_min="tls1.2",
    )


class _AtOnce:
    """A stand-in for the event loop in granian: calls ready callbacks at once, on granian's thread."""

    def call_soon_threadsafe(self, callback: Callable[..., None], *args: Any, context: Any = None) -> None:  # noqa: ARG002
        callback(*args)

    call_soon = call_soon_threadsafe  # granian calls it when the result is ready


class _Inside:
    def __init__(self, listener: socket.socket, on_request: OnRequest, pem: Path | None) -> None:
        loop, inside = asyncio.get_running_loop(), _part("_granian")
        self._stopped = asyncio.Event()
        self._signal = inside.WorkerSignal()
        self._signal.add_cb(lambda: loop.call_soon_threadsafe(self._stopped.set))
        listener.setblocking(False)
        fd = listener.detach()
        holder = inside.SocketHolder(fd, False, BACKLOG) if _ON_LINUX else inside.SocketHolder(fd, False)
        _worker(holder, pem).serve_async(_scheduler(on_request), _AtOnce(), self._signal)

    async def started(self) -> None:
        pass  # the socket listens already

    async def stop(self) -> None:
        self._signal.set()
        await self._stopped.wait()


# -- public


class _Exchange:
    """One request of the public embedded server, as a ``Watcher``."""

    def __init__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope = scope
        self.proto: Any = self
        self.receive, self.send = receive, send
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def done(self) -> None:
        if not self.finished.done():
            self.finished.set_result(None)


class _Public:
    def __init__(self, listener: socket.socket, on_request: OnRequest, pem: Path | None) -> None:
        from granian.constants import Interfaces, SSLProtocols
        from granian.server.embed import Server

        async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
            exchange = _Exchange(scope, receive, send)
            on_request(exchange)
            await exchange.finished

        self._address = address, port = listener.getsockname()[:2]
        listener.close()  # the embedded server binds by itself
        self._server = Server(
            application,
            address,
            port,
            interface=Interfaces.ASGINL,
            websockets=False,
            backlog=BACKLOG,
            backpressure=CONNECTIONS,
            log_enabled=False,
            ssl_cert=pem,
            ssl_key=pem,
            ssl_protocol_min=SSLProtocols.tls12,
        )
        self._serving = asyncio.ensure_future(self._server.serve())

    async def started(self) -> None:
        while not self._serving.done():
            with contextlib.suppress(OSError):
                (await asyncio.open_connection(*self._address))[1].close()
                return
            await asyncio.sleep(0.01)
        self._serving.result()

    async def stop(self) -> None:
        self._server.stop()  # type: ignore[no-untyped-call]
        with contextlib.suppress(OSError):
            await asyncio.shield(self._serving)
