"""Delivery of one response by the embedded server: delays, faults, polls and streams run on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from mockserver.exchange import Leave, Receipt, Response, Stream, Wait, without_body
from mockserver.hosts.granian_host import address_of
from mockserver.hosts.recipient import LEFT, ClientLeftError, Recipient
from mockserver.hosts.sending import begin, end
from mockserver.limits import PICTURES_AT_ONCE as AT_ONCE

# seconds between polls of a stream or long poll without notifications; then of one with them
POLL_EVERY = 0.05
ASK_AT_LEAST_EVERY = 1.0
# seconds between two pieces of a stream, and for each stream there is, so that thousands of them leave time for requests
BETWEEN, BETWEEN_EACH = 0.1, 0.001
_PAINTERS = ThreadPoolExecutor(AT_ONCE)  # apart, for twelve large pictures are not to keep control calls waiting
Subscribe = Callable[[Callable[[], None]], Callable[[], None]]


class Delivery(Recipient):
    """The delivery of one response that takes time. ``streams`` counts those that are open."""

    streams = 0

    async def carry_out(self, response: Response) -> Response:
        """Deliver a response with its delay, work and fault, and write the receipt; return what was sent."""
        receipt = response.receipt = response.receipt or Receipt()
        receipt.connection = address_of(*self.watcher.scope["client"])
        try:
            response = await self._settled(response)
            receipt = response.receipt = response.receipt or receipt  # of a response made by work: its own
            receipt.connection = address_of(*self.watcher.scope["client"])
            self.check_there()
            if self.bodiless(response):
                response = without_body(response, self.method)
            await self.pause(response.delay_ms / 1_000)
            if response.fault is not None:
                from mockserver.hosts.faults import FAULTS, UndeliverableError

                try:
                    await FAULTS[response.fault.kind](self, response, response.fault, receipt)
                except UndeliverableError as problem:
                    self.send(response, receipt)
                    receipt.note = str(problem)
            elif response.stream is not None:
                await self._stream(response, response.stream, receipt)
            else:
                self.send(response, receipt)
        except ClientLeftError:
            receipt.ended = LEFT
        except Exception as problem:
            receipt.ended = f"the server failed: {problem}"
            raise
        finally:
            if response.done is not None:
                response.done()
            self.watcher.done()
        return response

    async def _settled(self, response: Response) -> Response:
        """Return the final response once long work and long polls have ended."""
        while True:
            if response.work is not None:
                workers = _PAINTERS if response.paints else None
                response = await asyncio.get_running_loop().run_in_executor(workers, response.work)
            elif response.wait is not None:
                response = await self._polled(response.wait)
            else:
                await self._stored(response.leave)
                return response

    async def _stored(self, leave: Leave | None) -> None:
        """Wait, with a store, until all that is told of is stored."""
        if leave is not None:
            stored = asyncio.Event()
            leave(lambda: self.alarm.set(stored))
            await stored.wait()

    async def _polled(self, wait: Wait) -> Response:
        with self._wakes(wait.subscribe) as (woken, every):
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
                await self.until(woken, left if wait.stays else min(left, every), stays=wait.stays)

    async def _stream(self, response: Response, stream: Stream, receipt: Receipt) -> None:
        begin(self.watcher.proto, response.status, response.headers, None)
        receipt.bytes_sent = 0
        Delivery.streams += 1
        try:
            async with contextlib.aclosing(self._pulled(stream)) as chunks:
                async for chunk in chunks:
                    await self.send_piece(chunk, receipt)
        finally:
            Delivery.streams -= 1
        end(self.watcher.proto)
        receipt.ended = "response"

    async def _pulled(self, stream: Stream) -> AsyncGenerator[bytes]:
        with self._wakes(stream.subscribe) as (woken, every), contextlib.closing(stream.chunks):
            while not self.stopping.is_set():
                woken.clear()
                chunk = next(stream.chunks, b"")
                if chunk == b"":
                    return
                if chunk is None:
                    await self.until(woken, every)
                else:
                    await self._stored(stream.leave)
                    yield chunk
                    await self.pause(max(BETWEEN, Delivery.streams * BETWEEN_EACH))

    @contextlib.contextmanager
    def _wakes(self, subscribe: Subscribe | None) -> Iterator[tuple[asyncio.Event, float]]:
        """Yield an event that the subscription sets (from any thread), and the seconds between polls."""
        woken = asyncio.Event()
        if subscribe is None:
            yield woken, POLL_EVERY
            return
        unsubscribe = subscribe(lambda: self.alarm.set(woken))
        try:
            yield woken, ASK_AT_LEAST_EVERY
        finally:
            unsubscribe()
