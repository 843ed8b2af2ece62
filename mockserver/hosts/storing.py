"""The adapter of a server with a store: an answer leaves once everything that it tells of is stored."""

from __future__ import annotations

from functools import partial

from mockserver.exchange import Request, Response
from mockserver.hosts.adapter import Adapter
from mockserver.hosts.granian_host import Watcher


class StoringAdapter(Adapter):
    """An adapter whose answers wait for the store, without a thread of their own: whoever stores sends them."""

    def _send(self, watcher: Watcher, response: Response, request: Request | None = None, started: int = 0) -> None:
        leave = response.leave
        if leave is None or response.delay_ms or response.fault or response.stream:  # these wait on the event loop
            super()._send(watcher, response, request, started)
        else:
            leave(partial(self._leave, watcher, response, request, started))

    def _leave(self, watcher: Watcher, response: Response, request: Request | None, started: int) -> None:
        response.leave = None
        if response.done is not None:  # somebody waits to hear what became of it
            self._later(self._deliver(watcher, response, request, started), watcher)
        else:
            super()._send(watcher, response, request, started)
