"""The package's HTTP transport, which is ASGI, behind a control call of a server that is not.

It runs on an event loop and a thread of its own, so a busy tool holds up no request. Each answer is one JSON body: no tool
sends anything by itself, so nothing needs a stream.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, MutableMapping
from concurrent.futures import Future
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from mockserver.client import MockClient
from mockserver.exchange import FRAMING, Request, Response, Wait, json_response
from mockserver.limits import AGENT_IDLE, AGENT_SESSIONS
from mockserver.mcp.agent_worlds import AgentWorlds
from mockserver.mcp.server import agent_server

MOST_WAITED = 120_000  # milliseconds for one call
SWEEP = 60.0  # seconds between two looks for idle sessions
_SESSION, _WORLD = b"mcp-session-id", b"x-mock-world"
Message = MutableMapping[str, Any]


class AgentEndpoint:
    """The agent server of a running mock, over HTTP. ``url`` is the mock's own address, ``token`` its control token."""

    def __init__(self, url: str, token: str | None) -> None:
        self._worlds = AgentWorlds(lambda: MockClient(url, token=token), time.monotonic)
        self._loop = asyncio.new_event_loop()
        self._ready: Future[StreamableHTTPSessionManager] = Future()
        threading.Thread(target=self._run, name="agents", daemon=True).start()
        self._manager = self._ready.result()

    def answer(self, request: Request, world: str | None) -> Response:
        """Return the response to a message of an agent, as one to wait for; ``world`` is named by the request's path."""
        found = asyncio.run_coroutine_threadsafe(self._answered(request, world), self._loop)

        def subscribe(wake: Callable[[], None]) -> Callable[[], None]:
            found.add_done_callback(lambda _: wake())
            return lambda: None

        def expired() -> Response:
            found.cancel()
            return json_response(503, {"error": {"message": "the call took too long, or the server stops"}})

        return Response(
            200, wait=Wait(lambda: found.result() if found.done() else None, expired, MOST_WAITED, subscribe)
        )

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as problem:
            if self._ready.done():
                raise
            self._ready.set_exception(problem)

    async def _serve(self) -> None:
        server = agent_server(self._worlds)
        server.streamable_http_app(
            json_response=True,
            session_idle_timeout=AGENT_IDLE,
            max_sessions=AGENT_SESSIONS,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the guard has looked
        )
        async with server.session_manager.run():
            self._ready.set_result(server.session_manager)
            while True:
                await asyncio.sleep(SWEEP)
                await asyncio.to_thread(self._worlds.drop_idle)

    async def _answered(self, request: Request, world: str | None) -> Response:
        headers = [(name.encode(), value.encode()) for name, value in request.headers.items()]
        headers = [pair for pair in headers if pair[0] != _WORLD] + ([(_WORLD, world.encode())] if world else [])
        unread: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]
        sent: list[Message] = []

        async def receive() -> Message:
            if not unread:
                await asyncio.Event().wait()  # whether the client has left is the host's concern
            return unread.pop()

        async def send(message: Message) -> None:
            sent.append(message)

        await self._manager.handle_request(_scope(request, headers), receive, send)
        response = _response(sent)
        ended = dict(headers).get(_SESSION)
        if request.method == "DELETE" and ended is not None and response.status < 300:
            await asyncio.to_thread(self._worlds.forget, ended.decode())
        return response


def _scope(request: Request, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": request.peer,
        "server": None,
    }


def _response(sent: list[Message]) -> Response:
    start = next(each for each in sent if each["type"] == "http.response.start")
    body = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
    pairs = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start.get("headers", ()))
    return Response(start["status"], body, tuple(pair for pair in pairs if pair[0] not in FRAMING))
