"""Answers the calls of other processes: on the connection's own thread, and what waits on an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from mockserver.exchange import Receipt, Request, Response
from mockserver.hosts.delivery import Delivery
from mockserver.hosts.recipient import LEFT, Alarm, ClientLeftError
from mockserver.stores.frames import (
    FORMAT,
    Call,
    CalledHeaders,
    ConnectionLost,
    Delivered,
    Frame,
    FrameConnection,
    Hello,
    Left,
    Moved,
    Piece,
    Ping,
    answer_of,
)
from mockserver.stores.store import Process

PATIENCE = 5.0  # seconds for a caller to say who it is
WORKERS = 16


class NotMineError(Exception):
    """This process does not answer for the world of a call; ``owner`` does, if it is known."""

    def __init__(self, owner: Process | None = None) -> None:
        super().__init__()
        self.owner = owner


class Answering(Protocol):
    """Who answers calls of other processes (``replica_mock.py``)."""

    def answer(self, request: Request) -> Response:
        """Return the response to a request. Raise NotMineError."""


class _Leaving:
    """What a client's leaving is waited for by: ready once ``left`` is called."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[Any], None]] = []
        self._gone = False

    def add_done_callback(self, callback: Callable[[Any], None], context: Any = None) -> None:  # noqa: ARG002
        self._callbacks.append(callback)
        if self._gone:
            callback(self)

    def result(self) -> dict[str, str]:
        return {"type": "http.disconnect"}

    def left(self) -> None:
        """Say that the client has left."""
        self._gone = True
        for callback in self._callbacks:
            callback(self)


class _Caller:
    """The client of a call, as a delivery sees it (``granian_host.Watcher``)."""

    def __init__(self, call: Call) -> None:
        address, port = call.peer or ("", 0)
        self.scope = {"method": call.method, "client": (address, str(port)), "http_version": "1.1"}
        self.proto: Any = self
        self.leaving = _Leaving()

    def receive(self) -> _Leaving:
        return self.leaving

    def send(self, message: Any) -> None:
        raise AssertionError(message)

    def done(self) -> None:
        pass


class _Settling(Delivery):
    """Settles a response (long work, long polls, streams), and sends it to the process that called."""

    async def carry_out(self, response: Response, *to: Any) -> Response:
        """Send the settled response, then its pieces. Never raises."""
        inbound, n = to
        with contextlib.suppress(ClientLeftError, ConnectionLost):
            response = await self._settled(response)
            inbound.answered(n, response)
            if response.stream is not None:
                async with contextlib.aclosing(self._pulled(response.stream)) as chunks:
                    async for chunk in chunks:
                        inbound.connection.send(Piece(n, chunk))
                inbound.connection.send(Piece(n, None))
        inbound.callers.pop(n, None)
        return response


class LinkServer:
    """Listens for other processes; ``address`` is where, ``secret`` what they must know."""

    def __init__(self, host: str, port: int, secret: str, answering: Answering) -> None:
        self._secret = secret
        self._answering = answering
        self._listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port: int = self._listener.getsockname()[1]
        self.pool = ThreadPoolExecutor(WORKERS, "called")
        self.loop = asyncio.new_event_loop()
        self.headers = CalledHeaders()
        self.alarm = Alarm(self.loop)
        self.stopping: asyncio.Event = asyncio.Event()
        threading.Thread(target=self.loop.run_forever, name="called-waiting", daemon=True).start()
        threading.Thread(target=self._accept, name="called", daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), name="called-by", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        frames = FrameConnection(connection)
        inbound = _Inbound(self, frames)
        try:
            if self._is_welcome(frames, inbound):
                while True:
                    for frame in frames.receive(None):
                        inbound.take(frame, self._answering)
        except ConnectionLost:
            pass
        except Exception:
            traceback.print_exc()
        finally:
            frames.close()
            inbound.lost()

    def _is_welcome(self, frames: FrameConnection, inbound: _Inbound) -> bool:
        """Return whether the first frame has our secret; take those that came with it."""
        found = list(frames.receive(PATIENCE))
        first = found[0] if found else None
        if not isinstance(first, Hello) or first.format != FORMAT:
            return False
        if not secrets.compare_digest(first.secret.encode(), self._secret.encode()):
            return False
        for frame in found[1:]:
            inbound.take(frame, self._answering)
        return True

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()


class _Inbound:
    """The calls of one process."""

    def __init__(self, server: LinkServer, connection: FrameConnection) -> None:
        self.connection = connection
        self.callers: dict[int, _Caller] = {}
        self._server = server
        self._told: dict[int, Response] = {}

    def take(self, frame: Frame, answering: Answering) -> None:
        """Take one frame, and answer it if that does not take long."""
        if isinstance(frame, Call):
            self._answer(frame, lambda: answering.answer(self._server.headers.request_of(frame)))
        elif isinstance(frame, Ping):
            self.connection.send(frame)
        elif isinstance(frame, Left):
            caller = self.callers.get(frame.n)
            if caller is not None:
                caller.leaving.left()
        elif isinstance(frame, Delivered):
            response = self._told.pop(frame.n, None)
            if response is not None:
                _delivered(response, frame.receipt)

    def _answer(self, call: Call, compute: Callable[[], Response]) -> None:
        try:
            response = compute()
            if response.work is not None:
                self._server.pool.submit(self._answer, call, response.work)
            elif response.wait is not None or response.stream is not None:
                asyncio.run_coroutine_threadsafe(self._settle(call, response), self._server.loop)
            elif response.leave is not None:
                response.leave(lambda: self.answered(call.n, response))
            else:
                self.answered(call.n, response)
        except NotMineError as not_mine:
            with contextlib.suppress(ConnectionLost):
                self.connection.send(Moved(call.n, not_mine.owner))
        except ConnectionLost:
            pass
        except Exception:
            traceback.print_exc()
            self.connection.send(answer_of(call.n, Response(500, b'{"error": "The mock server has a defect"}')))

    async def _settle(self, call: Call, response: Response) -> None:
        caller = self.callers[call.n] = _Caller(call)
        await _Settling(caller, self._server.stopping, self._server.alarm).carry_out(response, self, call.n)

    def answered(self, n: int, response: Response) -> None:
        """Send an answer; keep the response where it matters what became of it."""
        answer = answer_of(n, response)
        if answer.told:
            response.receipt = response.receipt or Receipt()
            self._told[n] = response
        with contextlib.suppress(ConnectionLost):
            self.connection.send(answer)

    def lost(self) -> None:
        """Note that the process that called is gone, and its clients with it."""
        for caller in list(self.callers.values()):
            caller.leaving.left()
        for response in list(self._told.values()):
            _delivered(response, Receipt(ended=LEFT))


def _delivered(response: Response, receipt: Receipt) -> None:
    """Write down what became of a response, in the receipt that the journal has."""
    kept = response.receipt
    if kept is not None:
        kept.bytes_sent, kept.ended, kept.connection = receipt.bytes_sent, receipt.ended, receipt.connection
        kept.note = receipt.note
    if response.done is not None:
        response.done()
