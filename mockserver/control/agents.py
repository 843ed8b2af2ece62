"""The Model Context Protocol over HTTP, for coding agents: the messages of one endpoint."""

from __future__ import annotations

import importlib.util
import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from mockserver.api.runtime import Runtime
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused
from mockserver.control.routes import route
from mockserver.worlds.worlds import DEFAULT

if TYPE_CHECKING:
    from mockserver.mcp.streamable import AgentEndpoint

_ENDPOINTS: WeakKeyDictionary[Runtime, AgentEndpoint] = WeakKeyDictionary()
_STARTING = threading.Lock()


@route("POST", "mcp", world="any", body="AgentMessage", statuses=(200, 202, 400, 404, 501), raw=True, long=True)
def send_agent_message(ctx: ControlContext) -> Any:
    """Take a message of the Model Context Protocol (Streamable HTTP), by which a coding agent drives the mock.

    A session works in a world of its own, which goes with it; under `/w/{world}` all calls are about that world. It needs the
    extra `mcp` and the embedded server.
    """
    return _endpoint(ctx).answer(ctx.request, _named(ctx))


@route("DELETE", "mcp", world="any", statuses=(200, 400, 404, 501), raw=True, long=True)
def end_agent_session(ctx: ControlContext) -> Any:
    """End a session of the Model Context Protocol (header `Mcp-Session-Id`); its own world goes with it."""
    return _endpoint(ctx).answer(ctx.request, _named(ctx))


def _named(ctx: ControlContext) -> str | None:
    return None if ctx.name == DEFAULT else ctx.name


def _endpoint(ctx: ControlContext) -> AgentEndpoint:
    """Return the mock's endpoint, which its first call starts: importing the package takes a second."""
    mock = ctx.mock
    if mock.own_url is None:
        raise CallRefused(501, "under this WSGI server there is no MCP", hint="use mockserver serve, or mockserver mcp")
    if importlib.util.find_spec("mcp") is None:
        raise CallRefused(501, "the package mcp is missing", hint="pip install 'offers-mockserver[mcp]'")
    with _STARTING:
        if mock not in _ENDPOINTS:
            from mockserver.mcp.streamable import AgentEndpoint

            _ENDPOINTS[mock] = AgentEndpoint(mock.own_url, mock.settings.control_token)
        return _ENDPOINTS[mock]
