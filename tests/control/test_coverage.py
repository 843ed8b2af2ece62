"""Which outcomes were met: the whole plan is walked, and counters outlive journals, resets and worlds."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mockserver.control.outcome_plan import SAMPLES
from mockserver.exchange import Request, Response
from mockserver.fixtures.start import Fixtures
from mockserver.mock import Mock
from mockserver.revisions import REVISIONS
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.worlds.worlds import Worlds
from tests.callers import Caller
from tests.control.driver import Driver
from tests.pictures import halves, multipart

OFFER = "members/me/offers/1000016"
ENDS = {"reset": "RST", "hang": "client left", "dribble": "response"}
"""How a host ends the delivery of a fault, where not by FIN."""


def walk(control: Driver, headers: dict[str, str], steps: list[dict[str, Any]]) -> Response:
    return [take(control, headers, step) for step in steps][-1]


def take(control: Driver, headers: dict[str, str], step: dict[str, Any]) -> Response:
    if step["path"].startswith("/__mock/"):
        answer = control.call(step["method"], step["path"].removeprefix("/__mock/"), json=step.get("body"))
        assert answer.status in (200, 201), (step, answer.body)
        return answer
    sent = {name.lower(): value for name, value in (headers | step.get("headers", {})).items() if value is not None}
    body = step.get("text", "").encode() or b" " * step.get("size", 0)
    body = orjson.dumps(step["body"]) if "body" in step else body
    if body:
        sent["content-type"] = "application/json"
    if step.get("picture"):
        body, sent["content-type"] = multipart(halves((1_200, 1_600)))
    path, _, query = step["path"].partition("?")
    answer = control.mock.handle(Request(step["method"], path, query, sent, body, host="mock.test"))
    answer = answer.work() if answer.work else answer
    if answer.fault is not None and answer.receipt is not None:
        answer.receipt.ended = ENDS.get(answer.fault.kind, "FIN")
    return answer


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_whole_plan_is_walked_and_leaves_nothing_missing(
    fixtures: Fixtures, library: Library, revision: str
) -> None:
    settings = Settings(seed=7, revision=revision)
    control = Driver(Mock(settings, Worlds(fixtures.records_at, settings, library)))
    plan = control.get("plan")
    assert plan["outcomes"][0]["outcome"].startswith("any/")
    for each in plan["outcomes"]:
        for way in ("honest", "forced"):
            if each[way] is not None:
                before = control.get("coverage")["outcomes"][each["outcome"]]
                control.post("reset", {})
                answer = walk(control, plan["headers"], each[way])
                after = control.get("coverage")["outcomes"][each["outcome"]]
                assert after > before, (each["outcome"], way, answer.status, answer.body[:300])
    assert [each["outcome"] for each in plan["outcomes"] if each["honest"] is each["forced"] is None] == []
    covered = control.get("coverage")
    assert (covered["percent"], covered["met"]) == (100.0, len(plan["outcomes"]))


def test_every_operation_has_a_call_that_succeeds(control: Driver) -> None:
    named = {row["name"] for row in control.get("operations")["operations"]}
    assert set(SAMPLES) == named


def test_what_was_met_outlives_journal_reset_and_world(mock: Mock, app: Caller, control: Driver) -> None:
    app.get(OFFER, x_mock_world="one")
    for _ in range(3):
        app.get(OFFER)
    control.delete("requests")
    control.post("reset", {})
    assert control.get("coverage")["outcomes"]["get_offer/ok"] == 3
    control.delete("worlds/one")
    assert control.get("coverage", "all_worlds=true")["outcomes"]["get_offer/ok"] == 4


def test_a_cached_answer_counts_like_the_first(app: Caller, control: Driver) -> None:
    for _ in range(5):
        app.get("members/me/offers/9")
        app.get("members/me/offers", "page_no=9999")
    outcomes = control.get("coverage")["outcomes"]
    assert (outcomes["get_offer/offer_not_found"], outcomes["list_offers/out_of_range"]) == (5, 5)


def test_the_percentage_is_over_the_revisions_that_were_asked(app: Caller, control: Driver) -> None:
    assert control.get("coverage")["revisions"] == ["union"]
    app.get(OFFER, x_mock_revision="2019-08")
    app.get(OFFER, x_mock_revision="2025-03")
    assert control.get("coverage")["revisions"] == ["2019-08", "2025-03"]


@pytest.mark.parametrize("then", [{"respond": 503}, {"respond": 200}])
def test_an_answer_that_a_rule_makes_up_is_no_outcome(app: Caller, control: Driver, then: dict[str, Any]) -> None:
    control.post("rules", {"then": then}, status=201)
    app.get(OFFER)
    assert control.get("coverage")["met"] == 0


@pytest.mark.parametrize(
    ("kind", "ended", "met"),
    [
        ("reset", None, 0), ("reset", "RST", 1), ("reset", "FIN", 1), ("reset", "client left", 0), ("reset", "response", 0),
        ("hang", "client left", 1), ("hang", "FIN", 1), ("dribble", "response", 1), ("dribble", "client left", 0),
        ("truncate", "FIN", 1), ("truncate", "response", 0),
    ],
)  # fmt: skip
def test_a_fault_counts_once_it_has_been_delivered(
    app: Caller, control: Driver, kind: str, ended: str | None, met: int
) -> None:
    control.post("rules", {"then": {"fault": kind}}, status=201)
    receipt = app.get(OFFER).receipt
    outcome = f"any/fault:{kind}"
    assert control.get("coverage")["outcomes"][outcome] == 0
    assert receipt is not None
    receipt.ended = ended
    for _ in range(2):
        assert control.get("coverage")["outcomes"][outcome] == met


def test_faults_whose_delivery_never_ends_are_bounded(app: Caller, control: Driver) -> None:
    control.post("rules", {"then": {"fault": "reset"}}, status=201)
    for _ in range(1_200):
        app.get(OFFER)
    assert len(control.mock.worlds.get("default").journal.breaking) == 1_000


def test_the_answer_of_a_request_that_comes_again_was_lost_indeed(app: Caller, control: Driver) -> None:
    control.post("rules", {"calls": {"every": 2}, "then": {"fault": "reset"}}, status=201)
    for ended, met in (("response", 0), ("RST", 1)):
        app.get(OFFER)
        receipt = app.get(OFFER).receipt
        assert receipt is not None
        receipt.ended = ended
        app.get(OFFER)
        assert control.get("coverage")["outcomes"]["any/retry_after_lost_answer"] == met
        app.get("members/me/offers")
