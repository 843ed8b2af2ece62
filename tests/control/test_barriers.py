from __future__ import annotations

import pytest

from mockserver.exchange import Response
from tests.callers import Caller, body_of
from tests.control.driver import Driver
from tests.holding import Host

OFFER = "members/me/offers/1000016"
RULE = {"name": "wait", "when": {"operation": "get_offer"}, "then": {"hold": {"barrier": "b", "timeout": "10s"}}}


def hold_three(app: Caller, control: Driver) -> Host:
    host = Host()
    control.post("rules", RULE, status=201)
    for name in "123":
        host.take(name, app.get(OFFER))
    return host


def test_a_barrier_shows_its_rules_and_who_waits(app: Caller, control: Driver) -> None:
    control.put("clock", {"now": "2026-06-01T12:00:00Z", "frozen": True})
    hold_three(app, control)
    shown = control.get("barriers/b")
    assert control.get("barriers") == {"barriers": [shown]}
    assert shown["rules"] == [{"rule": "wait", "at": "before", "until": None, "timeout": "10s", "release": []}]
    assert [held["number"] for held in shown["held"]] == [1, 2, 3]
    assert shown["held"][0] == {
        "number": 1, "operation": "get_offer", "method": "GET", "path": "/v3/infinity-mall/members/me/offers/1000016",
        "member_id": 42, "offer_id": 1000016, "at": "2026-06-01T12:00:00.000Z",
    }  # fmt: skip


def test_requests_are_let_go_in_an_order_and_step_by_step(app: Caller, control: Driver) -> None:
    host = hold_three(app, control)
    assert control.post("barriers/b/release", {"order": [3, 1]}) == {"name": "b", "released": [3, 1]}
    host.go_on()
    assert [name for name, _ in host.answered] == ["3", "1"]
    host.take("4", app.get(OFFER))
    assert [held["number"] for held in control.get("barriers/b")["held"]] == [2, 4]
    assert control.post("barriers/b/release", {"all": True})["released"] == [2, 4]
    host.go_on()
    host.take("5", app.get(OFFER))
    shown = control.get("barriers/b")
    assert (shown["held"][0]["number"], shown["releases"]) == (1, 2)


def test_a_number_that_is_not_held_lets_nobody_go(app: Caller, control: Driver) -> None:
    hold_three(app, control)
    error = control.error("POST", "barriers/b/release", status=409, json={"order": [1, 7]})
    assert error == {"message": "number 7 is not held at barrier b", "hint": "held: 1, 2, 3"}
    assert len(control.get("barriers/b")["held"]) == 3


@pytest.mark.parametrize(
    "body", [{}, {"order": []}, {"order": [1, 1]}, {"order": [0]}, {"all": False}, {"order": [1], "all": True}]
)
def test_a_release_says_who_goes(app: Caller, control: Driver, body: object) -> None:
    hold_three(app, control)
    control.error("POST", "barriers/b/release", status=422, json=body)
    assert len(control.get("barriers/b")["held"]) == 3


def test_who_looks_waits_until_enough_are_held(app: Caller, control: Driver) -> None:
    control.post("rules", RULE, status=201)
    wait = control.call("GET", "barriers/b", "held=2&wait=5s").wait
    assert wait is not None
    assert wait.subscribe is not None
    woken: list[int] = []
    unsubscribe = wait.subscribe(lambda: woken.append(1))
    app.get(OFFER)
    assert wait.poll() is None
    app.get(OFFER)
    found = wait.poll()
    assert isinstance(found, Response)
    assert (body_of(found)["complete"], len(body_of(found)["held"]), len(woken)) == (True, 2, 2)
    unsubscribe()
    assert body_of(wait.expired())["complete"] is False


def test_an_unknown_barrier_is_404_with_the_nearest_name(app: Caller, control: Driver) -> None:
    control.post("rules", RULE | {"then": {"hold": {"barrier": "coupon"}}}, status=201)
    assert "coupon" in str(control.error("GET", "barriers/coupn", status=404))
    control.error("POST", "barriers/coupn/release", status=404, json={"all": True})


def test_a_request_that_is_sent_again_is_held_like_any_other(app: Caller, control: Driver) -> None:
    app.get(OFFER)
    control.post("rules", RULE, status=201)
    host = Host()
    host.take("resent", control.call("POST", "requests/1/resend"))
    assert not host.answered
    control.post("barriers/b/release", {"all": True})
    host.go_on()
    assert body_of(host.answered[0][1])["id"] == 2
