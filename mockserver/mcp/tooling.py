"""What every tool is made with: how it is declared, its world, and what it tells of problems."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from msgspec import Struct
from pydantic import Field

from mockserver.client import ControlError, MockClient, MockServerUnreachable
from mockserver.mcp.agent_worlds import AgentWorlds, UnnamedWorldError
from mockserver.mcp.answers import cut
from mockserver.mcp.outcomes import UnknownOutcomeError

AgentContext = Context[AgentWorlds, Any]
World = Annotated[
    str | None, Field(description="By default the session's own world; 'default' is the one that an app uses")
]
STDIO = "stdio"
"""The session of a server over stdio: it has one."""
_SESSION, _WORLD = "mcp-session-id", "x-mock-world"


class AgentTool(Struct, frozen=True):
    """One tool: its function, its title, and whether it changes nothing."""

    function: Callable[..., str]
    title: str
    reads: bool


def tool(*, title: str, reads: bool = False) -> Callable[[Callable[..., str]], AgentTool]:
    """Make a tool of the decorated function; what it refuses is told to the agent, with what was expected."""

    def declare(function: Callable[..., str]) -> AgentTool:
        @functools.wraps(function)
        def told_problems(*args: Any, **given: Any) -> str:
            try:
                return function(*args, **given)
            except (ControlError, MockServerUnreachable, UnknownOutcomeError, UnnamedWorldError, ValueError) as problem:
                raise ToolError(cut(str(problem))) from None

        return AgentTool(told_problems, title, reads)

    return declare


def worlds_of(ctx: AgentContext) -> AgentWorlds:
    """Return the worlds that agents work in."""
    return ctx.request_context.lifespan_context


def session_of(ctx: AgentContext) -> str | None:
    """Return the session of a call: over HTTP what its header says, which a stateless client does not send."""
    request = ctx.request_context.request
    return STDIO if request is None else request.headers.get(_SESSION)


def world_of(ctx: AgentContext, world: str | None, *, make: bool = False) -> MockClient:
    """Return the client of a call's world: named by the call, by its path or header, or the session's own."""
    request = ctx.request_context.request
    name = world or (request.headers.get(_WORLD) if request is not None else None)
    worlds = worlds_of(ctx)
    return worlds.own(session_of(ctx), make=make) if name is None else worlds.named(name)


def following(ctx: AgentContext, client: MockClient) -> str:
    """Return the argument by which the next call finds the same world; nothing where it does so by itself."""
    try:
        same = session_of(ctx) is not None and world_of(ctx, None).name == client.name
    except UnnamedWorldError:
        same = False
    return "" if same else f", world={client.name!r}"
