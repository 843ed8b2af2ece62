"""The tools and resources as one server of the Model Context Protocol, for any transport."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio.to_thread
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.types import CallToolResult, TextContent, ToolAnnotations

from mockserver import __version__
from mockserver.mcp import calling, tools
from mockserver.mcp.agent_worlds import AgentWorlds
from mockserver.mcp.answers import cut
from mockserver.mcp.tooling import AgentTool
from mockserver.spelling import nearest

TOOLS: tuple[AgentTool, ...] = (
    tools.arrange_world,
    calling.reproduce_outcome,
    calling.call_api,
    calling.explain_request,
    tools.app_requests,
    tools.move_time,
    tools.write_scenario,
    tools.coverage_gaps,
    tools.verify_calls,
)
_PACKAGED = Path(__file__).parents[1] / "data" / "scenarios.md"
SCENARIO_FORMAT = _PACKAGED if _PACKAGED.exists() else Path(__file__).parents[2] / "docs" / "scenarios.md"
"""The page on scenarios: in the wheel beside the fixtures, in a checkout among the docs."""
INSTRUCTIONS = (
    "A mock server of the loyalty platform's Offers API. Each session works in a world of its own (data, clock, scenarios, "
    "requests), which goes with it unless arrange_world(keep=true); over a connection without sessions, pass on the world that "
    "an answer names. The app under test uses the world 'default' unless its base URL is an arranged world's url. "
    "Begin with reproduce_outcome (a documented outcome, the call sent, and why it was answered so) or arrange_world. "
    "Each answer ends with the call that is sensible next."
)


def agent_server(worlds: AgentWorlds, more: Sequence[AgentTool] = ()) -> MCPServer[AgentWorlds]:
    """Make the server; ``more`` are tools that one transport alone has. Its end drops the worlds of all sessions."""

    @asynccontextmanager
    async def lifespan(_: MCPServer[AgentWorlds]) -> AsyncIterator[AgentWorlds]:
        try:
            yield worlds
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(worlds.close)

    server = MCPServer(
        "mockserver",
        title="Offers API mock",
        version=__version__,
        instructions=INSTRUCTIONS,
        lifespan=lifespan,
        log_level="ERROR",  # what a caller did wrong is told to it alone
        subscriptions=False,
    )
    known = {each.function.__name__: [*inspect.signature(each.function).parameters][1:] for each in (*TOOLS, *more)}
    server.middleware.append(_refuse_unknown_arguments(known))
    for each in (*TOOLS, *more):
        server.add_tool(
            each.function,
            title=each.title,
            description=inspect.getdoc(each.function),
            annotations=ToolAnnotations(read_only_hint=each.reads, open_world_hint=False),
            structured_output=False,
        )
    _add_resources(server, worlds)
    return server


def _refuse_unknown_arguments(known: Mapping[str, Sequence[str]]) -> ServerMiddleware[Any]:
    """Return what refuses a tool's misspelt argument, which the package would ignore; ``known`` are those of each tool."""

    async def check(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        sent = ctx.params if ctx.method == "tools/call" and ctx.params else {}
        name, arguments = sent.get("name"), sent.get("arguments")
        if isinstance(name, str) and name in known and isinstance(arguments, Mapping):
            for each in arguments:
                if each not in known[name]:
                    near = nearest(each, known[name])
                    hint = f"; did you mean {near}?" if near else ""
                    problem = cut(f"{name} has no argument {each}{hint} It takes {', '.join(known[name])}")
                    return CallToolResult(content=[TextContent(type="text", text=problem)], is_error=True)
        return await call_next(ctx)

    return check


def _add_resources(server: MCPServer[AgentWorlds], worlds: AgentWorlds) -> None:
    def resource(uri: str, name: str, description: str, media: str = "application/json") -> Callable[..., Any]:
        return server.resource(uri, name=name, description=description, mime_type=media)

    @resource(
        "mock://outcomes", "Outcomes", "Each documented outcome, with the ways to it: honest, forced", "text/plain"
    )
    def outcomes() -> str:
        rows = worlds.client.plan()["outcomes"]
        return "\n".join(
            f"{row['outcome']}: {', '.join(way for way in ('honest', 'forced') if row[way])}" for row in rows
        )

    @resource("mock://outcomes/{refusal}", "One refusal", "What a refusal means, its text, and its steps")
    def outcome(refusal: str) -> Any:
        found = {row["refusal"]: row for row in worlds.client.outcomes()["outcomes"]}
        if refusal not in found:
            raise ResourceNotFoundError(f"no refusal is called {refusal}; there are: {', '.join(found)}")
        return found[refusal]

    @resource("mock://scenario-format", "Scenario format", "How scenarios are written", "text/markdown")
    def scenario_format() -> str:
        return SCENARIO_FORMAT.read_text("utf-8")

    @resource("mock://contract", "Operations", "The API's operations: paths, permits, refusals", "text/plain")
    def contract() -> str:
        rows = worlds.client.operations()["operations"]
        return "\n".join(_operation_line(row) for row in rows)

    @resource("mock://contract/{operation}", "One operation's contract", "Its part of the API's OpenAPI document")
    def operation(operation: str) -> Any:
        paths = worlds.client.api_contract()["paths"]
        found = {
            each["operationId"]: {"path": path, "method": method, **each}
            for path, item in paths.items()
            for method, each in item.items()
            if isinstance(each, dict) and "operationId" in each
        }
        if operation not in found:
            raise ResourceNotFoundError(f"no operation is called {operation}; there are: {', '.join(found)}")
        return found[operation]


def _operation_line(row: dict[str, Any]) -> str:
    refusals = f"; refuses {', '.join(row['refusals'])}" if row["refusals"] else ""
    return f"{row['name']}: {row['method']} {row['path']}{refusals}"
