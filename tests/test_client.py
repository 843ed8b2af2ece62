"""The client, call by call, against a real server."""

from __future__ import annotations

import gc
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mockserver.client import ControlError, MockClient, MockServerUnreachable, VerificationFailed
from mockserver.client.process import running
from mockserver.revisions import REVISIONS

APP = {"X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM", "X-Product-Name": "default", "X-User-Agent": "test"}


@pytest.fixture(scope="module")
def server() -> Iterator[MockClient]:
    with running() as url, MockClient(url) as client:
        yield client


@pytest.fixture
def world(server: MockClient) -> Iterator[MockClient]:
    made = server.create_world(f"client-{uuid.uuid4().hex[:8]}")
    with made:
        yield made
    server.drop_world(made.name)


def use(world: MockClient, offer_id: int = 1000016, member_id: int = 42) -> tuple[int, bytes]:
    url = f"{world.url}/v3/infinity-mall/members/{member_id}/offers/{offer_id}/use"
    try:
        with urlopen(Request(url, headers=APP, method="POST")) as answer:
            return answer.status, answer.read()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def test_the_server_tells_how_it_is(server: MockClient) -> None:
    assert server.health() == {"status": "ok"}
    assert server.ready()
    assert server.version()["revisions"] == sorted(REVISIONS)
    assert {each["name"] for each in server.operations()["operations"]} >= {"use_offer", "list_offers_admin"}
    assert {each["refusal"] for each in server.outcomes()["outcomes"]} >= {"already_active"}
    assert "mockserver_requests_total" in server.metrics()


def test_the_server_lists_its_calls_and_publishes_them(server: MockClient) -> None:
    assert len(server.calls()["calls"]) >= 50
    assert server.contract()["openapi"] == "3.1.0"


def test_offers_members_and_clubs_are_listed_by_parts(world: MockClient) -> None:
    offers = world.state.offers(member_id=45, search="coffee", limit=1)["offers"]
    assert [(offer["id"], offer["standing"]["use_refused_by"]) for offer in offers] == [(1000016, "member_is_banned")]
    assert [member["id"] for member in world.state.members(search="ada", limit=5)["members"]] == [42]
    assert {club["slug"] for club in world.state.clubs()["clubs"]} == {"infinity-mall", "harbour-square", "quiet-park"}


def test_a_world_is_made_listed_copied_and_dropped(server: MockClient, world: MockClient) -> None:
    world.state.set_offer(1000016, stock=3)
    twin = server.create_world(f"{world.name}-twin", world.name)
    assert twin.state.offer(1000016)["stock"] == 3
    names = [each["name"] for each in server.worlds()["worlds"]]
    assert {"default", world.name, twin.name} <= set(names)
    server.drop_world(twin.name)
    assert twin.name not in [each["name"] for each in server.worlds()["worlds"]]
    with pytest.raises(ControlError) as refused:
        server.create_world(world.name)
    assert refused.value.status == 409
    twin.close()


def test_the_clock_is_set_advanced_jumped_and_reset(world: MockClient) -> None:
    assert world.clock.freeze("2026-06-01T12:00:00Z") == {
        "now": "2026-06-01T12:00:00.000Z",
        "mode": "frozen",
        "rate": 1.0,
    }
    assert world.clock.advance("35s")["now"] == "2026-06-01T12:00:35.000Z"
    assert world.clock.advance(-35)["now"] == "2026-06-01T12:00:00.000Z"
    assert world.clock.set(datetime(2026, 6, 2, tzinfo=UTC))["now"] == "2026-06-02T00:00:00.000Z"
    assert use(world)[0] == 200
    moment = world.clock.jump("offer:1000016.active_until", member_id=42, plus="-1ms")
    assert moment["now"] == "2026-06-02T00:00:34.999Z"
    assert any(each["what"] == "active_until" for each in world.timeline()["timeline"])
    assert world.clock.reset()["mode"] == "real"


def test_scenarios_are_listed_put_used_and_ended(world: MockClient) -> None:
    world.use_scenario("already-active")
    assert use(world) == (422, b'{"error":"Already active"}')
    assert world.scenarios.show("already-active")["hits"] == 1
    world.scenarios.put("mine", "title: Mine\nrules: [{then: {respond: {status: 418}}}]\n")
    world.scenarios.activate("mine")
    world.scenarios.deactivate("already-active")
    assert world.scenarios.list()["active"] == ["mine"]
    assert use(world)[0] == 418
    world.use_scenario()
    world.scenarios.put("mine", {"rules": [{"then": {"refuse": "maintenance"}}]})
    world.scenarios.delete("mine")
    assert "mine" not in [each["id"] for each in world.scenarios.list()["scenarios"]]


def test_rules_are_added_and_removed(world: MockClient) -> None:
    world.rules.add(name="down", when={"operation": "use_offer"}, then={"refuse": "maintenance"})
    assert use(world)[0] == 503
    assert [(rule["name"], rule["hits"]) for rule in world.rules.list()["rules"]] == [("down", 1)]
    world.rules.delete("down")
    assert use(world)[0] == 200
    world.rules.add({"then": {"refuse": "maintenance"}})
    world.rules.clear()
    assert world.rules.list() == {"rules": []}


def test_requests_are_listed_explained_waited_for_and_verified(world: MockClient) -> None:
    use(world)
    use(world)
    first = world.requests.list("use_offer", status=422)["requests"][0]
    assert world.requests.show(first["id"])["status"] == 422
    assert world.requests.why(first["id"])["checks"][-1]["check"] == "already_active"
    assert len(world.requests.wait("use_offer", count=2, seconds=1)["requests"]) == 2
    assert world.verify("use_offer", {"member_id": 42}, at_least=1, at_most=2)["ok"]
    with pytest.raises(VerificationFailed, match="expected exactly 5 of use_offer, found 2") as failed:
        world.requests.verify("use_offer", count=5)
    assert failed.value.report["found"] == 2
    assert world.requests.har()["log"]["version"] == "1.2"
    world.requests.clear()
    assert world.requests.list()["requests"] == []


def test_what_failed_says_what_to_do_about_it() -> None:
    error = {"message": "the journal let 8 requests go", "hint": "start the server with --journal 1000"}
    failed = VerificationFailed({"ok": False, "reason": "journal_overflowed", "error": error})
    assert str(failed) == "the journal let 8 requests go (start the server with --journal 1000)"
    problems = [
        {"message": "line 1: a: found 1", "path": "a", "hint": "did you mean b?"},
        {"message": "found 2", "path": "c"},
    ]
    refused = ControlError(422, {"error": problems[0], "problems": problems})
    assert str(refused) == "line 1: a: found 1 (did you mean b?)\nc: found 2"


def test_data_is_changed_exported_and_replaced(world: MockClient) -> None:
    assert world.state.set_offer(1000016, stock=0)["stock"] == 0
    assert use(world) == (422, b'{"error":"Global limit exceeded"}')
    world.state.set_club("infinity-mall", offers_api_enabled=False)
    assert use(world)[0] == 485
    document = world.state.export()
    world.reset()
    assert world.state.club("infinity-mall")["offers_api_enabled"] is True
    world.state.replace(document)
    assert world.state.club("infinity-mall")["offers_api_enabled"] is False
    assert (
        world.state.set_member(42, banned_until="2137-10-28T17:24:06.207Z")["banned_until"]
        == "2137-10-28T17:24:06.207Z"
    )
    assert world.state.member(42)["id"] == 42


def test_snapshots_are_taken_restored_and_deleted(world: MockClient) -> None:
    world.snapshots.take("before")
    use(world)
    world.snapshots.restore("before")
    assert use(world)[0] == 200
    assert [each["name"] for each in world.snapshots.list()["snapshots"]] == ["before"]
    world.snapshots.delete("before")
    assert world.snapshots.list() == {"snapshots": []}


def test_a_world_is_set_all_at_once_or_not_at_all(world: MockClient) -> None:
    world.set_world(revision="2019-08", scenarios=["flaky"])
    with pytest.raises(ControlError) as refused:
        world.set_world(revision="2025-03", scenarios=["flakey"])
    assert (refused.value.status, refused.value.hint) == (422, "did you mean flaky?")
    assert (world.world()["revision"], world.world()["scenarios"]) == ("2019-08", ["flaky"])


def test_the_stream_tells_of_requests_as_they_come(world: MockClient) -> None:
    stream = world.stream()
    seen = next(stream)
    use(world)
    while seen[0] != "request":
        seen = next(stream)
    assert (seen[1]["operation"], seen[1]["status"]) == ("use_offer", 200)
    stream.close()


def test_what_the_server_refuses_says_where_and_what_was_meant(world: MockClient) -> None:
    with pytest.raises(ControlError) as refused:
        world.state.set_offer(1000016, stok=1)
    assert (refused.value.status, refused.value.path, refused.value.hint) == (422, "stok", "did you mean stock?")


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    with MockClient("http://127.0.0.1:1") as nobody, pytest.raises(MockServerUnreachable, match="no mock server at"):
        nobody.health()


def test_a_base_url_is_checked() -> None:
    with pytest.raises(ValueError, match="a base URL looks like"):
        MockClient("localhost:8080")


def test_a_client_that_nobody_closes_leaves_no_open_socket(
    server: MockClient, recwarn: pytest.WarningsRecorder
) -> None:
    client = MockClient(server.server_url)
    client.health()
    del client
    gc.collect()
    assert [str(each.message) for each in recwarn] == []
