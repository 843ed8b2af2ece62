"""The one file that knows granian's inside: a listening socket in, requests on a thread of granian's out.

granian's own embeddable server makes an asyncio task of every request, on the event loop's thread. Here a request is
handed to a plain function on the thread that granian's worker calls Python on, and only what has to wait goes to the
event loop; that is worth half as much again in throughput (``docs/performance.md``). The price is that this file uses
names that granian does not promise to keep, hence the bound on its minor version in ``pyproject.toml``.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any, Protocol


def _part(name: str) -> Any:
    """Import one module of granian without the package around it, which imports a server and a command line of its own."""
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


_inside: Any = _part("_granian")
_http: Any = _part("http")
BACKLOG = 1_024
# connections at once; granian stops accepting beyond it, and clients that hang must not keep others out
CONNECTIONS = 100_000


class Headers(Protocol):
    """Request headers of granian; names are lower case, values with other than printable ASCII are left out."""

    def get(self, name: str, /) -> str | None: ...  # noqa: D102
    def items(self) -> list[tuple[str, str]]: ...  # noqa: D102
    def __contains__(self, name: str, /) -> bool: ...


class Scope(Protocol):
    """What granian knows of a request. ``client`` and ``server`` are ``address:port``; ``path`` is percent-decoded."""

    method: str
    path: str
    query_string: str
    client: str
    server: str
    scheme: str
    http_version: str
    authority: str | None
    headers: Headers


class Transport(Protocol):
    """An answer that is sent piece by piece."""

    def send_bytes(self, data: bytes, /) -> Any: ...  # noqa: D102


class Future(Protocol):
    """Something that will be there; callbacks are called on granian's thread."""

    def add_done_callback(self, callback: Callable[[Any], None], /, *, context: None) -> None: ...  # noqa: D102
    def result(self) -> Any: ...  # noqa: D102


class Reply(Protocol):
    """The way to answer a request (RSGI's protocol object). Each request is answered once. Calling it reads the body."""

    def __call__(self) -> Future: ...  # noqa: D102
    def __aiter__(self) -> Any: ...
    def client_disconnect(self) -> Any: ...  # noqa: D102
    def response_bytes(self, status: int, headers: Any, body: bytes, /) -> None: ...  # noqa: D102
    def response_stream(self, status: int, headers: Any, /) -> Transport: ...  # noqa: D102


class Watcher(Protocol):
    """One request on its way through granian. ``done`` must be called exactly once, after the answer."""

    scope: Scope
    proto: Reply

    def done(self) -> None: ...  # noqa: D102


OnRequest = Callable[[Watcher], None]


class _Scheduler(_inside.CallbackScheduler):  # type: ignore[misc]
    """Calls ``on_request`` for each request, on granian's thread."""

    __slots__ = ()

    def __init__(self, _loop: asyncio.AbstractEventLoop, on_request: OnRequest, *_unused: None) -> None:
        super().__init__()
        self._schedule_fn = on_request  # type: ignore[misc]  # a field of its parent


class _AtOnce:
    """Stands in for the event loop towards granian: what becomes ready is called at once, on granian's thread."""

    def call_soon_threadsafe(self, callback: Callable[..., None], *args: Any, context: Any = None) -> None:  # noqa: ARG002
        callback(*args)

    call_soon = call_soon_threadsafe  # what granian calls where the result is there already


def when_ready(awaitable: Any, callback: Callable[[Any], None]) -> None:
    """Call back on granian's thread, with the awaitable itself, once it has a result; ``result_of`` reads it."""
    if hasattr(awaitable, "add_done_callback"):
        awaitable.add_done_callback(callback, context=None)
    else:
        callback(awaitable)


def result_of(awaitable: Any) -> Any:
    """Return the result of an awaitable of granian's that is ready. Raise what it failed with."""
    try:
        next(iter(awaitable.__await__()))
    except StopIteration as finished:
        return finished.value
    raise RuntimeError("not ready")


async def outcome(awaitable: Any) -> Any:
    """Wait for an awaitable of granian's on the event loop, which cannot await it directly; answer its result."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()

    def wake(_awaitable: Any) -> None:
        if not ready.done():
            ready.set_result(None)

    def ready_elsewhere(awaitable: Any) -> None:
        loop.call_soon_threadsafe(wake, awaitable)

    when_ready(awaitable, ready_elsewhere)
    await ready
    return result_of(awaitable)


class Host:
    """A granian worker on one listening socket, which it takes over.

    With ``pem``, a file of a key and its certificate, it speaks TLS 1.2 and 1.3, and HTTP/2 or HTTP/1.1 as the client prefers.
    """

    def __init__(self, listener: socket.socket, on_request: OnRequest, pem: Path | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._stopped: asyncio.Event = asyncio.Event()
        self._signal = _inside.WorkerSignal()
        self._signal.add_cb(lambda: loop.call_soon_threadsafe(self._stopped.set))
        listener.setblocking(False)
        fd = listener.detach()
        on_linux = sys.platform.startswith(("linux", "freebsd"))
        holder = _inside.SocketHolder(fd, False, BACKLOG) if on_linux else _inside.SocketHolder(fd, False)
        worker = _inside.RSGIWorker(
            1,
            (None, holder),
            None,
            backpressure=CONNECTIONS,
            http_mode="auto",
            http1_opts=_http.HTTP1Settings(),
            http2_opts=_http.HTTP2Settings(),
            websockets_enabled=False,
            ssl_enabled=pem is not None,
            ssl_cert=pem and str(pem),
            ssl_key=pem and str(pem),
            ssl_protocol_min="tls1.2",
        )
        worker.serve_async(_Scheduler(loop, on_request, None, None, None), _AtOnce(), self._signal)

    async def stop(self, grace: float) -> bool:
        """Stop accepting, let answers in progress finish; tell whether all did within ``grace`` seconds."""
        self._signal.set()
        try:
            await asyncio.wait_for(self._stopped.wait(), grace)
        except TimeoutError:
            return False
        return True
