"""One answer on its way to one client of the embedded server: what takes time is carried out on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any, TypeVar

from mockserver.exchange import BODILESS, Receipt, Response, Stream, Wait, without_body
from mockserver.hosts.granian_host import Watcher, address_of, outcome, result_of, when_ready
from mockserver.hosts.sending import begin, end, phrase_note, piece, send_whole

T = TypeVar("T")
# a stream or long poll without wake-ups is asked this often, in seconds; one with them this often besides
POLL_EVERY = 0.05
ASK_AT_LEAST_EVERY = 1.0
LEFT = "client left"


class ClientLeftError(Exception):
    """The client closed its connection before the answer was complete."""


class Delivery:
    """One request that has to wait for something. ``stopping`` is set when the server shuts down."""

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
            _call(self._loop, self._left.set)
        else:
            self._listen()

    async def carry_out(self, response: Response) -> None:
        """Deliver an answer with all its effects, and write the receipt. Never raises."""
        from mockserver.hosts.faults import FAULTS

        receipt = response.receipt = response.receipt or Receipt()
        receipt.connection = address_of(*self.watcher.scope["client"])
        try:
            response = await self._settled(response)
            receipt = response.receipt = response.receipt or receipt  # of a response that work made, its own
            receipt.connection = address_of(*self.watcher.scope["client"])
            if self.bodiless(response):
                response = without_body(response, self.method)
            await self.pause(response.delay_ms / 1_000)
            if response.fault is not None:
                await FAULTS[response.fault.kind](self, response, response.fault, receipt)
            elif response.stream is not None:
                await self._stream(response, response.stream, receipt)
            else:
                self.send(response, receipt)
        except ClientLeftError:
            receipt.ended = LEFT
        finally:
            self.watcher.done()

    def bodiless(self, response: Response) -> bool:
        """Return whether the response goes over the wire without a body."""
        return self.method == "HEAD" or response.status in BODILESS

    # -- what faults are made of

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

    async def until(self, event: asyncio.Event, seconds: float | None) -> bool:
        """Wait for an event; tell whether it came in time. Raise ClientLeftError if the client leaves first."""
        tasks = [asyncio.ensure_future(each.wait()) for each in (self._left, self.stopping, event)]
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        if self._left.is_set():
            raise ClientLeftError
        return event.is_set()

    async def client_left(self) -> None:
        """Wait until the client leaves or the server stops."""
        with contextlib.suppress(ClientLeftError):
            await self.until(asyncio.Event(), None)

    # -- work, long polls, streams

    async def _settled(self, response: Response) -> Response:
        """Return what is left when long work is done and long polls are over."""
        while True:
            if response.work is not None:
                response = await asyncio.get_running_loop().run_in_executor(None, response.work)
            elif response.wait is not None:
                response = await self._polled(response.wait)
            else:
                return response

    async def _polled(self, wait: Wait) -> Response:
        with _wakes(wait.subscribe) as (woken, every):
            loop = asyncio.get_running_loop()
            deadline = loop.time() + wait.timeout_ms / 1_000
            while True:
                woken.clear()
                response = wait.poll()
                left = deadline - loop.time()
                if response is not None:
                    return response
                if left <= 0 or self.stopping.is_set():
                    return wait.expired()
                await self.until(woken, min(left, every))

    async def _stream(self, response: Response, stream: Stream, receipt: Receipt) -> None:
        begin(self.watcher.proto, response.status, response.headers, None)
        receipt.bytes_sent = 0
        async with contextlib.aclosing(self._pulled(stream)) as chunks:
            async for chunk in chunks:
                await self.send_piece(chunk, receipt)
        end(self.watcher.proto)
        receipt.ended = "response"

    async def _pulled(self, stream: Stream) -> AsyncGenerator[bytes]:
        with _wakes(stream.subscribe) as (woken, every), contextlib.closing(stream.chunks):
            while not self.stopping.is_set():
                woken.clear()
                chunk = next(stream.chunks, b"")
                if chunk == b"":
                    return
                if chunk is None:
                    await self.until(woken, every)
                else:
                    yield chunk


@contextlib.contextmanager
def _wakes(subscribe: Callable[[Callable[[], None]], Callable[[], None]] | None):  # type: ignore[no-untyped-def]
    """Give an event that the subscription sets (from any thread), and how often to look besides, in seconds."""
    woken, loop = asyncio.Event(), asyncio.get_running_loop()
    if subscribe is None:
        yield woken, POLL_EVERY
        return
    unsubscribe = subscribe(lambda: _call(loop, woken.set))
    try:
        yield woken, ASK_AT_LEAST_EVERY
    finally:
        unsubscribe()


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(function)
