"""The embedded server: one process, listening sockets, an event loop for waiting requests, and a graceful stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NoReturn

from mockserver.hosts.accesslog import EVERY, AccessLog
from mockserver.hosts.adapter import Adapter, RequestHandler
from mockserver.hosts.environ import Wsgi
from mockserver.hosts.granian_host import BACKLOG, OTHERWISE, Host, inside_problem
from mockserver.settings import Settings
from mockserver.values.durations import parse_duration

if TYPE_CHECKING:
    from mockserver.hosts.network import SecureHost
    from mockserver.hosts.tls import HttpsListener

# seconds for responses in progress, then for connections, before the process ends anyway
GRACE = 1.0
FAREWELL = 0.3
# threads for long work, and the seconds for which one of them may compute before the thread that answers has its turn
WORKERS, SWITCH = 4, 0.001
TRIES = 10  # to find a port that is free on both addresses


class ListenError(Exception):
    """Listening on an address or port failed; the text is one line that says why and what to do.

    ``in_use`` is true if another socket has the port.
    """

    in_use = False


def listen(host: str, port: int, flag: str = "--port") -> socket.socket:
    """Bind and listen; port 0 takes a free one. Raise ListenError, whose text names the port's ``flag``."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise ListenError(f"cannot listen on {host}: {error.strerror or error}") from error
    try:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and host == "::":
            with contextlib.suppress(OSError):
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        problem = ListenError(_why(error, host, port, flag))
        problem.in_use = error.errno == errno.EADDRINUSE
        raise problem from error
    return listener


def _why(error: OSError, host: str, port: int, flag: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: stop what uses it, or choose another with {flag} (0 takes a free one)"
    if error.errno == errno.EACCES:
        return f"port {port} needs privileges that this user does not have: choose one above 1023 with {flag}"
    return f"cannot listen on {host}:{port}: {error.strerror}"


def listen_locally(host: str, port: int, flag: str = "--port") -> list[socket.socket]:
    """Listen as ``listen`` does; on 127.0.0.1, the default, on ::1 too, with the same port, where the machine has that.

    Programs that resolve ``localhost`` themselves try ::1 first, and some of them nothing else.
    """
    for attempt in range(TRIES):
        first = listen(host, port, flag)
        if host not in ("127.0.0.1", "localhost"):
            return [first]
        other = "::1" if first.family == socket.AF_INET else "127.0.0.1"
        try:
            return [first, listen(other, first.getsockname()[1], flag)]
        except ListenError as error:
            if not error.in_use:
                return [first]
            first.close()
            if port or attempt == TRIES - 1:  # else another free port may be free on both
                raise
    raise AssertionError("unreachable")


class Server:
    """Serves a mock on listening sockets, and over TLS on others, until a signal stops it."""

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        mock: RequestHandler,
        application: Callable[[], Wsgi],
        settings: Settings,
        log: AccessLog | None = None,
        secure: HttpsListener | None = None,
        hand_over: Callable[[], None] = lambda: None,
    ) -> None:
        self._hand_over = hand_over
        self._listeners = listeners
        self._mock = mock
        self._application = application
        self._settings = settings
        self._log = log
        self._secure = secure

    def run(self, started: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM or SIGINT. ``started`` is called once requests are served."""
        asyncio.run(self.serve(started))

    async def serve(self, started: Callable[[], None] = lambda: None) -> None:
        """Serve until a signal, then stop within a few seconds, even with clients connected."""
        let_threads_finish()
        stop = asyncio.Event()
        _on_signals(stop)
        sys.setswitchinterval(SWITCH)
        asyncio.get_running_loop().set_default_executor(_Workers(WORKERS))
        adapter = self._adapter()(self._mock, self._application, self._settings, self._log)
        problem = inside_problem()
        if problem is not None:
            print(f"mockserver: {OTHERWISE.format(problem)}", file=sys.stderr)
        hosts: list[Host | SecureHost] = [Host(listener, adapter) for listener in self._listeners]
        tasks = [asyncio.ensure_future(self._flush_log())]
        if self._secure is not None:
            from mockserver.hosts.addresses import certificate_names
            from mockserver.hosts.network import SecureHost

            secure = SecureHost(self._secure, adapter, lambda: certificate_names(self._settings.tls_name))
            hosts.append(secure)
            tasks.append(asyncio.ensure_future(secure.follow()))
        for host in hosts:
            await host.started()
        started()
        await stop.wait()
        await self._drain()
        for task in tasks:  # before the hosts, so that no task restarts one
            task.cancel()
        await adapter.stop(GRACE)
        await asyncio.gather(*(host.stop(FAREWELL) for host in hosts))
        if self._log is not None:
            self._log.flush()

    async def _drain(self) -> None:
        """Hand worlds over to other processes, and forward for a while what still comes."""
        if self._settings.store.startswith("redis"):
            await asyncio.get_running_loop().run_in_executor(None, self._hand_over)
            await asyncio.sleep(parse_duration(self._settings.drain) / 1_000)

    def _adapter(self) -> type[Adapter]:
        if self._settings.store == "memory":
            return Adapter
        from mockserver.hosts.storing import StoringAdapter

        return StoringAdapter

    async def _flush_log(self) -> None:
        while self._log is not None:
            await asyncio.sleep(EVERY)
            self._log.flush()


class _Workers(ThreadPoolExecutor):
    """Threads for long work; stopping does not wait for them, as the end of the loop otherwise would."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Accept no more work, and do not wait for running work."""
        super().shutdown(wait=False, cancel_futures=True)


def end_process() -> NoReturn:
    """End the process with 0 after a stop, at once: connections that clients leave open must not delay it."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # the pipe is closed, or the disk is full
            stream.flush()
    os._exit(0)


def let_threads_finish() -> None:
    """Let a thread of this process continue on its core before a thread that it woke (Linux).

    granian's two threads wake each other several times in a request; where they share a core, each such switch there and back
    costs as much as the request itself. A policy set for the process before is not changed; some C libraries have none.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            if os.sched_getscheduler(0) == os.SCHED_OTHER:
                os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
