"""The journal by control calls: list, filters, waiting, one exchange, why, clear, HAR."""

from __future__ import annotations

import gzip
import threading

import orjson
import pytest

from mockserver.api.caching import NO_STORE, VARY
from mockserver.control.expectation import Expectation
from mockserver.mock import Mock
from mockserver.settings import Settings
from mockserver.worlds.worlds import Worlds
from tests.callers import CLIENT, MEMBER_TOKEN, Caller, body_of
from tests.control.driver import Driver

NOON = "2019-03-13T12:00:00.000Z"
USE = "members/me/offers/1000203/use"


@pytest.fixture(autouse=True)
def noon(control: Driver) -> None:
    control.put("clock", {"now": NOON, "frozen": True})


def ids(control: Driver, query: str = "") -> list[int]:
    return [row["id"] for row in control.get("requests", query)["requests"]]


@pytest.fixture
def talk(app: Caller) -> None:
    """Five exchanges: a list, a use, a refused use, another member's use, and a call to nowhere."""
    app.get("members/me/offers", "per_page=1&colour=red")
    app.post(USE, {"authorization_token": "secret"})
    app.post(USE)
    app.post("members/43/offers/1000203/use")
    app.post("members/me/offers/1000203/used")


def test_a_row_says_what_the_app_sent_and_what_became_of_it(control, talk):
    row = control.get("requests", "operation=use_offer&status=200&member_id=42")["requests"]
    assert len(row) == 1
    assert row[0].pop("took_ms") >= 0
    row[0].pop("real_at")
    for name in ("host", "content-length"):  # without the fast path WSGI adds them
        row[0]["headers"].pop(name, None)
    assert row == [
        {
            "id": 2, "at": NOON, "method": "POST", "path": "/v3/infinity-mall/members/me/offers/1000203/use", "query": "",
            "status": 200, "operation": "use_offer", "refusal": None, "club": "infinity-mall", "member_id": 42,
            "offer_id": 1000203, "revision": "union", "rule": None, "committed": True, "delivered": True, "wire": None,
            "fault": None, "traceparent": None, "notes": [],
            "headers": {
                "x-client-authorization": CLIENT, "x-product-name": "default", "x-user-agent": "tests",
                "authorization": f"Bearer {MEMBER_TOKEN}", "content-type": "application/json",
            },
            "body": {"authorization_token": "secret"},
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("limit=2", [5, 4]),
        ("operation=use_offer", [4, 3, 2]),
        ("operation=use_offer,list_offers", [4, 3, 2, 1]),
        ("operation=use_offer&operation=list_offers", [4, 3, 2, 1]),
        ("status=422", [3]),
        ("status=4xx", [5, 3]),
        ("status=200,404", [5, 4, 2, 1]),
        ("member_id=43", [4]),
        ("offer_id=1000203", [4, 3, 2]),
        ("refusal=already_active", [3]),
        ("matched=no", [5]),
        ("since=3", [5, 4]),
        (f"since={NOON}", [5, 4, 3, 2, 1]),
        ("since=2019-03-13T12:00:00.001Z", []),
        ("operation=use_offer&status=422&member_id=43", []),
    ],
)
def test_filters(control, talk, query, found):
    assert ids(control, query) == found


@pytest.mark.parametrize(
    ("query", "path", "hint"),
    [
        ("operation=use_ofer", "operation", "did you mean use_offer?"),
        ("status=abc", "status", None),
        ("status=999", "status", None),
        ("member_id=x", "member_id", None),
        ("since=yesterday", "since", None),
        ("limit=-1", "limit", None),
        ("wait=long", "wait", None),
        ("wait=11m", "wait", None),
        ("refusal=already_activ", "refusal", "did you mean already_active?"),
        ("matched=maybe", "matched", "did you mean yes?"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(control, query, path, hint):
    error = control.error("GET", "requests", query, status=422)
    assert (error["path"], error.get("hint")) == (path, hint)


def test_ignored_parameters_are_noted(control, talk):
    notes = control.get("requests", "operation=list_offers")["requests"][0]["notes"]
    assert [(note["about"], note["name"]) for note in notes] == [("parameter", "colour")]


class TestWait:
    def test_what_is_there_already_is_answered_at_once(self, control, talk):
        answer = control.get("requests", "operation=use_offer&wait=5s&count=3")
        assert (answer["matched"], answer["complete"], [row["id"] for row in answer["requests"]]) == (
            3,
            True,
            [4, 3, 2],
        )

    def test_it_is_a_long_poll_that_the_next_exchange_wakes(self, control, app):
        answer = control.call("GET", "requests", "operation=use_offer&wait=5s&count=2")
        wait = answer.wait
        assert (wait.timeout_ms, wait.poll()) == (5_000, None)
        woken = []
        leave = wait.subscribe(lambda: woken.append(wait.poll()))
        app.post(USE)
        app.post(USE)
        leave()
        app.post(USE)
        assert woken[0] is None
        assert [row["id"] for row in orjson.loads(woken[1].body)["requests"]] == [2, 1]
        assert len(woken) == 2

    def test_when_the_time_is_up_it_answers_what_there_is(self, control, talk):
        expired = control.call("GET", "requests", "operation=use_offer&wait=1ms&count=9").wait.expired()
        answer = orjson.loads(expired.body)
        assert (expired.status, answer["matched"], answer["complete"]) == (200, 3, False)


def test_one_exchange_is_shown_whole(control, app):
    app.post(USE, x_usage_token="guessed", x_mock_revision="2019-08")
    shown = control.get("requests/1")
    assert shown["revision"] == "2019-08"
    assert shown["headers"]["x-usage-token"] == "(7 characters, not one of this world's)"
    assert shown["answer"] == {
        "status": 422,
        "headers": {
            "content-type": "application/json; charset=utf-8", "x-mock-request-id": "1", "x-mock-world": "default",
        } | dict((NO_STORE, VARY)),
        "body": {"error": "Usage authorization token invalid"},
    }  # fmt: skip
    assert (shown["bodies_kept"], shown["delivery"]) == (True, {"delay_ms": 0, "fault": None, "receipt": None})


@pytest.mark.parametrize("request_id", ["9", "x", "-1", "9" * 30, "²"])
def test_an_exchange_that_is_not_kept_is_404(control, talk, request_id):
    assert control.error("GET", f"requests/{request_id}", status=404) == {
        "message": f"there is no request {request_id} in this world's journal",
        "hint": "5 are kept, 0 were dropped",
    }
    control.error("GET", f"requests/{request_id}/why", status=404)


def test_a_secret_that_is_not_the_worlds_own_never_leaves(control, app):
    login = {"grant_type": "password", "identifier_type": "id", "identifier": "42", "password": "correct-horse-42"}
    token = body_of(app.post("members/oauth/token", login))
    app.post("members/oauth/token", login | {"password": "wrong-horse"})
    app.post("members/oauth/token", {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]})
    app.post("members/oauth/revoke", {"token": token["access_token"]})
    app.get("members/me/offers/meta")
    app.post("members/me/offers/1000218/use", {"authorization_token": "strange-secret"}, x_usage_token="guessed-token")
    app.get("members/me/offers", authorization="Bearer unknown-token", x_client_authorization="client-that-only-reads")
    seen = [control.call("GET", "requests").body, control.call("GET", "requests.har").body]
    for entry_id in ids(control):
        seen += [control.call("GET", f"requests/{entry_id}{part}").body for part in ("", "/why", "/curl")]
    secrets = "wrong-horse", "strange-secret", "guessed-token", "unknown-token"
    assert [secret for secret in secrets if any(secret.encode() in text for text in seen)] == []
    own = "correct-horse-42", token["access_token"], token["refresh_token"], CLIENT
    assert [secret for secret in own if secret.encode() not in seen[0]] == []


def test_with_redact_all_no_secret_at_all_leaves(fixtures):
    settings = Settings(redact="all")
    mock = Mock(settings, Worlds(fixtures.records_at, settings))
    control, app = Driver(mock), Caller(mock)
    app.post("members/me/offers/1000218/use", {"authorization_token": "another-secret"})
    seen = [control.call("GET", path).body for path in ("requests", "requests.har", "requests/1", "requests/1/why")]
    secrets = "another-secret", CLIENT, MEMBER_TOKEN, "06edd7397efa83b1e4d07a195324b8a5a"
    assert [secret for secret in secrets if any(secret.encode() in text for text in seen)] == []


def test_clearing(control, talk):
    assert control.delete("requests") == {"cleared": 5}
    assert control.get("requests") == {"requests": [], "matched": 0, "dropped": 0}


def test_the_archive_holds_the_exchanges_oldest_first(control, talk):
    answer = control.call("GET", "requests.har", "operation=use_offer")
    log = orjson.loads(answer.body)["log"]
    assert dict(answer.headers)["content-disposition"] == 'attachment; filename="default.har"'
    assert [(each["request"]["method"], each["response"]["status"]) for each in log["entries"]] == [
        ("POST", 200), ("POST", 422), ("POST", 200),
    ]  # fmt: skip


class TestWhy:
    def test_a_refusal_names_every_check_up_to_the_one_that_failed(self, control, talk):
        why = control.get("requests/3/why")
        assert {key: why[key] for key in ("id", "operation", "status", "because", "rule", "rules", "nearest")} == {
            "id": 3, "operation": "use_offer", "status": 422,
            "because": "already_active: The offer has been used and its active window is still open.",
            "rule": None, "rules": [], "nearest": None,
        }  # fmt: skip
        assert why["refusal"] == {
            "id": "already_active", "status": 422, "meaning": "The offer has been used and its active window is still open.",
        }  # fmt: skip
        checks = [(check["check"], check["passed"]) for check in why["checks"]]
        assert checks[-1] == ("already_active", False)
        compared = why["checks"][-1]
        assert list(compared["found"]) == ["active_until"]
        assert list(compared["expected"]) == ["now"]
        assert compared["found"]["active_until"] > compared["expected"]["now"] == "2019-03-13T12:00:00.000Z"
        assert all(passed for _, passed in checks[:-1])
        assert [name for name, _ in checks][:3] == ["headers", "club", "client token"]

    def test_a_success_passed_every_check(self, control, talk):
        why = control.get("requests/2/why")
        assert why["because"] == "every check passed"
        last = why["checks"][-1]
        assert (last["check"], last["passed"], list(last["found"])) == ("not_in_usable_timeframes", True, ["now"])
        assert last["expected"] == {"usable_since": None, "usable_until": None}

    def test_an_offer_that_is_not_visible_is_told_with_its_windows_as_times(self, control, app):
        app.get("members/me/offers/1000212")
        found = control.get("requests/1/why")["checks"][-1]["found"]
        assert found["visible_since"] > found["now"] == "2019-03-13T12:00:00.000Z"
        assert (found["visible_until"], found["status"]) == (None, "published")

    def test_rules_say_why_they_did_or_did_not_act(self, control, app):
        control.put("scenarios", {"active": ["already-active"]})
        control.post(
            "rules",
            {"name": "third", "when": {"operation": "use_offer"}, "calls": 3, "then": {"delay": "1s"}},
            status=201,
        )
        app.post(USE)
        why = control.get("requests/1/why")
        assert why["because"] == "rule already-active of scenario already-active acted"
        assert [(rule["rule"], rule["scenario"], rule["outcome"]) for rule in why["rules"]] == [
            ("third", None, "calls"), ("already-active", "already-active", "acted"),
        ]  # fmt: skip
        assert why["rule"] == "already-active/already-active"

    @pytest.mark.parametrize(
        ("method", "path", "nearest"),
        [
            ("POST", "members/me/offers/1000203/used", "POST /v3/{slug}/members/me/offers/{id}/use"),
            ("GET", "member/42/offers", "GET /v3/{slug}/members/{member_id}/offers"),
            ("GET", "/v3/loyalty_clubs/infinity-mall/members/me/offer", "GET /v3/{slug}/members/me/offers"),
        ],
    )
    def test_a_call_to_nowhere_names_the_nearest_operation(self, control, app, method, path, nearest):
        assert app.call(method, path).status == 404
        why = control.get("requests/1/why")
        assert why["operation"] is None
        assert f"{why['nearest']['method']} {why['nearest']['path']}" == nearest

        hint = dict(app.call(method, path).headers)["x-mock-hint"]
        assert hint == f"did you mean {nearest}?"

    @pytest.mark.parametrize(
        ("header", "sent", "because"),
        [
            ("X-Mock-Scenario", "already-activ", "no scenario is called already-activ; did you mean already-active?"),
            ("X-Mock-Revision", "2019-8", 'is one of 2019-08, 2025-03, union, not "2019-8"; did you mean 2019-08?'),
            ("X-Mock-Now", "noon", 'is not an ISO 8601 time such as 2019-03-13T18:00:00Z: "noon"'),
        ],
    )
    def test_a_wrong_header_for_the_mock_is_the_reason(self, control, app, header, sent, because):
        assert app.get("members/me/offers", **{header.lower().replace("-", "_"): sent}).status == 400
        why = control.get("requests/1/why")
        assert why["because"].startswith(header)
        assert why["because"].endswith(because)
        assert why["nearest"] is None

    def test_a_misspelt_header_for_the_mock_is_a_note_also_where_the_answer_was_there_already(self, control, app):
        for _ in range(2):
            app.get("members/me/offers")
            app.get("members/me/offers", x_mock_scenaro="already-active")
        notes = [control.get(f"requests/{each}/why")["notes"] for each in (1, 2, 3, 4)]
        texts = [[note["text"] for note in each if note["about"] == "header"] for each in notes]
        misspelt = "x-mock-scenaro is no header of the mock and was ignored; did you mean X-Mock-Scenario?"
        assert texts == [[], [misspelt], [], [misspelt]]

    def test_a_preflight_that_nobody_may_answer_says_how_to_allow_it(self, control, app):
        asked = {"origin": "http://localhost:3000", "access-control-request-method": "GET"}
        answer = app.call("OPTIONS", "members/me/offers", **asked)
        told = "a browser asks before it sends a call: start the server with --cors http://localhost:3000"
        assert (answer.status, dict(answer.headers)["x-mock-hint"]) == (405, told)
        why = control.get("requests/1/why")
        assert (why["because"], why["nearest"]) == (told, None)
        app.call("OPTIONS", "members/me/offers", **asked | {"origin": "http://ä"})
        assert control.get("requests/2/why")["because"].endswith("--cors ORIGIN")

    def test_what_is_no_json_is_told_for_what_it_is(self, control, app):
        app.call("POST", "offers", body=gzip.compress(b"{}"))
        app.call("POST", "offers", body=b"\xff")
        app.call("POST", "members/oauth/token", body=b"a=1", content_type="application/x-www-form-urlencoded")
        found = [control.get(f"requests/{each}/why") for each in (1, 2, 3)]
        assert [why["checks"][-1]["found"] for why in found[:2]] == [
            "gzip data", "bytes that are not UTF-8 (line 1, column 1)",
        ]  # fmt: skip
        assert control.get("requests/1")["body"]["encoding"] == "gzip"
        assert [note["about"] for note in found[2]["notes"]] == ["content_type"]

    def test_each_wrong_parameter_or_attribute_is_a_check(self, control, app):
        app.get("members/me/offers", "type=x&per_page=0")
        app.post("members/oauth/token", {"grant_type": "password", "password": 12345678})
        first, second = control.get("requests/1/why"), control.get("requests/2/why")
        assert first["because"] == "invalid_parameters: the check of per_page and type failed"
        failed = [check for check in first["checks"] if not check["passed"]]
        assert failed[1] == {
            "check": "type", "passed": False, "found": "x", "expected": "one of: REGULAR, EXCLUSIVE, BIRTHDAY, WELCOME",
        }  # fmt: skip
        assert "12345678" not in str(second)

    def test_arrays_in_another_spelling_are_noted(self, control, app):
        app.get("members/me/offers", "ids=1,2&shops=a,b&tags=x&stores[]=c")
        notes = {note["name"]: note["text"] for note in control.get("requests/1/why")["notes"]}
        assert notes == {
            "ids": "the comma in ids separates ids; documented is ids[]=...&ids[]=...",
            "shops": "the comma in shops is part of the text; documented is shops[]=...&shops[]=...",
            "tags": "tags was taken as an array; documented is tags[]=...&tags[]=...",
        }

    def test_any_path_at_all_can_be_explained(self, control, app):
        for path in ("/v3", "/v3/", "/v3/x", "/files/", "/v3/loyalty_clubs", "/v3/ /%00/é"):
            app.get(path)
        for entry_id in ids(control):
            control.get(f"requests/{entry_id}/why")


def test_a_trace_is_kept_and_found_whole_or_by_its_id(control, app):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    for _ in range(2):
        app.get("members/me/offers", traceparent=f"00-{trace}-00f067aa0ba902b7-01")
        app.get("members/me/offers")
    assert control.get("requests/3")["traceparent"] == f"00-{trace}-00f067aa0ba902b7-01"
    assert ids(control, f"trace={trace}") == ids(control, f"trace=00-{trace}-00f067aa0ba902b7-01") == [3, 1]
    assert ids(control, "trace=00") == []


class TestVerify:
    def verify(self, control, **expectation):
        return control.post("requests/verify", expectation, status=200)

    def missed(self, control, **expectation):
        return control.post("requests/verify", expectation, status=409)

    @pytest.mark.parametrize(
        ("expectation", "found"),
        [
            ({"operation": "use_offer"}, 3),
            ({"operation": "use_offer", "count": 3}, 3),
            ({"operation": "use_offer", "at_least": 2, "at_most": 3}, 3),
            ({"operation": "like_offer", "count": 0}, 0),
            ({"operation": "use_offer", "at_most": 5}, 3),
            ({"operation": "use_offer", "count": 2, "where": {"status": 200}}, 2),
            ({"operation": "use_offer", "count": 1, "where": {"refusal": "already_active"}}, 1),
            ({"operation": "use_offer", "count": 2, "where": {"member_id": 42}}, 2),
            ({"operation": "use_offer", "count": 3, "where": {"member_id": [42, 43], "offer_id": 1000203}}, 3),
            ({"operation": "use_offer", "count": 1, "where": {"body": {"authorization_token": "secret"}}}, 1),
            ({"operation": "list_offers", "count": 1, "where": {"query": {"per_page": 1}}}, 1),
            ({"operation": "list_offers", "count": 1, "where": {"header": {"X-Product-Name": "default"}}}, 1),
            ({"where": {"path": "*/used"}, "count": 1}, 1),
            ({"operation": "use_offer", "count": 2, "where": {"status": "2xx"}}, 2),
            ({"operation": "use_offer", "count": 1, "where": {"status": ["422", "5xx"]}}, 1),
            ({"operation": "use_offer", "count": 2, "where": {"refusal": None, "committed": True}}, 2),
            ({"operation": "use_offer", "count": 3, "where": {"rule": None, "revision": "union"}}, 3),
        ],
    )
    def test_what_is_as_expected(self, control, talk, expectation, found):
        assert self.verify(control, **expectation) == {"ok": True, "found": found}

    def test_a_path_is_the_same_in_every_world(self, control, app):
        app.get("/w/mine/v3/infinity-mall/stores")
        expectation = {"where": {"path": "/v3/infinity-mall/stores"}, "count": 1}
        assert self.verify(control.in_world("mine"), **expectation) == {"ok": True, "found": 1}

    def test_a_miss_names_the_nearest_and_what_differs(self, control, talk):
        missed = self.missed(control, operation="use_offer", where={"offer_id": 1000203, "member_id": 44}, count=1)
        assert missed["error"] == {
            "message": "expected exactly 1 of use_offer, found 0",
            "hint": "request 4 came nearest: member_id was 43, not 44",
        }
        assert (missed["ok"], missed["found"], missed["matches"]) == (False, 0, [])
        assert missed["expected"] == {"operation": "use_offer", "at_least": 1, "at_most": 1}
        assert [(each["request"]["id"], each["differs"]) for each in missed["nearest"]] == [
            (entry_id, [{"condition": "member_id", "expected": 44, "found": member_id}])
            for entry_id, member_id in ((4, 43), (3, 42), (2, 42))
        ]

    def test_a_range_is_told_as_one_and_an_impossible_one_is_refused(self, control, talk):
        missed = self.missed(control, operation="use_offer", at_least=4, at_most=6)
        assert missed["error"]["message"] == "expected 4 to 6 of use_offer, found 3"
        error = control.error("POST", "requests/verify", status=422, json={"at_least": 3, "at_most": 1})
        assert error == {"message": "at_most: found 1, expected 3 or more, as at_least is 3", "path": "at_most"}

    def test_a_journal_that_keeps_nothing_cannot_be_waited_for(self, fixtures):
        settings = Settings(journal=0)
        control = Driver(Mock(settings, Worlds(fixtures.records_at, settings)))
        told = {"message": "this server keeps no journal", "hint": "start it without --journal 0"}
        assert control.error("GET", "requests", "wait=1s", status=409) == told
        assert control.get("requests")["requests"] == []

    @pytest.fixture(params=[0, 2])
    def small(self, fixtures, request):
        """A journal of no or two requests, after a use of each of two members and three reads."""
        settings = Settings(journal=request.param)
        mock = Mock(settings, Worlds(fixtures.records_at, settings))
        app = Caller(mock)
        app.post(USE, {"authorization_token": "secret"})
        app.post("members/43/offers/1000203/use")
        for _ in range(3):
            app.get("members/me/offers/1000203")
        return Driver(mock)

    @pytest.mark.parametrize(
        ("expectation", "found"),
        [
            ({"operation": "use_offer", "count": 2}, 2),
            ({"operation": "use_offer", "count": 1, "where": {"member_id": 43, "status": 200, "refusal": None}}, 1),
            ({"operation": "get_offer", "count": 3, "where": {"delivered": True}}, 3),
            ({"operation": "use_offer", "count": 0, "where": {"member_id": 44, "body": {"x": 1}}}, 0),
            ({"operation": "use_offer", "at_most": 2, "where": {"body": {"x": 1}}}, 0),
            ({"where": {"status": [200, "4xx"]}, "count": 5}, 5),
        ],
    )
    def test_what_the_journal_let_go_still_counts(self, small, expectation, found):
        assert self.verify(small, **expectation) == {"ok": True, "found": found}

    def test_what_the_journal_lets_go_while_it_counts_counts_once(self, fixtures):
        mock = Mock(Settings(journal=2), Worlds(fixtures.records_at, Settings(journal=2)))
        journal, app = mock.worlds.get("default").journal, Caller(mock)
        for _ in range(2):
            app.get("members/me/offers/1000203")

        def is_ok(_entry: object, _facts: object) -> None:
            if journal.total == 2:  # one more while the first is compared
                app.get("members/me/offers/1000203")

        expectation = Expectation("get_offer", {"status": is_ok}, least=2, most=2)
        assert expectation.verify(journal, None) == {"ok": True, "found": 2}

    def test_too_many_are_too_many_though_the_journal_let_them_go(self, small):
        missed = self.missed(small, operation="use_offer", count=0)
        assert missed["error"]["message"] == "expected exactly 0 of use_offer, found 2"

    @pytest.mark.parametrize(
        "expectation",
        [
            {"operation": "use_offer", "count": 0, "where": {"body": {"authorization_token": "secret"}}},
            {"operation": "use_offer", "where": {"header": {"X-Product-Name": "default"}}},
            {"operation": "use_offer", "at_most": 1, "where": {"rule": None}},
        ],
    )
    def test_what_only_requests_could_tell_that_are_gone_is_never_ok(self, small, expectation):
        missed = self.missed(small, **expectation)
        assert (missed["ok"], missed["reason"], missed["found"]) == (False, "journal_overflowed", 0)
        assert missed["error"]["message"].endswith("0 to 2 match")
        assert missed["error"]["hint"] == "start the server with --journal 1000"

    def test_a_lost_answer_is_named(self, control, app):
        control.post("rules", {"then": {"fault": "empty", "at": "after_commit"}}, status=201)
        app.post(USE)
        missed = self.missed(control, operation="use_offer", count=0)
        assert missed["error"]["message"] == (
            "expected exactly 0 of use_offer, found 1, of which 1 got no whole answer (no answer yet after commit)"
        )
        assert self.verify(control, operation="use_offer", where={"delivered": False}, count=1)["found"] == 1

    def test_too_many_are_shown(self, control, talk):
        missed = self.missed(control, operation="use_offer", at_most=1)
        assert missed["error"] == {"message": "expected at most 1 of use_offer, found 3"}
        assert ([row["id"] for row in missed["matches"]], missed["nearest"]) == ([4, 3, 2], [])

    def test_the_same_operation_is_nearer_than_any_other(self, control, talk):
        where = {"member_id": 99, "offer_id": 99, "status": 500, "header": {"X-Product-Name": "tv"}}
        assert (
            self.missed(control, operation="list_offers", where=where)["nearest"][0]["request"]["operation"]
            == "list_offers"
        )

    def test_a_miss_shows_no_secret(self, control, app):
        app.post(USE, {"authorization_token": "strange"}, authorization="Bearer real-token-of-a-real-member")
        where = {"body": {"authorization_token": "other"}, "header": {"Authorization": "Bearer x"}}
        missed = self.missed(control, operation="use_offer", where=where)
        text = orjson.dumps(missed).decode()
        assert [secret for secret in ("strange", "real-token-of-a-real-member") if f'"{secret}"' in text] == []
        found = missed["nearest"][0]["differs"][0]["found"]
        assert found == "Bearer real…mber (27 characters, not one of this world's)"

    def test_in_an_empty_journal_nothing_is_near(self, control):
        assert self.missed(control, operation="use_offer")["nearest"] == []

    @pytest.mark.parametrize(
        ("expectation", "path", "hint"),
        [
            ({"operation": "use_ofer"}, "operation", "did you mean use_offer?"),
            ({"operation": "use_offer", "were": {}}, "were", "did you mean where?"),
            ({"operation": "use_offer", "where": {"ofer_id": 1}}, "where.ofer_id", "did you mean offer_id?"),
            ({"operation": "use_offer", "count": -1}, "count", None),
            ({"operation": "use_offer", "count": 1, "at_least": 1}, "count", None),
            ({"operation": "use_offer", "where": []}, "where", None),
            ({"at_most": 0, "where": {"status": "4x"}}, "where.status", None),
            ({"at_most": 0, "where": {"refusal": "alredy_active"}}, "where.refusal", "did you mean already_active?"),
            ({"at_most": 0, "where": {"revision": "2019-8"}}, "where.revision", "did you mean 2019-08?"),
            ({"at_most": 0, "where": {"committed": "yes"}}, "where.committed", None),
        ],
    )
    def test_an_expectation_that_means_nothing_is_refused(self, control, expectation, path, hint):
        error = control.error("POST", "requests/verify", status=422, json=expectation)
        assert (error.get("path"), error.get("hint")) == (path, hint)


def test_many_who_wait_are_all_woken(control, app):
    waits = [control.call("GET", "requests", "operation=use_offer&wait=5s").wait for _ in range(20)]
    done = threading.Semaphore(0)
    leave = [wait.subscribe(done.release) for wait in waits]
    app.post(USE)
    assert all(done.acquire(timeout=60) for _ in waits)
    assert all(wait.poll() is not None for wait in waits)
    for each in leave:
        each()
