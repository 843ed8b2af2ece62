"""Calls to worlds that another process answers for: one kept connection to each such process, with a thread that reads it."""

from __future__ import annotations

import itertools
import socket
import threading
from collections import deque
from collections.abc import Callable, Generator
from typing import Literal

from msgspec import Struct

from mockserver.clock import stopwatch
from mockserver.exchange import Receipt, Request, Response, Stream
from mockserver.stores.frames import (
    FORMAT,
    ConnectionLost,
    Delivered,
    ForwardedAnswer,
    Frame,
    FrameConnection,
    Hello,
    Left,
    Moved,
    Piece,
    Ping,
    call_of,
    take_answer,
)
from mockserver.stores.store import Process

CONNECT_WITHIN = 0.5  # seconds
LOOK_EVERY = 0.25  # seconds after which a silent process is asked whether it is there
SILENT_NS = 1_200_000_000  # nanoseconds without a word after which it counts as gone
Why = Literal["moved", "lost"]


class Forwarded(Struct):
    """A call on its way: its answer goes into ``response``, then ``send`` is called.

    ``failed`` is called where none comes: the world has moved (to the process that is given, if that is known), or nobody knows.
    """

    response: Response
    send: Callable[[], None]
    failed: Callable[[Why, Process | None], None]


class Pieces:
    """The pieces of an answer that streams, as they come."""

    def __init__(self, left: Callable[[], None]) -> None:
        self._pieces: deque[bytes | None] = deque()
        self._left = left
        self._wakes: tuple[Callable[[], None], ...] = ()

    def add(self, data: bytes | None) -> None:
        """Take a piece; None is the end."""
        self._pieces.append(data)
        for wake in self._wakes:
            wake()

    def chunks(self) -> Generator[bytes | None]:
        """Yield the pieces, and None while there is none."""
        ended = False
        try:
            while not ended:
                piece = self._pieces.popleft() if self._pieces else b""
                ended = piece is None
                if piece is not None:
                    yield piece or None
        finally:
            if not ended:
                self._left()

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called with each piece; return the way to end that."""
        self._wakes = (*self._wakes, wake)

        def unsubscribe() -> None:
            self._wakes = tuple(other for other in self._wakes if other is not wake)

        return unsubscribe


class ProcessLink:
    """The connection to one process. Raise OSError or ConnectionLost where it cannot be made."""

    def __init__(self, process: Process) -> None:
        host, _, port = process.address.rpartition(":")
        self.process = process
        self.alive = True
        self._connection = FrameConnection(socket.create_connection((host.strip("[]"), int(port)), CONNECT_WITHIN))
        self._numbers = itertools.count(1)
        self._calls: dict[int, Forwarded] = {}
        self._pieces: dict[int, Pieces] = {}
        self._heard = stopwatch()
        self._connection.send(Hello(FORMAT, process.secret))
        threading.Thread(target=self._read, name=f"link-{process.id}", daemon=True).start()

    def call(self, request: Request, forwarded: Forwarded) -> None:
        """Send a request; from any thread."""
        n = next(self._numbers)
        self._calls[n] = forwarded
        try:
            self._connection.send(call_of(n, request))
        except ConnectionLost:
            self.alive = False
            if self._calls.pop(n, None) is not None:
                forwarded.failed("lost", None)
            return
        if (
            not self.alive and self._calls.pop(n, None) is not None
        ):  # the reader ended before it could know of this call
            forwarded.failed("lost", None)

    def close(self) -> None:
        """Give it up: calls on their way are lost."""
        self._connection.close()

    def _read(self) -> None:
        try:
            while True:
                heard = False
                for frame in self._connection.receive(LOOK_EVERY):
                    heard = True
                    self._take(frame)
                now = stopwatch()
                if heard:
                    self._heard = now
                elif now - self._heard > SILENT_NS:
                    raise ConnectionLost
                else:
                    self._connection.send(Ping())
        except ConnectionLost:
            pass
        finally:
            self.alive = False
            self._connection.close()
            for n in list(self._calls):
                forwarded = self._calls.pop(n, None)
                if forwarded is not None:
                    forwarded.failed("lost", None)
            for pieces in list(self._pieces.values()):
                pieces.add(None)

    def _take(self, frame: Frame) -> None:
        if isinstance(frame, ForwardedAnswer):
            forwarded = self._calls.pop(frame.n, None)
            if forwarded is not None:
                self._answered(frame, forwarded)
        elif isinstance(frame, Piece):
            pieces = self._pieces.get(frame.n)
            if pieces is not None:
                pieces.add(frame.data)
                if frame.data is None:
                    del self._pieces[frame.n]
        elif isinstance(frame, Moved):
            forwarded = self._calls.pop(frame.n, None)
            if forwarded is not None:
                forwarded.failed("moved", frame.owner)

    def _answered(self, answer: ForwardedAnswer, forwarded: Forwarded) -> None:
        response, n = forwarded.response, answer.n
        take_answer(response, answer)
        if answer.told:
            response.receipt = response.receipt or Receipt()
            response.done = lambda: self._tell(Delivered(n, response.receipt or Receipt()))
        if answer.streams:
            pieces = self._pieces[n] = Pieces(lambda: self._leave(n))
            response.stream = Stream(pieces.chunks(), pieces.subscribe)
        forwarded.send()

    def _leave(self, n: int) -> None:
        self._pieces.pop(n, None)
        self._tell(Left(n))

    def _tell(self, frame: Frame) -> None:
        try:
            self._connection.send(frame)
        except ConnectionLost:
            self.alive = False


class ProcessLinks:
    """The connections to all other processes, made when they are needed."""

    def __init__(self) -> None:
        self._links: dict[str, ProcessLink] = {}
        self._lock = threading.Lock()

    def known(self, process: Process) -> ProcessLink | None:
        """Return the connection to a process, if it stands."""
        link = self._links.get(process.id)
        return link if link is not None and link.alive else None

    def to(self, process: Process) -> ProcessLink | None:
        """Return the connection to a process, made now if need be, or None; may wait."""
        with self._lock:
            link = self.known(process)
            if link is None and process.address:
                try:
                    link = self._links[process.id] = ProcessLink(process)
                except (OSError, ValueError, ConnectionLost):
                    return None
            return link

    def close(self) -> None:
        """Give all up."""
        for link in list(self._links.values()):
            link.close()
