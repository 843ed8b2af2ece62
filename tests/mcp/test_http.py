"""Over Streamable HTTP: the same tools behind the control API's guards; sessions, and clients without one."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import anyio
import pytest
from mcp import Client

from mockserver.app import create_app
from mockserver.client import MockClient
from mockserver.client.process import running
from mockserver.settings import Settings
from tests.mcp.conftest import Agent, Talk
from tests.mcp.test_stdio import SCHEMAS, names

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = "application/json, text/event-stream"


def over_http(talk: Talk, url: str, mode: str = "auto") -> Any:
    async def main() -> Any:
        async with Client(f"{url}/__mock/mcp", mode=mode) as client:
            return await talk(Agent(client))

    return anyio.run(main)


def send(url: str, method: str, body: Any = None, path: str = "/__mock/mcp", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    sent = {"Content-Type": "application/json", "Accept": ACCEPT} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    try:
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


async def in_three_calls(agent: Agent) -> tuple[str, dict[str, Any], dict[str, Any]]:
    arranged = await agent("arrange_world")
    world = {} if "world=" not in arranged["next"] else {"world": arranged["world"]}
    reproduced = await agent("reproduce_outcome", operation="use_offer", outcome="Not granted", **world)
    return arranged["world"], reproduced, await agent("explain_request", **world)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_not_granted_is_reproduced_honestly_and_explained_in_three_calls(
    url: str, server: MockClient, mode: str
) -> None:
    """A session finds its world again by itself, and ends with it; a client without one passes on the world."""
    world, reproduced, explained = over_http(in_three_calls, url, mode)
    assert reproduced["answer"] == {"status": 422, "body": {"error": "Not granted"}}
    assert reproduced["reproduced"] is True
    assert explained["because"] == "not_granted: The offer's type needs a grant, and the member has none."
    assert (world in names(server)) is (mode == "auto")


def test_sessions_have_worlds_of_their_own(url: str) -> None:
    async def talk(agent: Agent) -> None:
        one = await agent("arrange_world")

        async def other(second: Agent) -> dict[str, Any]:
            return await second("arrange_world")

        async with Client(f"{url}/__mock/mcp", mode="legacy") as client:
            two = await other(Agent(client))
        assert one["world"] != two["world"]
        assert (await agent("arrange_world"))["world"] == one["world"]

    over_http(talk, url, "legacy")


def test_below_a_world_s_path_all_calls_are_about_that_world(url: str, server: MockClient) -> None:
    mine = server.create_world("mine")

    async def talk(agent: Agent) -> None:
        assert (await agent("arrange_world", frozen=True))["world"] == "mine"

    over_http(talk, mine.url)
    assert mine.clock.show()["mode"] == "frozen"
    assert "mine" in names(server)


def test_a_client_without_a_session_is_told_to_name_its_world(url: str) -> None:
    async def talk(agent: Agent) -> None:
        assert "pass world" in await agent.refused("explain_request")

    over_http(talk, url, "auto")


def test_the_tools_are_those_of_stdio_without_the_ones_for_files(url: str) -> None:
    async def talk(agent: Agent) -> list[Any]:
        listed = (await agent.client.list_tools()).tools
        return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed]

    kept = [each for each in json.loads(SCHEMAS.read_text("utf-8")) if not each["name"].endswith("_capsule")]
    assert over_http(talk, url, "legacy") == kept


def test_the_guards_of_the_control_api_hold(url: str) -> None:
    assert send(url, "POST", PING, Origin="https://evil.example")[0] == 403
    assert send(url, "POST", PING, Host="evil.example")[0] == 403
    assert send(url, "POST", PING, Content_Type="text/plain")[0] == 400
    status, text = send(url, "GET")
    assert (status, "POST" in text) == (405, True)
    assert send(url, "POST", "no message")[0] == 400
    assert send(url, "POST", PING, Mcp_Session_Id="no-such-session")[0] == 404
    assert send(url, "DELETE", Mcp_Session_Id="no-such-session")[0] == 404


def test_with_a_token_and_without_the_fast_path_tools_work() -> None:
    with running("--control-token", "secret", "--no-fast-path") as url:
        world, reproduced, _ = over_http(in_three_calls, url, "legacy")
        assert reproduced["reproduced"] is True
        assert world.startswith("agent-")


def test_under_another_wsgi_server_it_is_501_and_says_so() -> None:
    client = create_app(Settings()).test_client()
    answer = client.post("/__mock/mcp", json=PING, headers={"Host": "127.0.0.1"})
    assert answer.status_code == 501
    assert "mockserver serve" in answer.json["error"]["hint"]


def test_starting_imports_nothing_of_it() -> None:
    code = (
        "import sys, mockserver.cli.serve, mockserver.hosts.server, mockserver.app; "
        "from mockserver.mock import build; from mockserver.settings import Settings; build(Settings()).control; "
        "sys.exit(bool({'mcp', 'pydantic', 'starlette', 'mockserver.mcp'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
