"""The report on an app's conduct."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from mockserver.cli import conduct as command
from mockserver.exchange import Fault, Note, Receipt, Request, Response, json_response
from mockserver.headers import SentHeaders
from mockserver.journal import Entry
from mockserver.mock import build
from mockserver.reports.conduct import findings
from mockserver.reports.conduct_report import WorldReport, as_junit, as_text
from mockserver.settings import Settings
from tests.callers import HEADERS
from tests.journal.exchanges import exchange as journalled

NOON = 1_900_000_000_000
LOST = Response(200, b"{}", fault=Fault("empty"), receipt=Receipt(bytes_sent=0, ended="FIN"))


def exchange(number: int, at: int = 0, status: int = 200, **facts: Any) -> Entry:
    """One entry of the journal, sent ``at`` milliseconds of real time after noon, under a clock that stands."""
    facts = {"operation": "list_stores", "path": "/v3/a/stores", "member_id": 42, **facts}
    facts.setdefault("response", json_response(status, {}))
    return journalled(number, at=NOON, real_at=NOON + at, **facts)


def use(number: int, at: int = 0, status: int = 200, **facts: Any) -> Entry:
    facts = {"operation": "use_offer", "offer_id": 7, "path": "/v3/a/members/me/offers/7/use", **facts}
    return exchange(number, at, status, committed=facts.get("refusal") is None, **facts)


def found(*entries: Entry) -> list[tuple[str, tuple[int, ...]]]:
    return [(finding.rule, finding.requests) for finding in findings(entries)]


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


@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        ({"X-Product-Name": ["a", "b"]}, "repeated_headers"),
        ({"X-User-Agent": ["a", "b"]}, "repeated_headers"),
        ({"Authorization": ["Bearer a", "Bearer b"]}, "repeated_headers"),
        ({"X-Product-Name": ["not a name"]}, "wrong_headers"),
        ({"X-Product-Name": [" "]}, "missing_headers"),
        ({"X-Product-Name": []}, "missing_headers"),
    ],
)
def test_a_header_is_called_what_it_is(sent: dict[str, list[str]], rule: str) -> None:
    mock = build(Settings())
    pairs = {name: [value] for name, value in HEADERS.items()} | {name.lower(): each for name, each in sent.items()}
    headers = SentHeaders([(name, value) for name, values in pairs.items() for value in values])
    mock.handle(Request("GET", "/v3/infinity-mall/members/me/offers", "", headers))
    (finding,) = findings(mock.worlds.get("default").journal.newest_first())
    assert finding.rule == rule
    assert (next(iter(sent)) in finding.text) == (rule != "missing_headers")


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
    note, other = Note(about, "colour", "colour is unknown"), Note(about, "size", "size is unknown")
    rows = exchange(1, notes=[note]), exchange(2, 60_000, notes=[note, other])
    assert found(*rows) == [(rule, (1, 2)), (rule, (2,))]


class TestUses:
    def test_a_use_while_active_is_a_double_use(self) -> None:
        (finding,) = findings([use(1), use(2, 100, 422, refusal="already_active")])
        assert (finding.rule, finding.text) == ("double_uses", "member 42 used offer 7 again while it was active")

    def test_the_retry_of_a_lost_answer_is_right(self) -> None:
        assert found(use(1, response=LOST), use(2, 100, 422, refusal="already_active")) == []

    def test_it_stays_right_when_the_retrys_answer_is_lost_too(self) -> None:
        lost_too = use(2, 100, refusal="already_active", response=LOST)
        assert found(use(1, response=LOST), lost_too, use(3, 200, 422, refusal="already_active")) == []

    def test_a_tap_after_the_retry_was_answered_is_a_double_use_again(self) -> None:
        tries = use(1, response=LOST), *(use(each, each * 100, 422, refusal="already_active") for each in (2, 3))
        assert found(*tries) == [("double_uses", (3,))]

    def test_a_retry_that_books_again_is_booked_twice(self) -> None:
        assert found(use(1, response=LOST), use(2, 40_000)) == [("booked_twice", (1, 2))]

    @pytest.mark.parametrize("operation", ["get_offer", "list_offers"])
    def test_an_app_that_read_what_became_of_the_first_books_the_second_on_purpose(self, operation: str) -> None:
        offer_id = 7 if operation == "get_offer" else None
        read = exchange(2, 1_000, operation=operation, offer_id=offer_id, path="/v3/a/read")
        assert found(use(1, response=LOST), read, use(3, 40_000)) == []

    def test_another_members_read_tells_the_app_nothing(self) -> None:
        read = exchange(2, 1_000, operation="list_offers", member_id=43)
        assert found(use(1, response=LOST), read, use(3, 40_000)) == [("booked_twice", (1, 3))]

    def test_two_uses_that_were_heard_of_are_fine(self) -> None:
        assert found(use(1), use(2, 40_000)) == []


class TestRepeats:
    def test_four_quick_tries_of_what_fails_are_a_storm_and_three_are_none(self) -> None:
        tries = [exchange(number, number * 1_000, 503) for number in range(1, 5)]
        assert found(*tries[:3]) == []
        assert found(*tries) == [("retry_storms", (1, 2, 3, 4))]

    def test_lost_answers_are_failures(self) -> None:
        tries = [exchange(number, number * 1_000, response=LOST) for number in range(1, 5)]
        assert found(*tries) == [("retry_storms", (1, 2, 3, 4))]

    @pytest.mark.parametrize(("gap", "storm"), [(10_000, True), (10_001, False)])
    def test_tries_that_leave_the_server_time_are_no_storm(self, gap: int, storm: bool) -> None:
        tries = [exchange(number, number * gap, 503) for number in range(1, 6)]
        assert bool(found(*tries)) is storm

    def test_a_success_ends_a_storm(self) -> None:
        statuses = [503, 503, 200, 503, 503, 503]
        tries = [exchange(number, number * 100, status) for number, status in enumerate(statuses, 1)]
        assert found(*tries) == []
        assert found(*tries, exchange(7, 700)) == [("retry_storms", (4, 5, 6, 7))]

    def test_different_requests_are_no_storm(self) -> None:
        tries = [exchange(number, number, 503, path=f"/v3/a/{number}") for number in range(1, 9)]
        assert found(*tries) == []

    @pytest.mark.parametrize(("count", "gap", "polls"), [(10, 1_000, True), (9, 1_000, False), (20, 1_001, False)])
    def test_the_same_read_in_quick_succession_is_polling(self, count: int, gap: int, polls: bool) -> None:
        reads = [exchange(number, number * gap) for number in range(1, count + 1)]
        assert found(*reads) == ([("polling", tuple(range(1, count + 1)))] if polls else [])

    def test_reads_whose_answers_differ_are_no_polling(self) -> None:
        reads = [exchange(number, number, response=json_response(200, number)) for number in range(1, 20)]
        assert found(*reads) == []

    @pytest.mark.parametrize(("came", "ignored"), [(4_999, True), (5_000, False)])
    def test_coming_again_before_the_time_that_was_asked_for_is_a_finding(self, came: int, ignored: bool) -> None:
        busy = json_response(429, {}, ("retry-after", "5"))
        assert found(exchange(1, response=busy), exchange(2, came)) == (
            [("ignored_retry_after", (1, 2))] if ignored else []
        )


class TestKeysAndTokens:
    @pytest.mark.parametrize(("gap", "race"), [(1_000, True), (1_001, False)])
    def test_one_refresh_token_sent_twice_in_parallel_is_a_race(self, gap: int, race: bool) -> None:
        both = [exchange(n, n * gap, operation="create_token", body=b'{"refresh_token": "abc"}') for n in (1, 2)]
        assert found(*both) == ([("refresh_races", (1, 2))] if race else [])

    def test_after_a_lost_answer_the_same_refresh_token_is_right(self) -> None:
        facts: dict[str, Any] = {"operation": "create_token", "body": b'{"refresh_token": "abc"}'}
        assert found(exchange(1, response=LOST, **facts), exchange(2, 10, **facts)) == []

    @pytest.mark.parametrize(("body", "reused"), [(b'{"a": 1}', False), (b'{"a": 2}', True)])
    def test_an_idempotency_key_is_for_one_request(self, body: bytes, reused: bool) -> None:
        headers = {"idempotency-key": "k-1"}
        rows = exchange(1, headers=headers, body=b'{"a": 1}'), exchange(2, 60_000, headers=headers, body=body)
        assert found(*rows) == ([("reused_idempotency_keys", (1, 2))] if reused else [])

    def test_a_body_that_the_journal_let_go_accuses_nobody(self) -> None:
        headers = {"idempotency-key": "k-1"}
        rows = exchange(1, headers=headers, body=b"x").without_bodies(), exchange(2, 60_000, headers=headers, body=b"x")
        assert found(*rows) == []


def report(*entries: Entry, world: str = "default") -> WorldReport:
    return WorldReport(world, len(entries), tuple(findings(entries)))


class TestReports:
    ROWS = tuple(exchange(number, 60_000 * number, 470, refusal="header_missing") for number in (1, 2))

    def test_the_text_names_the_rule_the_matter_and_the_requests(self) -> None:
        assert list(as_text([report(*self.ROWS)])) == [
            "missing_headers: GET /v3/a/stores was refused: header_missing (#1)",
            "missing_headers: GET /v3/a/stores was refused: header_missing (#2)",
            "2 requests, 2 findings",
        ]

    def test_of_several_worlds_each_line_names_its_own(self) -> None:
        lines = list(as_text([report(*self.ROWS[:1], world="a"), report(exchange(1), world="b")]))
        assert lines == [
            "a: missing_headers: GET /v3/a/stores was refused: header_missing (#1)",
            "2 requests in 2 worlds, 1 finding",
        ]

    def test_what_the_journal_dropped_is_told(self) -> None:
        (line,) = as_text([WorldReport("default", 1_005, (), 5)])
        assert line == "1005 requests, 0 findings; 5 no longer in the journal were not judged (raise --journal)"

    def test_junit_names_only_what_was_found(self) -> None:
        rows = exchange(1, status=404, refusal="path_not_found", path='/v3/<a>&"b"'), *self.ROWS
        suite = ElementTree.fromstring(as_junit([report(*rows)]))
        assert (suite.get("tests"), suite.get("failures")) == ("2", "2")
        assert {case.get("name"): case[0].get("message") for case in suite} == {
            "missing_headers": "GET /v3/a/stores was refused: header_missing",
            "undocumented_paths": 'GET /v3/<a>&"b" was refused: path_not_found',
        }

    def test_junit_without_findings_is_one_case_that_passed(self) -> None:
        suite = ElementTree.fromstring(as_junit([report(exchange(1))]))
        assert [(case.get("name"), len(case)) for case in suite] == [("conduct", 0)]

    def test_a_finding_of_any_length_is_read_at_a_glance(self) -> None:
        rows = report(exchange(1, status=404, refusal="path_not_found", path="/v3/" + "x" * 60_000))
        assert all(len(line) < 1_200 for line in as_text([rows]))
        assert len(as_junit([rows])) < 3_000

    def test_junit_is_well_formed_in_any_code_page(self) -> None:
        junit = as_junit([report(exchange(1, status=404, refusal="path_not_found", path="/v3/é/😀"))])
        (case,) = ElementTree.fromstring(junit.encode("latin-1"))
        assert case[0].get("message") == "GET /v3/é/😀 was refused: path_not_found"

    @pytest.mark.parametrize("path", ["/v3/\x00\x1b[31m\x07", "/v3/\ud800", "/v3/\ufffe]]>&lt;", "/v3/\x85\u2028"])
    def test_junit_is_well_formed_whatever_was_sent(self, path: str) -> None:
        ElementTree.fromstring(as_junit([report(exchange(1, status=404, refusal="path_not_found", path=path))]))


def test_the_command_says_when_nobody_answers() -> None:
    result = CliRunner().invoke(command.conduct, ["--url", "http://127.0.0.1:9"])
    assert result.exit_code == 3
