"""Every refusal's honest recipe and forced one, walked step by step to the documented answer."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mockserver.errors import REFUSALS
from mockserver.exchange import Request, Response
from mockserver.revisions import REVISIONS
from tests.control.driver import Driver

SHOWN = {"refusal", "meaning", "stage", "status", "statuses", "text", "honest", "forced"}


def walk(control: Driver, headers: dict[str, str], steps: list[dict[str, Any]]) -> Response:
    """Take every step; all but the last succeed."""
    answer = Response(500)
    for number, step in enumerate(steps, 1):
        answer = take(control, headers, step)
        assert number == len(steps) or 200 <= answer.status < 300, (
            "every step but the last must succeed",
            step,
            answer.body,
        )
    return answer


def take(control: Driver, headers: dict[str, str], step: dict[str, Any]) -> Response:
    if step["path"].startswith("/__mock/"):
        return control.call(step["method"], step["path"].removeprefix("/__mock/"), json=step.get("body"))
    sent = {name.lower(): value for name, value in (headers | step.get("headers", {})).items() if value is not None}
    body = step.get("text", "").encode() or b" " * step.get("size", 0)
    body = orjson.dumps(step["body"]) if "body" in step else body
    if body:
        sent["content-type"] = "application/json"
    path, _, query = step["path"].partition("?")
    return control.mock.handle(Request(step["method"], path, query, sent, body, host="mock.test"))


@pytest.fixture(params=REVISIONS)
def outcomes(control, request) -> dict[str, Any]:
    """The outcomes of a world of each revision."""
    control.put("world", {"revision": request.param})
    return control.get("outcomes")


def of(refusal_id: str, outcomes: dict[str, Any]) -> dict[str, Any]:
    """The outcome of a refusal; one that the date lacks is not listed."""
    found = [each for each in outcomes["outcomes"] if each["refusal"] == refusal_id]
    if refusal_id in REVISIONS[outcomes["revision"]].absent_refusals:
        assert found == []
        pytest.skip(f"{outcomes['revision']} has no such refusal")
    return found[0]


def test_there_is_one_outcome_for_each_refusal(outcomes):
    absent = REVISIONS[outcomes["revision"]].absent_refusals
    assert [outcome["refusal"] for outcome in outcomes["outcomes"]] == [each for each in REFUSALS if each not in absent]
    assert all(outcome.keys() == SHOWN for outcome in outcomes["outcomes"])


@pytest.mark.parametrize("refusal_id", [each for each in REFUSALS if each != "maintenance"])
def test_the_honest_recipe_leads_to_the_documented_answer(control, outcomes, refusal_id):
    honest = of(refusal_id, outcomes)["honest"]
    answer = walk(control, outcomes["headers"], honest["steps"])
    assert {"status": answer.status, "body": orjson.loads(answer.body or b"null")} == honest["answer"]
    assert control.get("requests")["requests"][0]["refusal"] == refusal_id


def test_maintenance_cannot_be_reached_honestly(outcomes):
    assert of("maintenance", outcomes)["honest"] is None


@pytest.mark.parametrize("refusal_id", REFUSALS)
def test_the_forced_recipe_leads_to_the_documented_answer_and_its_call_works_otherwise(control, outcomes, refusal_id):
    forced = of(refusal_id, outcomes)["forced"]
    last = forced["steps"][-1]
    as_of = outcomes["headers"] | {"X-Mock-Revision": outcomes["revision"]}
    assert take(control, as_of, last | {"path": f"/w/apart{last['path']}"}).status == 200
    answer = walk(control, outcomes["headers"], forced["steps"])
    assert {"status": answer.status, "body": orjson.loads(answer.body or b"null")} == forced["answer"]
