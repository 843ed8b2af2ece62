"""The client of one request that has to wait, as the embedded server sees it: what deliveries and faults are made of."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from mockserver.exchange import BODILESS, Receipt, Response
from mockserver.hosts.granian_host import Watcher, outcome, result_of, when_ready
from mockserver.hosts.sending import phrase_note, piece, send_whole

LEFT = "client left"


class ClientLeftError(Exception):
    """The client closed its connection before the answer was complete."""


class Recipient:
    """Who gets one response, piece by piece. ``stopping`` is set when the server shuts down."""

    def __init__(self, watcher: Watcher, stopping: asyncio.Event) -> None:
        self.watcher = watcher
        self.stopping = stopping
        self.method: str = watcher.scope["method"]
        self._loop = asyncio.get_running_loop()
        self._left = asyncio.Event()
        self._listen()

    def _listen(self) -> None:
        when_ready(self.watcher.proto.receive(), self._heard)

    def _heard(self, received: Any) -> None:
        """Note that the client has left; pass over what remains of its body."""
        if result_of(received)["type"] == "http.disconnect":
            call(self._loop, self._left.set)
        else:
            self._listen()

    def bodiless(self, response: Response) -> bool:
        """Return whether the response goes over the wire without a body."""
        return self.method == "HEAD" or response.status in BODILESS

    def send(self, response: Response, receipt: Receipt) -> None:
        """Send the whole answer in the ordinary way."""
        send_whole(self.watcher.proto, response)
        receipt.bytes_sent, receipt.ended = len(response.body), "response"
        receipt.note = receipt.note or phrase_note(response, self.watcher.scope["http_version"])

    async def send_piece(self, data: bytes, receipt: Receipt) -> None:
        """Send a piece of the body. Raise ClientLeftError if nobody reads it any more."""
        await outcome(piece(self.watcher.proto, data))
        if self._left.is_set():
            raise ClientLeftError
        receipt.bytes_sent = (receipt.bytes_sent or 0) + len(data)

    async def pause(self, seconds: float) -> None:
        """Wait, for less if the server stops meanwhile. Raise ClientLeftError if the client does."""
        if seconds > 0:
            await self.until(asyncio.Event(), seconds)

    def check_there(self) -> None:
        """Raise ClientLeftError if the client has left."""
        if self._left.is_set():
            raise ClientLeftError

    async def until(self, event: asyncio.Event, seconds: float | None, *, stays: bool = False) -> bool:
        """Wait for an event; tell whether it came in time. Raise ClientLeftError if the client leaves first.

        One that ``stays`` waits on without its client.
        """
        awaited = (self.stopping, event) if stays else (self._left, self.stopping, event)
        tasks = [asyncio.ensure_future(each.wait()) for each in awaited]
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        if not stays:
            self.check_there()
        return event.is_set()

    async def client_left(self) -> None:
        """Wait until the client leaves or the server stops."""
        with contextlib.suppress(ClientLeftError):
            await self.until(asyncio.Event(), None)


def call(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    """Call a function on the event loop, from any thread."""
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(function)
