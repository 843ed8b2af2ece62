"""One server for the tests of this directory, and agents that call its tools with the official client."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from mockserver.client import MockClient
from mockserver.client.process import running


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with running("--log-format", "json") as address:
        yield address


@pytest.fixture
def server(url: str) -> Iterator[MockClient]:
    with MockClient(url) as client:
        yield client


class Agent:
    """Calls tools, and reads what they answer."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def text(self, tool: str, **arguments: Any) -> str:
        result = await self.client.call_tool(tool, arguments)
        text = result.content[0].text  # type: ignore[union-attr]
        assert len(text.encode()) <= 4_096
        assert not result.is_error, text
        return text

    async def __call__(self, tool: str, **arguments: Any) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.text(tool, **arguments))
        assert [*found][-1] == "next"
        return found

    async def refused(self, tool: str, **arguments: Any) -> str:
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, result.content
        return str(result.content[0].text)  # type: ignore[union-attr]


Talk = Callable[[Agent], Awaitable[Any]]


def over_stdio(talk: Talk, *options: str, mode: str = "auto", **environ: str) -> Any:
    """Start ``mockserver mcp``, and have an agent talk to it."""
    command = [sys.executable, "-m", "mockserver", "mcp", *options]
    parameters = StdioServerParameters(command=command[0], args=command[1:], env={**os.environ, **environ})

    async def main() -> Any:
        async with Client(parameters, mode=mode) as client:
            return await talk(Agent(client))

    return anyio.run(main)
