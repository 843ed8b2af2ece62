"""The control API where it is hosted: under Flask, and on the real server with worlds in parallel."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mockserver.app import create_app
from mockserver.client import ControlError, MockClient
from tests.callers import HEADERS

USE = "/v3/infinity-mall/members/me/offers/{}/use"


class TestFlask:
    @pytest.fixture
    def browser(self, mock):
        return create_app(mock=mock).test_client()

    @pytest.mark.parametrize("path", ["/__mock/health", "/w/a/__mock/health"])
    def test_it_answers_below_the_root_and_below_a_world(self, browser, path):
        answer = browser.get(path)
        assert (answer.status_code, answer.json) == (200, {"status": "ok"})

    @pytest.mark.parametrize("path", ["/__mock", "/__mock/"])
    def test_the_index_stands_at_the_root(self, browser, path):
        assert len(browser.get(path).json["calls"]) > 40

    def test_every_method_is_answered_in_the_control_apis_own_shape(self, browser):
        for method in ("POST", "PATCH", "DELETE", "TRACE", "BREW"):
            answer = browser.open("/__mock/health", method=method)
            assert (answer.status_code, set(answer.json), answer.headers["Allow"]) == (
                405,
                {"error"},
                "GET, HEAD, OPTIONS",
            )
        assert browser.open("/__mock/health", method="OPTIONS").headers["Allow"] == "GET, HEAD, OPTIONS"
        assert browser.get("/__mock/helth").json == {
            "error": {"message": "there is no control call /__mock/helth", "hint": "did you mean /__mock/health?"}
        }

    def test_a_body_that_is_too_large_is_413_in_that_shape_too(self, mock):
        app = create_app(mock=mock)
        app.config["MAX_CONTENT_LENGTH"] = 10
        answer = app.test_client().put("/__mock/clock", json={"frozen": True})
        assert (answer.status_code, list(answer.json)) == (413, ["error"])

    def test_a_long_poll_blocks_under_plain_wsgi(self, browser, app):
        timer = threading.Timer(0.05, lambda: app.get("members/me/offers"))
        timer.start()
        answer = browser.get("/__mock/requests?wait=5s&operation=list_offers")
        timer.join()
        assert (answer.json["matched"], answer.json["complete"]) == (1, True)
        assert browser.get("/__mock/requests?wait=1ms&count=9").json["complete"] is False

    def test_a_reload_is_done_before_it_is_answered(self, browser):
        answer = browser.post("/__mock/reload").json
        assert (answer["ok"], answer["worlds"]) == (True, 1)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The real server, in a process of its own; its base URL."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--seed", "7", "--access-log", "off"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                break
        else:
            pytest.fail("the server printed no address")
        yield found[0]
    finally:
        process.terminate()
        process.communicate(timeout=60)


class Session:
    """An app and a tester in one world, on connections of their own."""

    def __init__(self, url: str, world: str) -> None:
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
        self.prefix = f"/w/{world}"
        self.control = MockClient(url, world)

    def call(self, method: str, path: str) -> tuple[int, Any]:
        self.connection.request(method, self.prefix + path, headers=HEADERS)
        answer = self.connection.getresponse()
        body = answer.read()
        return answer.status, json.loads(body) if body else None

    def take(self, step: dict[str, Any], headers: dict[str, str]) -> tuple[int, Any]:
        """Take one step of a recipe, on a connection of its own: one that is too large ends its connection."""
        own = {} if step["path"].startswith("/__mock/") else headers | step.get("headers", {})
        sent = {name: value for name, value in own.items() if value is not None} | {"Content-Type": "application/json"}
        body = step.get("text", "").encode() or b" " * step.get("size", 0)
        body = json.dumps(step["body"]).encode() if "body" in step else body
        connection = http.client.HTTPConnection(self.connection.host, self.connection.port, timeout=60)
        with contextlib.suppress(ConnectionError):  # the answer may come before all of the body was sent
            connection.request(step["method"], self.prefix + step["path"], body or None, sent)
        answer = connection.getresponse()
        found = answer.status, json.loads(answer.read() or b"null")
        connection.close()
        return found

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.control.close()


class TestRealServer:
    def test_the_client_drives_it(self, server):
        with Session(server, "client") as app:
            client = app.control
            assert (client.health(), client.ready()) == ({"status": "ok"}, True)
            client.clock.freeze("2019-03-13T12:00:00Z")
            assert app.call("POST", USE.format(1000203))[0] == 200
            for plus, expected in (("-1ms", 422), ("0s", 200)):
                client.clock.jump("offer:1000203.active_until", member_id=42, plus=plus)
                assert app.call("POST", USE.format(1000203))[0] == expected
            assert client.verify("use_offer", count=3)["ok"] is True
            with pytest.raises(ControlError):
                client.clock.set(rate=-1)

    def test_a_long_poll_hangs_until_the_app_calls(self, server):
        def wait() -> Any:
            with Session(server, "poll") as tester:
                polling.set()
                return tester.control.requests.wait("list_offers", seconds=60)

        polling = threading.Event()
        with Session(server, "poll") as app, ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(wait)
            polling.wait(60)
            app.call("GET", "/v3/infinity-mall/members/me/offers")
            assert waiting.result(timeout=60)["complete"] is True
            assert app.control.requests.wait("like_offer", seconds=0.01)["complete"] is False

    def test_the_stream_tells_as_it_happens(self, server):
        connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=60)
        connection.request("GET", "/w/stream/__mock/stream?only=request")
        answer = connection.getresponse()
        assert (answer.status, answer.readline()) == (200, b"retry: 1000\n")
        with Session(server, "stream") as app:
            app.call("GET", "/v3/infinity-mall/members/me/offers")
        lines = [answer.readline() for _ in range(4)]
        connection.close()
        answer.close()
        assert lines[:3] == [b"\n", b"event: request\n", b"id: 1\n"]
        assert json.loads(lines[3].removeprefix(b"data: "))["operation"] == "list_offers"

    @pytest.mark.parametrize("kind", ["honest", "forced"])
    def test_every_recipe_leads_to_its_answer(self, server, kind):
        with Session(server, f"outcomes-{kind}") as app:
            listed = app.control.outcomes()
            for outcome in listed["outcomes"]:
                if outcome[kind] is not None:
                    app.control.reset()
                    *before, last = outcome[kind]["steps"]
                    assert all(200 <= app.take(step, listed["headers"])[0] < 300 for step in before), outcome["refusal"]
                    status, body = app.take(last, listed["headers"])
                    assert {"status": status, "body": body} == outcome[kind]["answer"], outcome["refusal"]

    def test_eight_worlds_at_once_never_meet(self, server):
        def play(number: int) -> str:
            world = f"parallel-{number}"
            with Session(server, world) as app:
                play_in(app, 2030 + number, 3 + number, down=bool(number % 2))
            return world

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(play, range(8))) == [f"parallel-{number}" for number in range(8)]


def play_in(app: Session, year: int, stock: int, *, down: bool) -> None:
    """Use an offer beyond its stock, a minute between uses, in a year of the world's own; see nothing of other worlds."""
    client = app.control
    client.reset()
    before = client.world()["counts"]["uses"]
    client.state.set_offer(1000203, stock=stock)
    client.clock.freeze(f"{year}-03-13T12:00:00Z")
    for number in range(40):
        status, body = app.call("POST", USE.format(1000203))
        assert status == (200 if number < stock else 422), body
        if status == 200:
            assert body["usage"]["active_until"].startswith(f"{year}-")
        else:
            assert body == {"error": "Global limit exceeded"}
        client.clock.advance("1m")
        status, body = app.call("GET", "/v3/infinity-mall/members/me/offers/1000203")
        assert body["offer"]["usage"]["uses_left"] == max(0, stock - number - 1)
    if down:
        client.use_scenario("maintenance")
        assert app.call("GET", "/v3/infinity-mall/members/me/offers")[0] == 503
    listed = client.requests.list()
    assert listed["matched"] == 80 + down
    assert all(row["at"].startswith(f"{year}-") for row in listed["requests"])
    assert client.world()["counts"]["uses"] == before + stock
