"""Every scenario that ships, seen by an app: through the header for one request, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.api.table import OPERATIONS
from mockserver.errors import REFUSALS
from mockserver.exchange import Response
from mockserver.fixtures.load import load as load_fixtures
from mockserver.fixtures.shipped import shipped
from mockserver.fixtures.start import Fixtures
from mockserver.mock import Mock, build
from mockserver.records.effects import RuleAdded
from mockserver.revisions import REVISIONS
from mockserver.scenarios.arrange import activate, deactivate
from mockserver.scenarios.library import load
from mockserver.settings import Settings
from mockserver.values.instants import parse_iso
from mockserver.worlds.world import World
from mockserver.worlds.worlds import Worlds
from tests.callers import Caller, body_of

LIBRARY = load(shipped("scenarios"), OPERATIONS)
IDS = [scenario.id for scenario in LIBRARY]
FAULTS = {
    "connection-reset": "reset",
    "empty-reply": "empty",
    "truncated-body": "truncate",
    "malformed-chunk": "malformed_chunk",
    "garbage": "garbage",
    "dribble": "dribble",
    "hang": "hang",
    "timeout": "hang",
}
OTHERS = {
    "slow-network", "flaky", "rate-limited", "maintenance", "empty-catalogue", "last-coupon", "token-expired",
    "redeemed-but-unheard", "server-error", "bad-gateway", "slow-first-byte", "race-for-the-last-coupon", "double-tap",
    "refresh-token-stampede",
}  # fmt: skip
# the call that meets each refusal: method, path, JSON body
CALLS: dict[str, tuple[str, str, Any]] = {
    refusal.id: (step.method, step.path.removeprefix("/v3/infinity-mall/"), step.body)
    for refusal in REFUSALS.values()
    for step in (refusal.recipe.forced,)
}
USE = ("POST", "members/me/offers/1000115/use", None)


@pytest.fixture(scope="module")
def fixtures() -> Fixtures:
    return load_fixtures(shipped("fixtures"))


@pytest.fixture
def mock(fixtures: Fixtures) -> Mock:
    """A mock of its own for each test; only the files are read once."""
    settings = Settings(seed=7)
    return Mock(settings, Worlds(fixtures.records_at, settings, LIBRARY))


@pytest.fixture
def app(mock: Mock) -> Caller:
    return Caller(mock)


@pytest.fixture
def world(mock: Mock) -> World:
    return mock.worlds.get("default")


def ask(app: Caller, call: tuple[str, str, Any], **headers: str) -> Response:
    method, path, body = call
    return app.call(method, path, json=body, **headers)


def test_there_is_one_for_every_refusal_and_every_fault_and_nothing_unknown() -> None:
    assert set(IDS) == {refusal_id.replace("_", "-") for refusal_id in REFUSALS} | FAULTS.keys() | OTHERS


@pytest.mark.parametrize("scenario_id", IDS)
def test_each_says_when_it_is_wanted_and_what_the_app_sees(scenario_id: str) -> None:
    scenario = LIBRARY.get(scenario_id)
    assert scenario.title
    assert scenario.comment is not None
    assert scenario.comment.startswith("Wanted ")
    assert scenario.sees()


@pytest.mark.parametrize(
    ("refusal_id", "revision"),
    [(each, name) for name, date in REVISIONS.items() for each in REFUSALS if each not in date.absent_refusals],
)
def test_each_refusal_answers_its_documented_body_and_changes_nothing(
    app: Caller, world: World, refusal_id: str, revision: str
) -> None:
    call, before = CALLS[refusal_id], world.records.copy()
    scenario_id = refusal_id.replace("_", "-")
    answer = ask(app, call, x_mock_scenario=scenario_id, x_mock_revision=revision)
    refusal = REFUSALS[refusal_id]
    assert answer.status == refusal.status_in(revision)
    assert dict(answer.headers)["x-mock-rule"].startswith(f"{scenario_id}/")
    assert world.records.uses_count == before.uses_count
    assert world.records.grants == before.grants
    if refusal.text is None:
        assert answer.body == b""
    elif "{" not in refusal.text:
        assert body_of(answer)["error"] == refusal.text
    else:
        assert "-" not in body_of(answer)["error"].split()
    assert body_of(answer) is None or set(body_of(answer)) == {"error", *refusal.extra}


@pytest.mark.parametrize("refusal_id", REFUSALS)
def test_a_refusal_names_what_the_request_was_about(app: Caller, refusal_id: str) -> None:
    answer = ask(app, CALLS[refusal_id], x_mock_scenario=refusal_id.replace("_", "-"))
    assert body_of(answer) == REFUSALS[refusal_id].recipe.forced_body
    assert ("allow" in dict(answer.headers)) == (refusal_id == "method_not_allowed")


@pytest.mark.parametrize("scenario_id", FAULTS)
def test_each_fault_is_given_to_the_server(app: Caller, world: World, scenario_id: str) -> None:
    activate(world, world.library.get(scenario_id))
    answer = app.get("members/me/offers/1000115")
    assert answer.fault is not None
    assert answer.fault.kind == FAULTS[scenario_id]
    broken_body = scenario_id in ("truncated-body", "malformed-chunk", "dribble")
    assert (answer.status, bool(answer.body)) == (200, broken_body)
    refused = app.get("members/me/offers/1")
    assert refused.fault is not None
    assert refused.fault.kind == FAULTS[scenario_id]
    deactivate(world, scenario_id)
    assert app.get("members/me/offers/1000115").fault is None


@pytest.mark.parametrize("scenario_id", IDS)
def test_networks_fail_for_pictures_too_and_the_api_does_not(app: Caller, scenario_id: str) -> None:
    answer = app.get("/files/offer-1000115-offer_default-base.jpg", x_mock_scenario=scenario_id)
    assert answer.status == 200
    assert (answer.fault and answer.fault.kind) == FAULTS.get(scenario_id)
    assert bool(answer.delay_ms) == (scenario_id in ("slow-network", "slow-first-byte"))


@pytest.mark.parametrize(
    ("scenario_id", "status", "content_type"),
    [("server-error", 500, "application/json; charset=utf-8"), ("bad-gateway", 502, "text/html")],
)
def test_a_server_that_fails_books_nothing(
    app: Caller, world: World, scenario_id: str, status: int, content_type: str
) -> None:
    before = dict(world.records.uses_count)
    answer = ask(app, USE, x_mock_scenario=scenario_id)
    assert (answer.status, dict(answer.headers)["content-type"]) == (status, content_type)
    assert world.records.uses_count == before


def test_the_first_byte_takes_ten_seconds(app: Caller) -> None:
    answer = app.get("members/me/offers/1000115", x_mock_scenario="slow-first-byte")
    assert (answer.status, answer.delay_ms) == (200, 10_000)


PICTURE = "/files/offer-1000115-offer_default-base.jpg"


@pytest.mark.parametrize("path", ["members/me/offers/1000115", "members/me/offers/1", PICTURE])
def test_headers_are_added_to_whatever_is_answered(app: Caller, world: World, path: str) -> None:
    world.clock.set(parse_iso("2019-03-13T18:00:00Z"), frozen=True)
    then = {"headers": {"Set-Cookie": ["a=1", "b=2"]}, "date": "world"}
    plain = app.get(path)
    world.apply(RuleAdded("cookies", {"when": {"path": "*"}, "then": then}, 0))
    answer = app.get(path)
    assert (answer.status, answer.body) == (plain.status, plain.body)
    named = [pair for pair in answer.headers if pair[0] in ("set-cookie", "date")]
    assert named == [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("date", "Wed, 13 Mar 2019 18:00:00 GMT")]
    assert dict(answer.headers)["x-mock-rule"] == "cookies"


def test_headers_of_two_rules_and_of_a_response_add_up(app: Caller, world: World) -> None:
    respond = {"headers": {"X-A": "3", "X-B": ["4", "5"]}}
    for name, then in (("a", {"headers": {"X-A": "1"}}), ("b", {"headers": {"X-A": "2"}, "respond": respond})):
        world.apply(RuleAdded(name, {"then": then}, 0))
    answer = app.get("members/me/offers")
    assert [pair for pair in answer.headers if pair[0] in ("x-a", "x-b")] == [
        ("x-b", "4"), ("x-b", "5"), ("x-a", "1"), ("x-a", "2"),
    ]  # fmt: skip


def test_a_rule_means_the_same_path_in_every_world(app: Caller, mock: Mock) -> None:
    world = mock.worlds.get("mine")
    rule = {"when": {"path": "/v3/infinity-mall/members/me/offers*"}, "then": {"respond": 418}}
    world.apply(RuleAdded("teapot", rule, 0))
    assert app.get("/w/mine/v3/infinity-mall/members/me/offers").status == 418
    assert app.get("members/me/offers", x_mock_world="mine").status == 418
    assert app.get("members/me/offers").status == 200


def test_a_delay_goes_with_a_refusal(app: Caller, world: World) -> None:
    for n, then in enumerate(({"delay": "2s"}, {"refuse": "already_active"}), 1):
        world.apply(RuleAdded(f"rule-{n}", {"then": then}, n))
    answer = ask(app, USE)
    assert (answer.status, answer.delay_ms) == (422, 2_000)
    entry = world.journal.newest_first()[0]
    assert (entry.refusal, entry.rule) == ("already_active", "rule-2")


def test_a_fault_after_the_commit_leaves_the_operations_own_refusals_alone(app: Caller, world: World) -> None:
    world.apply(RuleAdded("lost", {"then": {"fault": "reset", "at": "after_commit"}}, 0))
    refused = app.post("members/me/offers/1/use")
    assert (refused.status, refused.fault) == (404, None)
    assert world.journal.newest_first()[0].refusal == "offer_not_found"


def test_a_slow_network_answers_as_ever_but_later(app: Caller, world: World) -> None:
    plain = app.get("members/me/offers/1000115")
    activate(world, world.library.get("slow-network"))
    delays = []
    for _ in range(101):
        answer = app.get("members/me/offers/1000115")
        assert (answer.status, answer.body) == (plain.status, plain.body)
        delays.append(answer.delay_ms)
    assert 650 < sorted(delays)[50] < 950
    assert app.get("members/me/offers/1").delay_ms > 0


def test_a_flaky_server_fails_in_each_way_and_repeats_with_the_seed(fixtures: Fixtures) -> None:
    def outcomes() -> Iterator[tuple[int, str | None, int]]:
        mock = Mock(Settings(seed=7), Worlds(fixtures.records_at, Settings(seed=7), LIBRARY))
        world = mock.worlds.get("default")
        activate(world, world.library.get("flaky"))
        for _ in range(300):
            answer = Caller(mock).get("members/me/offers/1000115")
            yield answer.status, answer.fault and answer.fault.kind, answer.delay_ms

    first = list(outcomes())
    assert set(first) == {(200, None, 0), (200, None, 2_000), (200, "reset", 0), (200, "empty", 0), (503, None, 0)}
    assert 160 < first.count((200, None, 0)) < 250
    assert list(outcomes()) == first


def test_too_many_calls_are_told_when_to_come_back(app: Caller, world: World) -> None:
    world.clock.set(frozen=True)
    activate(world, world.library.get("rate-limited"))
    answers = [app.get("members/me/offers") for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert dict(answers[5].headers)["retry-after"] == "10"
    assert body_of(answers[5]) == {"error": "Too many requests"}
    world.clock.set(world.clock.now() + 10_000)
    assert app.get("members/me/offers").status == 200


def test_an_empty_catalogue_shows_nothing_until_it_stops(app: Caller, world: World) -> None:
    before = body_of(app.get("members/me/offers"))
    activate(world, world.library.get("empty-catalogue"))
    assert body_of(app.get("members/me/offers"))["offers"] == []
    meta = body_of(app.get("members/me/offers/meta"))
    assert (meta["tags"], meta["shops"], meta["stores"]) == ([], [], [])
    assert app.get("members/me/offers/1000115").status == 404
    deactivate(world, "empty-catalogue")
    assert body_of(app.get("members/me/offers")) == before


def test_for_one_request_the_world_is_arranged_and_as_before_at_the_next(app: Caller) -> None:
    before = body_of(app.get("members/me/offers"))
    assert before["offers"]
    assert body_of(app.get("members/me/offers", x_mock_scenario="empty-catalogue"))["offers"] == []
    assert body_of(app.get("members/me/offers")) == before


def test_the_last_coupon_goes_to_the_first(app: Caller, world: World) -> None:
    world.clock.set(frozen=True)
    activate(world, world.library.get("last-coupon"))
    offer = next(
        offer
        for offer in body_of(app.get("members/me/offers"))["offers"]
        if offer["usage"]["usable"] and not offer["usage_authorization_token_required"]
    )
    assert offer["usage"]["uses_left"] == 1
    assert app.post(f"members/me/offers/{offer['id']}/use").status == 200
    others = [member for member in world.records.members.values() if member.club == "infinity-mall" and member.id != 42]
    second = next(member for member in others if member.banned_until is None)
    refused = app.post(f"members/{second.id}/offers/{offer['id']}/use")
    assert (refused.status, body_of(refused)) == (422, {"error": "Global limit exceeded"})


def test_an_expired_token_is_mended_by_a_refresh(app: Caller, world: World) -> None:
    activate(world, world.library.get("token-expired"))
    assert app.get("members/me/offers").status == 460
    held = world.records.tokens[app.headers["authorization"].removeprefix("Bearer ")]
    assert held.refresh_token is not None
    refresh = {"grant_type": "refresh_token", "refresh_token": held.refresh_token}
    answer = app.post("members/oauth/token", refresh)
    assert answer.status == 200
    app.headers["authorization"] = f"Bearer {body_of(answer)['access_token']}"
    assert app.get("members/me/offers").status == 200
    deactivate(world, "token-expired")
    assert app.get("members/me/offers").status == 200


def test_a_redeemed_coupon_stays_redeemed_though_the_phone_never_heard_of_it(app: Caller, world: World) -> None:
    world.clock.set(frozen=True)
    uses = world.records.uses_count.get(1000016, 0)
    activate(world, world.library.get("redeemed-but-unheard"))
    first = app.post("members/me/offers/1000016/use")
    assert first.fault is not None
    assert first.fault.kind == "empty"
    retry = app.post("members/me/offers/1000016/use")
    assert (retry.status, body_of(retry), retry.fault) == (422, {"error": "Already active"}, None)
    assert world.records.uses_count[1000016] == uses + 1
    newest, before = world.journal.newest_first()[:2]
    assert (before.committed, before.rule, newest.committed) == (True, "redeemed-but-unheard/lost-answer", False)


@pytest.mark.parametrize("scenario_id", IDS)
def test_stopping_leaves_answers_byte_identical(app: Caller, world: World, scenario_id: str) -> None:
    world.clock.set(frozen=True)
    before = app.get("members/me/offers", "per_page=100").body
    activate(world, world.library.get(scenario_id))
    app.get("members/me/offers", "per_page=100")
    deactivate(world, scenario_id)
    assert app.get("members/me/offers", "per_page=100").body == before


def test_a_rule_that_is_spent_or_without_chance_leaves_answers_byte_identical(app: Caller, world: World) -> None:
    world.clock.set(frozen=True)
    before = app.get("members/me/offers", "per_page=100").body
    for n, rule in enumerate(({"chance": 0, "then": {"respond": 503}}, {"calls": 1, "then": {"fault": "reset"}})):
        world.apply(RuleAdded(f"rule-{n}", rule, n))
    app.get("members/me/offers/1000115")
    answer = app.get("members/me/offers", "per_page=100")
    assert (answer.body, answer.fault, answer.delay_ms) == (before, None, 0)
    assert "x-mock-rule" not in dict(answer.headers)


def test_scenarios_from_the_start_are_active_in_every_world_and_after_a_reset() -> None:
    mock = build(Settings(scenario=("already-active", "last-coupon")))
    for name in ("default", "other"):
        world = mock.worlds.get(name)
        assert world.engine.active == ("already-active", "last-coupon")
        deactivate(world, "already-active")
        world.reset()
        assert world.engine.active == ("already-active", "last-coupon")
