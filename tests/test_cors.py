"""Web apps of other origins: off unless asked for, the same with and without the fast path, and never the control API."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from mockserver.api.cors import EXPOSED
from mockserver.app import create_app
from mockserver.exchange import Request
from mockserver.mock import Mock, build
from mockserver.settings import Settings, SettingsError
from tests.callers import HEADERS, Caller
from tests.control.driver import Driver

APP = "http://localhost:5173"
OTHER = "https://elsewhere.example"
OFFERS = "/v3/infinity-mall/members/me/offers"
ASKS = {"access-control-request-method": "POST", "access-control-request-headers": "x-product-name, authorization"}


def mock_for(*origins: str) -> Mock:
    return build(Settings(cors=origins))


def headers_of(mock: Mock, method: str, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    sent = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    answer = mock.handle(Request(method, path, "", sent))
    return answer.status, dict(answer.headers)


def test_without_the_flag_nothing_is_allowed_and_a_preflight_is_a_wrong_method() -> None:
    mock = build(Settings())
    assert "access-control-allow-origin" not in headers_of(mock, "GET", OFFERS, origin=APP)[1]
    status, headers = headers_of(mock, "OPTIONS", OFFERS, origin=APP, **ASKS)
    assert (status, "access-control-allow-origin" in headers) == (405, False)


def test_an_answer_may_be_read_by_the_origin_that_is_allowed() -> None:
    status, headers = headers_of(mock_for(APP), "GET", OFFERS, origin=APP)
    assert status == 200
    assert headers["access-control-allow-origin"] == APP
    assert headers["access-control-expose-headers"] == EXPOSED
    assert headers["vary"] == "Origin"
    assert headers["x-mock-world"] == "default"


def test_an_answer_of_the_fast_path_that_was_kept_is_marked_for_each_origin_anew() -> None:
    mock = mock_for(APP, OTHER)
    origins = [APP, OTHER, "http://nobody.test", APP]
    found = [headers_of(mock, "GET", OFFERS, origin=each)[1].get("access-control-allow-origin") for each in origins]
    assert found == [APP, OTHER, None, APP]


@pytest.mark.parametrize("path", [OFFERS, "/v3/nobody/members/me/offers", "/v3/nothing", "/w/anna" + OFFERS])
def test_errors_may_be_read_too(path: str) -> None:
    assert headers_of(mock_for(APP), "DELETE", path, origin=APP)[1]["access-control-allow-origin"] == APP


def test_an_impossible_world_is_told_to_the_web_app_too() -> None:
    status, headers = headers_of(mock_for(APP), "GET", "/w/a b" + OFFERS, origin=APP)
    assert (status, headers["access-control-allow-origin"]) == (400, APP)


def test_another_origin_may_read_nothing_but_caches_are_told_that_it_depends() -> None:
    status, headers = headers_of(mock_for(APP), "GET", OFFERS, origin=OTHER)
    assert status == 200
    assert "access-control-allow-origin" not in headers
    assert headers["vary"] == "Origin"


def test_everybody_may_read_under_a_star_but_not_with_credentials() -> None:
    headers = headers_of(mock_for("*"), "GET", OFFERS, origin=OTHER)[1]
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers


def test_a_preflight_is_answered_before_the_api_sees_it() -> None:
    mock = mock_for(APP)
    status, headers = headers_of(mock, "OPTIONS", OFFERS, origin=APP, **ASKS)
    assert status == 204
    assert headers["access-control-allow-origin"] == APP
    assert "POST" in headers["access-control-allow-methods"].split(", ")
    assert headers["access-control-allow-headers"] == ASKS["access-control-request-headers"]
    assert "Origin" in headers["vary"]
    assert mock.worlds.get("default").journal.total == 0


def test_a_preflight_of_another_origin_is_refused_and_says_what_to_change() -> None:
    answer = mock_for(APP).handle(Request("OPTIONS", OFFERS, "", {"origin": OTHER, **ASKS}))
    assert (answer.status, b"--cors https://elsewhere.example" in answer.body) == (403, True)
    assert "access-control-allow-origin" not in dict(answer.headers)


def test_a_refused_preflight_stands_in_the_journal_of_a_world_that_is_there() -> None:
    mock = mock_for(APP)
    control = Driver(mock)
    for path in (OFFERS, "/w/nobody" + OFFERS, "/w/a b" + OFFERS):
        assert mock.handle(Request("OPTIONS", path, "", {"origin": OTHER, **ASKS})).status == 403
    (row,) = control.get("requests")["requests"]
    assert (row["method"], row["status"], row["path"]) == ("OPTIONS", 403, OFFERS)
    told = f"a page of {OTHER} may not send this call: add --cors {OTHER}"
    assert [note["text"] for note in row["notes"]] == [told]
    assert told in control.get(f"requests/{row['id']}/why")["because"]
    assert [world.name for world in mock.worlds.all()] == ["default"]


def test_a_forged_list_of_headers_does_not_get_into_the_answer() -> None:
    asks = ASKS | {"access-control-request-headers": "x\r\nset-cookie: a=b"}
    assert "access-control-allow-headers" not in headers_of(mock_for(APP), "OPTIONS", OFFERS, origin=APP, **asks)[1]


def test_an_options_call_that_is_no_preflight_goes_to_the_api() -> None:
    assert headers_of(mock_for(APP), "OPTIONS", OFFERS, origin=APP)[0] == 405


def test_a_picture_may_be_read_also_while_it_is_still_being_drawn() -> None:
    mock = mock_for(APP)
    app = Caller(mock)
    url = json.loads(app.get("members/me/offers/1000115").body)["offer"]["files"][0]["url"]
    path, _, query = url.removeprefix("http://mock.test").partition("?")
    answer = mock.handle(Request("GET", path, query, {"origin": APP}))
    answer = answer.work() if answer.work else answer
    assert answer.status == 200
    assert answer.body
    assert dict(answer.headers)["access-control-allow-origin"] == APP


@pytest.fixture(scope="module")
def browser() -> FlaskClient:
    return create_app(Settings(cors=(APP,), fast_path=False)).test_client()


def test_flask_answers_preflights_and_marks_answers_like_the_fast_path(browser: FlaskClient) -> None:
    asked = browser.options(OFFERS, headers={"Origin": APP} | ASKS)
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, APP)
    read = browser.get(OFFERS, headers=HEADERS | {"Origin": APP})
    assert (read.status_code, read.headers["Access-Control-Allow-Origin"]) == (200, APP)


@pytest.mark.parametrize("path", ["/__mock/health", "/__mock/requests", "/w/anna/__mock/world", "/connect"])
def test_the_control_api_and_the_pages_are_for_no_other_origin(browser: FlaskClient, path: str) -> None:
    for answer in (browser.options(path, headers={"Origin": APP} | ASKS), browser.get(path, headers={"Origin": APP})):
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_control_call_from_an_allowed_web_app_is_still_refused(browser: FlaskClient) -> None:
    assert browser.post("/__mock/reset", json={}, headers={"Origin": APP}).status_code == 403


@pytest.mark.parametrize("wrong", ["localhost:5173", "http://a.test/", "http://a.test/path", "a.test", "http://"])
def test_what_is_no_origin_is_refused_at_start(wrong: str) -> None:
    with pytest.raises(SettingsError, match="--cors: expected an origin such as"):
        Settings.resolve({"cors": (wrong,)}, {})


def test_origins_come_from_the_environment_too_and_compare_without_case() -> None:
    settings = Settings.resolve({}, {"MOCKSERVER_CORS": "http://A.test:1, https://[::1]:2,null"})
    assert settings.cors == ("http://a.test:1", "https://[::1]:2", "null")
    mock = build(replace(settings, journal=0))
    assert (
        headers_of(mock, "GET", OFFERS, origin="http://A.test:1")[1]["access-control-allow-origin"] == "http://A.test:1"
    )
