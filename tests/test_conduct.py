"""The report on an app's conduct."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from mockserver.cli import conduct as command
from mockserver.domain.instants import iso
from mockserver.reports.conduct import RULES, as_junit, as_text, findings

NOON = 1_900_000_000_000


def exchange(number: int, at: int = 0, status: int = 200, **facts: Any) -> dict[str, Any]:
    """One row of the journal, ``at`` milliseconds after noon."""
    row = {"id": number, "at": iso(NOON + at), "method": "GET", "path": "/v3/a/stores", "query": "", "status": status}
    row |= {"operation": "list_stores", "refusal": None, "rule": None, "member_id": 42, "offer_id": None, "notes": []}
    return row | facts


def found(*exchanges: dict[str, Any]) -> list[tuple[str, tuple[int, ...]]]:
    return [(finding.rule, finding.requests) for finding in findings(exchanges)]


def test_a_well_behaved_app_has_no_findings() -> None:
    assert found(exchange(1), exchange(2, 1_000), exchange(3, 2_000, 404, refusal="offer_not_found")) == []


@pytest.mark.parametrize(
    ("refusal", "rule"),
    [
        ("header_missing", "missing_headers"),
        ("header_incorrect", "missing_headers"),
        ("path_not_found", "undocumented_paths"),
        ("method_not_allowed", "undocumented_paths"),
    ],
)
def test_a_refusal_that_is_the_apps_own_doing_is_a_finding(refusal: str, rule: str) -> None:
    assert found(exchange(1, status=470, refusal=refusal)) == [(rule, (1,))]


def test_a_refusal_that_a_scenario_forced_is_not_the_apps_doing() -> None:
    assert found(exchange(1, status=470, refusal="header_missing", rule="scenario/rule")) == []


@pytest.mark.parametrize(
    ("about", "rule"),
    [
        ("parameter", "undocumented_parameters"),
        ("attribute", "undocumented_attributes"),
        ("content_type", "content_types"),
        ("alias", "alias_paths"),
    ],
)
def test_notes_of_the_same_kind_are_one_finding_with_all_its_requests(about: str, rule: str) -> None:
    note = {"about": about, "name": "colour", "text": "colour is unknown"}
    other = note | {"text": "size is unknown"}
    rows = exchange(1, notes=[note]), exchange(2, 60_000, notes=[note, other])
    assert found(*rows) == [(rule, (1, 2)), (rule, (2,))]


def test_a_use_while_active_is_a_double_use() -> None:
    facts = {"operation": "use_offer", "refusal": "already_active", "offer_id": 7}
    (finding,) = findings([exchange(1, status=422, **facts)])
    assert (finding.rule, finding.text) == ("double_uses", "member 42 used offer 7 again while it was active")


def test_four_quick_tries_of_what_fails_are_a_storm_and_three_are_none() -> None:
    tries = [exchange(number, number * 1_000, 503) for number in range(1, 5)]
    assert found(*tries[:3]) == []
    assert found(*tries) == [("retry_storms", (1, 2, 3, 4))]


@pytest.mark.parametrize(("gap", "storm"), [(10_000, True), (10_001, False)])
def test_tries_that_leave_the_server_time_are_no_storm(gap: int, storm: bool) -> None:
    tries = [exchange(number, number * gap, 503) for number in range(1, 6)]
    assert bool(found(*tries)) is storm


def test_a_success_ends_a_storm() -> None:
    statuses = [503, 503, 200, 503, 503, 503]
    tries = [exchange(number, number * 100, status) for number, status in enumerate(statuses, 1)]
    assert found(*tries) == []
    assert found(*tries, exchange(7, 700)) == [("retry_storms", (4, 5, 6, 7))]


def test_different_requests_are_no_storm() -> None:
    tries = [exchange(number, number, 503, path=f"/v3/a/{number}") for number in range(1, 9)]
    assert found(*tries) == []


@pytest.mark.parametrize(("came", "ignored"), [(4_999, True), (5_000, False)])
def test_coming_again_before_the_time_that_was_asked_for_is_a_finding(came: int, ignored: bool) -> None:
    rows = exchange(1, 0, 429, retry_after=5.0), exchange(2, came)
    assert found(*rows) == ([("ignored_retry_after", (1, 2))] if ignored else [])


def test_the_text_names_the_rule_the_matter_and_the_requests() -> None:
    rows = [exchange(number, 60_000 * number, 470, refusal="header_missing") for number in (1, 2)]
    assert list(as_text(findings(rows), 2)) == [
        "missing_headers: GET /v3/a/stores was refused: header_missing (#1)",
        "missing_headers: GET /v3/a/stores was refused: header_missing (#2)",
        "2 requests, 2 findings",
    ]


def test_junit_has_a_case_a_rule_and_fails_those_with_findings() -> None:
    rows = [exchange(1, status=404, refusal="path_not_found", path='/v3/<a>&"b"')]
    suite = ElementTree.fromstring(as_junit(findings(rows)))
    assert (suite.get("tests"), suite.get("failures")) == (str(len(RULES)), "1")
    failed = {case.get("name"): [each.get("message") for each in case] for case in suite if len(case)}
    assert failed == {"undocumented_paths": ['GET /v3/<a>&"b" was refused: path_not_found']}


def test_the_command_says_when_nobody_answers() -> None:
    result = CliRunner().invoke(command.conduct, ["--url", "http://127.0.0.1:9"])
    assert result.exit_code == 3
