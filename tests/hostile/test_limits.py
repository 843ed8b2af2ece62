"""Limits of one request and one world that documents do not have: at each, and one beyond it."""

from __future__ import annotations

import pytest

from mockserver.limits import NAMED_SNAPSHOTS, PROBLEMS_OF_A_REQUEST, SCENARIOS_OF_A_REQUEST
from tests.callers import body_of


def test_a_request_names_so_many_scenarios_each_once(app, mock):
    ids = [scenario.id for scenario in mock.worlds.get("default").library][: SCENARIOS_OF_A_REQUEST + 1]
    for named in (ids, [ids[0]] * 2, ["last-coupon"] * 25_000, ["no-such"] * 25_000):
        answer = app.get("stores", x_mock_scenario=",".join(named))
        assert (answer.status, "at most 20 scenarios, each once" in body_of(answer)["error"]) == (400, True)


def test_a_world_keeps_so_many_snapshots(control):
    for number in range(NAMED_SNAPSHOTS):
        control.put(f"snapshots/s{number}")
    control.put("snapshots/s0")
    assert "100 snapshots, the limit of a world" in control.error("PUT", "snapshots/new", status=422)["message"]
    assert control.call("POST", "undo").status == 422
    control.delete("snapshots/s0")
    control.put("snapshots/new")


@pytest.mark.parametrize("count", [10, 10_000, 100_000])
def test_a_422_tells_the_first_problems(app, control, count):
    before = control.get("state")
    answer = app.post("members/me/events/offers_clicked", {"events": [{}] * count})
    assert answer.status == 422
    assert len(answer.body) < 500 * PROBLEMS_OF_A_REQUEST
    assert control.get("state") == before
