"""Over stdio: every tool does its task on a real server, and the session's world goes with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mockserver.client import MockClient, MockServerUnreachable
from tests.mcp.conftest import Agent, over_stdio

SCHEMAS = Path(__file__).with_name("tools.json")
USE = "/v3/infinity-mall/members/me/offers/1000203/use"


def names(server: MockClient) -> list[str]:
    return [each["name"] for each in server.worlds()["worlds"]]


def test_not_granted_is_reproduced_honestly_and_explained_in_three_calls(url: str, server: MockClient) -> None:
    async def talk(agent: Agent) -> Any:
        arranged = await agent("arrange_world")
        assert arranged["world"] in names(server)
        reproduced = await agent("reproduce_outcome", operation="use_offer", outcome="Not granted")
        return arranged["world"], reproduced, await agent("explain_request")

    world, reproduced, explained = over_stdio(talk, "--url", url)
    assert reproduced["reproduced"] is True
    assert reproduced["how"] == "honest"
    assert reproduced["answer"] == {"status": 422, "body": {"error": "Not granted"}}
    assert reproduced["steps"] == ["POST /v3/infinity-mall/members/me/offers/1000220/use"]
    assert explained["because"] == "not_granted: The offer's type needs a grant, and the member has none."
    assert explained["rules" if "rules" in explained else "checks"][-1] == {
        "check": "not_granted", "passed": False, "found": "EXCLUSIVE", "expected": "a grant that has not expired",
    }  # fmt: skip
    assert world not in names(server), "the session's world goes with it"


def test_tools_do_their_tasks(url: str, server: MockClient, tmp_path: Path) -> None:
    capsule = tmp_path / "bug.capsule.zip"

    async def talk(agent: Agent) -> str:
        forced = await agent("reproduce_outcome", outcome="already_active", how="forced")
        assert forced["answer"]["body"] == {"error": "Already active"}
        assert forced["reproduced"] is True
        reset = await agent("reproduce_outcome", outcome="any/fault:reset", how="forced")
        assert reset["answer"]["broken"] == "the connection was reset"
        assert reset["because"] == "rule connection-reset of scenario connection-reset acted"
        assert reset["reproduced"] is True
        unreachable = await agent("reproduce_outcome", outcome="maintenance")
        assert unreachable["reproduced"] is False
        assert "how='forced'" in unreachable["next"]

        arranged = await agent("arrange_world", reset=True, offers={"1000203": {"stock": 0}}, frozen=True, keep=True)
        assert arranged["goes_with_the_session"] is False
        called = await agent("call_api", method="POST", path=USE)
        assert called["answer"]["body"] == {"error": "Global limit exceeded"}
        assert called["checks"][-1]["check"] == "global_limit_exceeded"

        assert "to='offer:" in (await agent("move_time"))["next"]
        moved = await agent("move_time", to="member:45.banned_until", plus="1ms")
        assert moved["clock"]["mode"] == "frozen"

        wrong = await agent(
            "write_scenario", scenario_id="mine", text="rules: [{when: {operaton: use_offer}, then: {delay: 1s}}]"
        )
        assert wrong["ok"] is False
        assert wrong["problems"][0]["hint"] == "did you mean operation?"
        rule = "rules: [{when: {operation: use_offer}, then: {refuse: not_granted}}]"
        assert (await agent("write_scenario", scenario_id="mine", text=rule))["active"] == ["mine"]
        assert (await agent("call_api", method="POST", path=USE))["answer"]["body"] == {"error": "Not granted"}
        assert "scenarios=[]" in (await agent("explain_request"))["next"]

        world = arranged["world"]
        sent = await agent("app_requests", operation="use_offer", limit=2, world=world)
        assert [each["refusal"] for each in sent["requests"]] == ["not_granted", "global_limit_exceeded"]
        assert (await agent("verify_calls", operation="use_offer", at_least=3, world=world))["ok"] is True
        failed = await agent("verify_calls", operation="use_offer", count=99, world=world)
        assert failed["ok"] is False
        assert "app_requests" in failed["next"]
        gaps = await agent("coverage_gaps", operation="use_offer")
        assert "use_offer/not_granted" not in gaps["missing"]["honest"]
        assert "use_offer/ok" in gaps["missing"]["honest"]

        saved = await agent("save_capsule", file=str(capsule), last=2)
        assert saved["requests"] == 2
        assert await agent("replay_capsule", file=str(capsule)) == {
            "same": True, "requests": 2, "next": "coverage_gaps()",
        }  # fmt: skip
        return str(world)

    kept = over_stdio(talk, "--url", url)
    assert kept in names(server)
    server.drop_world(kept)


def test_what_is_wrong_is_refused_with_the_nearest_and_changes_nothing(url: str, server: MockClient) -> None:
    async def talk(agent: Agent) -> None:
        assert "did you mean not_granted?" in await agent.refused("reproduce_outcome", outcome="not_grantd")
        assert "use_offer" in await agent.refused("coverage_gaps", operation="use_ofer")
        assert "nearest" in (text := await agent.refused("explain_request", world="defalt")) or "default" in text
        assert "begins with /v3/" in await agent.refused("call_api", method="GET", path="/__mock/state")
        before = await agent("arrange_world")
        refused = await agent.refused("arrange_world", frozen=True, offers={"1000203": {"stok": 0}})
        assert "stock" in refused
        assert (await agent("arrange_world"))["clock"]["mode"] == before["clock"]["mode"]
        assert "no-such" in await agent.refused("arrange_world", world="brand-new", scenarios=["no-such"])
        assert "brand-new" not in names(server)
        assert "cannot read" in await agent.refused("replay_capsule", file="/nowhere.zip")
        await agent.refused("verify_calls", operation="use_offer", count=-1)
        assert "did you mean offers?" in await agent.refused("arrange_world", offer={})
        assert "the key self" in await agent.refused("arrange_world", offers={"1000203": {"self": 1}})
        assert "no header" in await agent.refused("call_api", method="GET", path="/v3/x", headers={"A": "b\r\nC: d"})
        assert "no slash" in await agent.refused("write_scenario", scenario_id="../x", text="rules: []")
        assert "no outcome" in await agent.refused("reproduce_outcome", outcome="")
        await agent.refused("arrange_world", world="brand-new", offers={"x": {}})
        assert "brand-new" not in names(server)

    over_stdio(talk, "--url", url)


def test_tools_and_resources_are_as_kept(url: str) -> None:
    """``python -m tests.mcp.keep`` writes the file anew."""

    async def talk(agent: Agent) -> list[Any]:
        listed = await agent.client.list_tools()
        outcomes = await agent.client.read_resource("mock://outcomes")
        assert "use_offer/not_granted: honest, forced" in outcomes.contents[0].text
        assert "# Scenarios" in (await agent.client.read_resource("mock://scenario-format")).contents[0].text
        one = await agent.client.read_resource("mock://contract/use_offer")
        assert json.loads(one.contents[0].text)["operationId"] == "use_offer"
        assert "use_offer: POST" in (await agent.client.read_resource("mock://contract")).contents[0].text
        return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed.tools]

    found = over_stdio(talk, "--url", url)
    assert len(found) <= 12
    assert found == json.loads(SCHEMAS.read_text("utf-8"))


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_server_of_its_own_is_started_at_the_first_call(mode: str) -> None:
    async def talk(agent: Agent) -> Any:
        return await agent("arrange_world", now="2019-03-13T18:00:00Z", frozen=True)

    arranged = over_stdio(talk, mode=mode, MOCKSERVER_URL="")
    assert arranged["clock"]["now"] == "2019-03-13T18:00:00.000Z"


def test_without_the_package_it_ends_with_2_and_names_the_extra() -> None:
    code = "import sys; sys.modules['mcp'] = None; from mockserver.cli import main; main(['mcp'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, "offers-mockserver[mcp]" in done.stderr) == (2, True), done.stderr


def test_a_signal_ends_it_and_the_server_that_it_started() -> None:
    message = {"jsonrpc": "2.0", "method": "initialize", "id": 1, "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "tests", "version": "1"},
    }}  # fmt: skip
    call = {"jsonrpc": "2.0", "method": "tools/call", "id": 2, "params": {"name": "arrange_world", "arguments": {}}}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, "-m", "mockserver", "mcp"]
    with subprocess.Popen(command, env={**os.environ, "MOCKSERVER_URL": ""}, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for each in (message, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call):
            process.stdin.write(json.dumps(each) + "\n")
            process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        url = json.loads(answers[1]["result"]["content"][0]["text"])["url"]
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
    with pytest.raises(MockServerUnreachable):
        MockClient(url).health()


def test_where_no_server_answers_it_ends_with_3() -> None:
    command = [sys.executable, "-m", "mockserver", "mcp", "--url", "http://127.0.0.1:1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 3, done.stderr
