"""The client of one waiting request of the embedded server: the operations that deliveries and faults use."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any

from mockserver.exchange import BODILESS, Receipt, Response
from mockserver.hosts.granian_host import Watcher, outcome, result_of, when_ready
from mockserver.hosts.sending import phrase_note, piece, send_whole

LEFT = "client left"


class ClientLeftError(Exception):
    """The client closed its connection before the response was complete."""


class Alarm:
    """Sets events of an event loop from any thread: however many are set at once, the loop is called once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: deque[asyncio.Event] = deque()
        self._called = False

    def set(self, event: asyncio.Event) -> None:
        """Set an event soon."""
        if event.is_set():
            return
        self._due.append(event)
        if not self._called:
            self._called = True
            call(self._loop, self._sound)

    def _sound(self) -> None:
        self._called = False  # first: what is added from here on calls again
        while self._due:
            self._due.popleft().set()


class Recipient:
    """Who gets one response, piece by piece. ``stopping`` is set when the server shuts down; ``alarm`` wakes who waits."""

    def __init__(self, watcher: Watcher, stopping: asyncio.Event, alarm: Alarm) -> None:
        self.watcher = watcher
        self.stopping = stopping
        self.alarm = alarm
        self.method: str = watcher.scope["method"]
        self._loop = asyncio.get_running_loop()
        self._left = asyncio.Event()
        self._waited, self._stays = asyncio.Event(), False
        self._listen()

    def stop(self) -> None:
        """Wait no longer: the server stops."""
        self._waited.set()

    def _leave(self) -> None:
        self._left.set()
        if not self._stays:
            self._waited.set()

    def _listen(self) -> None:
        when_ready(self.watcher.proto.receive(), self._heard)

    def _heard(self, received: Any) -> None:
        """Note that the client has disconnected; ignore the rest of its body."""
        if result_of(received)["type"] == "http.disconnect":
            call(self._loop, self._leave)
        else:
            self._listen()

    def bodiless(self, response: Response) -> bool:
        """Return whether the response is sent without a body."""
        return self.method == "HEAD" or response.status in BODILESS

    def send(self, response: Response, receipt: Receipt) -> None:
        """Send the whole response in the ordinary way."""
        send_whole(self.watcher.proto, response)
        receipt.bytes_sent, receipt.ended = len(response.body), "response"
        receipt.note = receipt.note or phrase_note(response, self.watcher.scope["http_version"])

    async def send_piece(self, data: bytes, receipt: Receipt) -> None:
        """Send a piece of the body. Raise ClientLeftError if the client has disconnected."""
        await outcome(piece(self.watcher.proto, data))
        if self._left.is_set():
            raise ClientLeftError
        receipt.bytes_sent = (receipt.bytes_sent or 0) + len(data)

    async def pause(self, seconds: float) -> None:
        """Wait, shorter if the server stops meanwhile. Raise ClientLeftError if the client disconnects."""
        if seconds > 0:
            await self.until(asyncio.Event(), seconds)

    def check_there(self) -> None:
        """Raise ClientLeftError if the client has left."""
        if self._left.is_set():
            raise ClientLeftError

    async def until(self, event: asyncio.Event, seconds: float | None, *, stays: bool = False) -> None:
        """Wait for an event, for less if the server stops. Raise ClientLeftError if the client leaves first.

        A wait that ``stays`` continues after the client has disconnected.
        """
        self._waited, self._stays = event, stays  # a thousand streams have no tasks of their own to be woken by
        if not self.stopping.is_set() and (stays or not self._left.is_set()):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await event.wait()
        if not stays:
            self.check_there()

    async def client_left(self) -> None:
        """Wait until the client disconnects or the server stops."""
        with contextlib.suppress(ClientLeftError):
            await self.until(asyncio.Event(), None)


def call(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    """Call a function on the event loop, from any thread."""
    with contextlib.suppress(RuntimeError):  # the loop is closed: nothing waits any more
        loop.call_soon_threadsafe(function)
