"""Requests that wait for one another: who is held where, and in which order they go on."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.fixtures.load import load as load_fixtures
from mockserver.fixtures.shipped import shipped
from mockserver.fixtures.start import Fixtures
from mockserver.mock import Mock
from mockserver.records.effects import RuleAdded, RuleRemoved
from mockserver.scenarios.arrange import activate, deactivate
from mockserver.settings import Settings
from mockserver.worlds.world import World
from mockserver.worlds.worlds import Worlds
from tests.callers import CLIENT, Caller, body_of
from tests.control.driver import Driver
from tests.holding import Host
from tests.scenarios.test_shipped import LIBRARY

OFFER = 1000016
USE = f"offers/{OFFER}/use"
LAST = {"barrier": "last", "until": 2, "release": [2, 1]}


@pytest.fixture(scope="module")
def fixtures() -> Fixtures:
    return load_fixtures(shipped("fixtures"))


@pytest.fixture
def mock(fixtures: Fixtures) -> Mock:
    settings = Settings(seed=7)
    return Mock(settings, Worlds(fixtures.records_at, settings, LIBRARY))


@pytest.fixture
def world(mock: Mock) -> World:
    return mock.worlds.get("default")


@pytest.fixture
def app(mock: Mock) -> Caller:
    """A client that names its members in the path."""
    return Caller(mock, headers={"x-client-authorization": CLIENT, "x-product-name": "default", "x-user-agent": "t"})


@pytest.fixture
def control(mock: Mock) -> Driver:
    return Driver(mock)


@pytest.fixture
def host() -> Host:
    return Host()


def hold(world: World, then: dict[str, Any], name: str = "race", **rule: Any) -> None:
    world.apply(RuleAdded(name, {"when": {"operation": "use_offer"}, "then": then} | rule, 0))


def use(app: Caller, host: Host, member_id: int, **headers: str) -> None:
    host.take(str(member_id), app.post(f"members/{member_id}/{USE}", **headers))


@pytest.mark.parametrize("at", ["before", "before_commit"])
@pytest.mark.parametrize(("order", "winner", "loser"), [([2, 1], "44", "42"), ([1, 2], "42", "44")])
def test_the_last_coupon_goes_to_whom_the_rule_says(
    app: Caller, world: World, host: Host, at: str, order: list[int], winner: str, loser: str
) -> None:
    activate(world, world.library.get("last-coupon"))
    hold(world, {"hold": LAST | {"release": order}, "at": at})
    use(app, host, 42)
    assert (list(host.waiting), host.answered, len(world.journal)) == (["42"], [], 0)
    use(app, host, 44)
    assert host.statuses == [(winner, 200), (loser, 422)]
    assert host.bodies[loser] == {"error": "Global limit exceeded"}
    assert [entry.member_id for entry in reversed(world.journal.newest_first())] == [int(winner), int(loser)]


def test_the_shipped_race_is_won_by_the_second_phone_each_of_many_times(app: Caller, world: World, host: Host) -> None:
    for n in range(50):
        activate(world, world.library.get("race-for-the-last-coupon"))
        use(app, host, 42)
        use(app, host, 44)
        assert host.statuses[2 * n :] == [("44", 200), ("42", 422)]
        deactivate(world, "race-for-the-last-coupon")
        world.reset()


def test_after_commit_the_responses_wait_alone(app: Caller, world: World, host: Host) -> None:
    hold(world, {"hold": LAST, "at": "after_commit"})
    before = world.records.uses_count[OFFER]
    use(app, host, 42)
    assert world.records.uses_count[OFFER] == before + 1
    assert len(world.journal) == 0
    use(app, host, 44)
    assert host.statuses == [("44", 200), ("42", 200)]
    assert world.records.uses_count[OFFER] == before + 2
    assert all(dict(response.headers)["x-mock-rule"] == "race" for _, response in host.answered)


def test_a_request_that_is_refused_before_its_commit_does_not_count(app: Caller, world: World, host: Host) -> None:
    hold(world, {"hold": LAST, "at": "before_commit"})
    host.take("nobody", app.post(f"members/999999/{USE}"))
    assert host.statuses == [("nobody", 404)]
    use(app, host, 42)
    assert list(host.waiting) == ["42"]


def test_a_read_waits_once_its_checks_have_passed(app: Caller, world: World, host: Host) -> None:
    hold(world, {"hold": LAST, "at": "before_commit"}, when={"operation": "get_offer"})
    host.take("a", app.get(f"members/42/offers/{OFFER}"))
    host.take("b", app.get("members/42/offers/1"))
    assert (list(host.waiting), host.statuses) == (["a"], [("b", 404)])
    host.take("c", app.get(f"members/44/offers/{OFFER}"))
    assert host.statuses == [("b", 404), ("c", 200), ("a", 200)]


def test_a_released_request_runs_at_the_time_of_its_release_and_is_not_counted_again(
    app: Caller, world: World, control: Driver, host: Host
) -> None:
    world.clock.set(1_552_500_000_000, frozen=True)
    hold(world, {"hold": {"barrier": "b"}, "at": "before_commit"})
    use(app, host, 44)
    world.clock.set(1_552_500_060_000, frozen=True)
    assert control.post("barriers/b/release", {"all": True}) == {"name": "b", "released": [1]}
    host.go_on()
    entry = world.journal.newest_first()[0]
    assert (entry.at, entry.status, entry.committed) == (1_552_500_060_000, 200, True)
    assert world.engine.tracks()[0].calls == 1


def test_holding_decides_nothing(app: Caller, world: World, host: Host) -> None:
    hold(world, {"hold": {"barrier": "b", "until": 1}, "refuse": "not_granted"})
    use(app, host, 42)
    assert host.statuses == [("42", 422)]
    assert world.journal.newest_first()[0].refusal == "not_granted"


def test_a_booked_use_whose_answer_is_lost_is_held_first(app: Caller, world: World, host: Host) -> None:
    hold(world, {"hold": {"barrier": "b", "until": 2}, "fault": "empty", "at": "after_commit"})
    use(app, host, 42)
    use(app, host, 44)
    assert [response.fault and response.fault.kind for _, response in host.answered] == ["empty", "empty"]
    assert all(entry.committed for entry in world.journal.newest_first())


def test_two_barriers_are_passed_one_after_the_other(app: Caller, world: World, host: Host) -> None:
    hold(world, {"hold": {"barrier": "late", "until": 2}, "at": "after_commit"}, "late")
    hold(world, {"hold": {"barrier": "early", "until": 2, "release": [2, 1]}}, "early")
    use(app, host, 42)
    use(app, host, 44)
    assert sorted(host.statuses) == [("42", 200), ("44", 200)]
    notes = [[note.name for note in entry.notes] for entry in world.journal.newest_first()]
    assert notes == [["early", "late"], ["early", "late"]]
    assert world.engine.tracks()[0].calls == 2


def test_a_seed_shuffles_and_repeats(app: Caller, world: World) -> None:
    def order(seed: int) -> list[str]:
        host = Host()
        hold(world, {"hold": {"barrier": "b", "until": 8, "release": {"seed": seed}}}, when={"operation": "get_offer"})
        for n in range(8):
            host.take(str(n), app.get(f"members/42/offers/{OFFER}"))
        return [name for name, _ in host.answered]

    assert order(7) == order(7)
    assert sorted(order(7)) == list("01234567")
    assert len({tuple(order(seed)) for seed in range(5)}) > 1


def test_the_barrier_begins_anew_after_a_release(app: Caller, world: World, host: Host) -> None:
    hold(world, {"hold": LAST}, when={"operation": "get_offer"})
    for n in range(5):
        host.take(str(n), app.get(f"members/42/offers/{OFFER}"))
    assert [name for name, _ in host.answered] == ["1", "0", "3", "2"]
    assert list(host.waiting) == ["4"]


def test_when_time_is_up_all_go_in_order_of_arrival_and_why_says_so(
    app: Caller, world: World, control: Driver, host: Host
) -> None:
    hold(world, {"hold": {"barrier": "b", "until": 4, "release": [3, 2, 1]}}, when={"operation": "get_offer"})
    for n in range(3):
        host.take(str(n), app.get(f"members/42/offers/{OFFER}"))
    host.run_out("1")
    assert [name for name, _ in host.answered] == ["0", "1", "2"]
    why = control.get("requests/3/why")["notes"]
    facts = {key: value for key, value in why[0]["facts"].items() if key not in ("arrived", "step")}
    assert facts | {"held_ms": 0} == {
        "number": 3, "at": "before", "because": "timeout", "order": [1, 2, 3], "held_ms": 0,
        "after": [{"number": 1, "request": 1}, {"number": 2, "request": 2}],
    }  # fmt: skip
    assert "let go by timeout, 3 of 3: after request 1 (number 1) and request 2 (number 2)" in why[0]["text"]


def test_the_next_one_begins_when_the_one_before_has_been_delivered(app: Caller, world: World) -> None:
    hold(world, {"hold": LAST})
    first, second = app.post(f"members/42/{USE}").wait, app.post(f"members/44/{USE}").wait
    assert first is not None
    assert second is not None
    assert first.poll() is None
    response = second.poll()
    assert response is not None
    assert first.poll() is None
    assert response.done is not None
    response.done()
    assert first.poll() is not None


def test_removing_the_rule_frees_and_forgets_its_barrier(
    app: Caller, world: World, control: Driver, host: Host
) -> None:
    hold(world, {"hold": LAST})
    use(app, host, 42)
    world.apply(RuleRemoved("race"))
    assert control.get("barriers") == {"barriers": [control.get("barriers/last")]}
    host.go_on()
    assert host.statuses == [("42", 200)]
    assert control.get("barriers") == {"barriers": []}
    assert world.journal.newest_first()[0].notes[0].facts["because"] == "rule removed"


def test_a_reset_answers_who_is_held_and_nothing_of_it_stays(app: Caller, world: World, host: Host) -> None:
    before = dict(world.records.uses_count)
    hold(world, {"hold": LAST})
    use(app, host, 42)
    world.reset()
    host.go_on()
    assert host.statuses == [("42", 200)]
    assert (dict(world.records.uses_count), len(world.journal)) == (before, 0)


def test_dropping_the_world_frees_and_does_not_make_it_again(app: Caller, mock: Mock, host: Host) -> None:
    hold(mock.worlds.get("mine"), {"hold": LAST})
    use(app, host, 42, x_mock_world="mine")
    mock.worlds.drop("mine")
    host.go_on()
    assert host.statuses == [("42", 200)]
    assert mock.worlds.find("mine") is None


def test_other_requests_of_the_world_go_on(app: Caller, world: World, host: Host) -> None:
    hold(world, {"hold": {"barrier": "b"}})
    for _ in range(100):
        use(app, host, 42)
    assert app.get(f"members/42/offers/{OFFER}").status == 200
    assert len(world.barriers.held("b")) == 100


def test_the_answer_cache_neither_keeps_nor_answers_a_held_request(app: Caller, world: World, host: Host) -> None:
    path = f"members/42/offers/{OFFER}"
    plain = app.get(path)
    hold(world, {"hold": {"barrier": "b"}, "headers": {"X-A": "1"}}, when={"operation": "get_offer"})
    host.take("held", app.get(path))
    world.apply(RuleRemoved("race"))
    app.get(path)
    host.go_on()
    held = host.answered[0][1]
    assert (held.body, dict(held.headers)["x-a"]) == (plain.body, "1")
    assert "x-a" not in dict(app.get(path).headers)


def test_five_requests_with_an_expired_token_and_one_refresh(
    mock: Mock, world: World, control: Driver, host: Host
) -> None:
    phone = Caller(mock)
    password = {"grant_type": "password", "identifier_type": "id", "identifier": "42", "password": "correct-horse-42"}
    token = body_of(phone.post("members/oauth/token", password))
    phone.headers["authorization"] = f"Bearer {token['access_token']}"
    control.delete("requests")
    activate(world, world.library.get("refresh-token-stampede"))
    for path in ("me", "me/offers", "me/offers/meta", f"me/offers/{OFFER}"):
        host.take(path, phone.get(f"members/{path}"))
    assert not host.answered
    host.take("use", phone.post(f"members/me/{USE}"))
    assert {status for _, status in host.statuses} == {460}
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    new = body_of(phone.post("members/oauth/token", refresh))
    phone.headers["authorization"] = f"Bearer {new['access_token']}"
    assert phone.get("members/me/offers").status == 200
    assert control.post("requests/verify", {"operation": "create_token", "count": 1})["ok"]
    assert phone.post("members/oauth/token", refresh).status == 462
    control.post("requests/verify", {"operation": "create_token", "count": 1}, status=409)


def test_a_double_tap_is_booked_once(app: Caller, world: World, host: Host) -> None:
    activate(world, world.library.get("double-tap"))
    host.take("first", app.post(f"members/42/{USE}"))
    host.take("second", app.post(f"members/42/{USE}"))
    assert host.statuses == [("first", 200), ("second", 422)]
    assert host.bodies["second"] == {"error": "Already active"}
