"""The application under WSGI servers that are not ours: gunicorn with threads, and werkzeug's own."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from mockserver.app import create_app
from mockserver.client import MockClient
from mockserver.settings import Settings, SettingsError
from tests import callers
from tests.sockets import RESET, RawClient, get, wait_until

ROOT = Path(__file__).parents[1]
HEADERS = "X-Client-Authorization: B7t9U9tsoWsGhrv2ouUoSqpM\r\nX-Product-Name: default\r\nX-User-Agent: tests"
MALL = "/v3/infinity-mall"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of gunicorn, with eight threads in one process."""
    pytest.importorskip("gunicorn", reason="gunicorn is not for this platform")
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "mockserver.app:create_app()",
        "--threads",
        "8",
        "--bind",
        "127.0.0.1:0",
    ]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            found = _port_of(process.stderr)
            # what it says later is read and let go, so that it never blocks
            reader = threading.Thread(target=process.stderr.read)
            reader.start()
            yield found
        finally:
            process.terminate()
        reader.join()  # before the pipe is closed under it


def _port_of(said: IO[str]) -> int:
    """Read the port from what gunicorn says."""
    lines = []
    for line in said:
        lines.append(line)
        found = re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", line)
        if found:
            return int(found[1])
    pytest.fail("".join(lines))


@pytest.fixture
def world(port: int) -> Iterator[MockClient]:
    with MockClient(f"http://127.0.0.1:{port}") as server:
        world = server.create_world("hosted")
        yield world
        server.drop_world("hosted")
        world.close()


def ask(port: int, path: str, method: str = "GET", body: bytes = b"") -> Any:
    with RawClient(port) as client:
        client.send(get(f"/w/hosted{MALL}{path}", *HEADERS.split("\r\n"), method=method, body=body))
        return client.read()


def test_an_answer_is_the_same_as_from_our_own_server(port: int, world: MockClient) -> None:
    answer = ask(port, "/members/42/offers/1000115")
    assert answer.status == 200
    offer = answer.json["offer"]
    assert (offer["id"], offer["usage"]["uses_left"]) == (1000115, 3)
    assert offer["files"][0]["url"].startswith(
        "http://mock.test/w/hosted/files/offer-1000115-offer_default-original.jpg"
    )
    assert answer.header("x-mock-world") == "hosted"


def test_errors_keep_their_documented_form(port: int, world: MockClient) -> None:
    assert (ask(port, "/nonsense").status, ask(port, "/nonsense").json) == (
        404,
        {"error": f"{MALL}/nonsense is not an operation of this API"},
    )
    assert ask(port, "/members/42/offers", method="BREW").header("allow") == "GET"
    assert ask(port, "/offers", method="POST", body=b"{").status == 470  # no Content-Type


def test_uses_stay_atomic_under_threads(port: int, world: MockClient) -> None:
    world.clock.freeze("2026-06-01T12:00:00Z")
    world.state.set_offer(1000016, stock=31 + 5, maximum_uses_per_user=None)  # 31 uses are booked from the start
    world.state.set_club("infinity-mall", activated_seconds_time=0)
    results: Counter[str] = Counter()

    def race() -> None:
        results[ask(port, "/members/42/offers/1000016/use", "POST").json.get("error", "used")] += 1

    threads = [threading.Thread(target=race) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {"used": 5, "Global limit exceeded": 15}


def test_held_requests_wait_on_their_threads(port: int, world: MockClient) -> None:
    world.scenarios.activate("race-for-the-last-coupon")
    heard: dict[int, int] = {}

    def use(member_id: int) -> None:
        heard[member_id] = ask(port, f"/members/{member_id}/offers/1000016/use", "POST").status

    first = threading.Thread(target=use, args=(42,))
    first.start()
    assert world.barriers.show("last-coupon", held=1, wait="60s")["complete"]
    use(44)
    first.join()
    assert heard == {42: 422, 44: 200}


@pytest.mark.parametrize(("fault", "data", "error"), [("reset", b"", RESET), ("empty", b"", None)])
def test_gunicorn_hands_out_its_connection_so_that_faults_are_real(
    port: int, world: MockClient, fault: str, data: bytes, error: int | None
) -> None:
    world.rules.add(name="break", when={"operation": "list_stores"}, then={"fault": fault})
    with RawClient(port) as client:
        client.send(get(f"/w/hosted{MALL}/stores", *HEADERS.split("\r\n")))
        assert client.read_to_end() == (data, error)
    newest = world.requests.list(limit=1)["requests"][0]["id"]
    assert world.requests.show(newest)["delivery"]["receipt"]["ended"] == ("RST" if fault == "reset" else "FIN")


@pytest.mark.parametrize("scenario", ["truncated-body", "malformed-chunk"])
def test_a_fault_of_the_body_sends_no_byte_of_a_body_to_head(port: int, world: MockClient, scenario: str) -> None:
    with RawClient(port) as client:
        lines = (*HEADERS.split("\r\n"), f"X-Mock-Scenario: {scenario}")
        client.send(get(f"/w/hosted{MALL}/members/42/offers", *lines, method="HEAD"))
        data, _ = client.read_to_end()
    head, _, body = data.partition(b"\r\n\r\n")
    assert (head[:15], body) == (b"HTTP/1.1 200 OK", b"")


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_a_body_is_sent_without_one(port: int, world: MockClient, status: int) -> None:
    world.rules.add(
        name="none", when={"operation": "list_stores"}, then={"respond": {"status": status, "body": "not sent"}}
    )
    answer = ask(port, "/stores")
    assert (answer.status, answer.body) == (status, b"")
    world.rules.clear()


def test_an_encoded_slash_separates_no_segments_and_repeated_ones_count_as_one(port: int, world: MockClient) -> None:
    assert ask(port, "/members/42%2Foffers%2F1000115%2Flike", "PUT").status == 404
    assert ask(port, "/members/42/offers/1000115/like", "PUT").status == 200
    with RawClient(port) as client:
        client.send(get(f"//w/hosted/{MALL}/stores", *HEADERS.split("\r\n")))
        assert client.read().status == 200


def test_header_values_are_utf_8_else_latin_1(port: int, world: MockClient) -> None:
    for value in ("Kjøp".encode(), "Kjøp".encode("latin-1")):
        with RawClient(port) as client:
            lines = HEADERS.replace("tests", "AGENT").split("\r\n")
            client.send(get(f"/w/hosted{MALL}/stores", *lines).replace(b"AGENT", value))
            assert client.read().status == 200
        newest = world.requests.list(limit=1)["requests"][0]["id"]
        assert world.requests.show(newest)["headers"]["x-user-agent"] == "Kjøp"


def test_a_delay_holds_one_thread_and_nobody_else(port: int, world: MockClient) -> None:
    world.rules.add(when={"operation": "list_stores"}, then={"delay": "10s"})
    with RawClient(port) as slow:
        slow.send(get(f"/w/hosted{MALL}/stores", *HEADERS.split("\r\n")))
        assert ask(port, "/members/42/offers/1000115").status == 200
        # not before the slow one has come: it would make the world anew after it was dropped
        wait_until(lambda: world.requests.list(operation="list_stores")["requests"])


def test_a_long_poll_is_answered_as_soon_as_a_request_comes(port: int, world: MockClient) -> None:
    found: list[Any] = []
    with MockClient(world.url) as other:
        waiting = threading.Thread(target=lambda: found.append(other.requests.wait("list_stores", seconds=30)))
        waiting.start()
        ask(port, "/stores")
        waiting.join(60)
    assert [request["operation"] for request in found[0]["requests"]] == ["list_stores"]


def test_the_journal_does_not_hold_connections_open(port: int, world: MockClient) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(get(f"/w/hosted{MALL}/stores", *HEADERS.split("\r\n"), "Connection: close"))
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
    assert json.loads(received.partition(b"\r\n\r\n")[2])[0]["id"]
    assert len(world.requests.list()["requests"]) == 1


def test_under_a_server_that_keeps_its_connections_a_fault_says_that_it_was_not_delivered() -> None:
    from werkzeug.test import Client

    from mockserver.app import create_app

    app = create_app()
    mock = app.extensions["mockserver"]
    world = mock.worlds.get("default")
    world.engine.add_rule(
        world.library.rule({"when": {"operation": "list_stores"}, "then": {"fault": "reset"}}, "break")
    )
    headers = dict(line.split(": ") for line in HEADERS.split("\r\n"))
    answer = Client(app).get(f"{MALL}/stores", headers=headers)
    assert answer.status_code == 200
    assert world.journal.newest_first()[0].response.receipt.note == (
        "this WSGI server does not hand out its connections, so the ordinary answer was sent"
    )


def test_a_client_that_sends_a_body_over_the_limit_to_its_end_still_reads_the_413(port: int) -> None:
    body = b"x" * 12_000_000
    for method, path, error in (
        ("POST", f"{MALL}/offers", "The body is over 10485760 bytes"),
        ("PUT", "/__mock/state", {"message": "the body is over 10485760 bytes", "hint": "start with --max-body"}),
    ):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request(method, path, body)
            answer = connection.getresponse()
            assert (answer.status, json.loads(answer.read())) == (413, {"error": error})


@pytest.mark.parametrize(("trusts", "origin"), [(True, "https://shop.test"), (False, "http://localhost")])
def test_a_proxy_is_believed_under_any_host_when_the_settings_say_so(trusts: bool, origin: str) -> None:
    forwarded = {"X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "shop.test, inner:8080"}
    app = create_app(Settings(trust_proxy=trusts)).test_client()
    answer = app.get("/v3/infinity-mall/members/guest/offers/1000016", headers=callers.HEADERS | forwarded)
    assert answer.json["offer"]["images"][0]["url"].startswith(f"{origin}/files/")


def test_an_application_that_is_given_no_settings_has_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_REVISION", "2019-08")
    monkeypatch.setenv("MOCKSERVER_JOURNAL", "5")
    settings = create_app().extensions["mockserver"].settings
    assert (settings.revision, settings.journal) == ("2019-08", 5)
    assert create_app(Settings(journal=7)).extensions["mockserver"].settings.journal == 7
    monkeypatch.setenv("MOCKSERVER_JOURNAL", "many")
    with pytest.raises(SettingsError, match="MOCKSERVER_JOURNAL"):
        create_app()
