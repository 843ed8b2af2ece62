"""Every scenario that ships, switched on over HTTP in a world of its own, and its effect on the real server's wire."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.client import MockClient
from mockserver.client.process import running
from mockserver.errors import REFUSALS
from tests.callers import HEADERS
from tests.scenarios.test_shipped import CALLS, FAULTS, IDS

GET = ("GET", "members/me/offers/1000115", None)
LIST = ("GET", "members/me/offers", None)
REDEEM = ("POST", "members/me/offers/1000016/use", None)


@dataclass
class Heard:
    """What came back: the head's status and headers, and the body as far as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Phone:
    """An app on the wire: one connection a call, so that nothing is retried or pooled away."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._prefix = parts.path
        self.headers = dict(HEADERS)

    @contextmanager
    def sent(self, call: tuple[str, str, Any], timeout: float = 60.0) -> Iterator[socket.socket]:
        """Send a call and answer the connection, from which nothing has been read."""
        method, path, value = call
        body = b"" if value is None else json.dumps(value).encode()
        headers = self.headers | {"host": "mock.test", "connection": "close", "content-length": str(len(body))}
        headers |= {"content-type": "application/json"} if body else {}
        head = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
        with socket.create_connection(self._address, timeout) as connection:
            connection.sendall(
                f"{method} {self._prefix}/v3/infinity-mall/{path} HTTP/1.1\r\n{head}\r\n".encode() + body
            )
            yield connection

    def raw(self, call: tuple[str, str, Any]) -> bytes:
        """Return all bytes that come until the server closes."""
        with self.sent(call) as connection:
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def ask(self, call: tuple[str, str, Any]) -> Heard:
        """Return a response that is whole."""
        head, _, body = self.raw(call).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
        return Heard(int(first.split()[1]), headers, body)


@pytest.fixture(scope="module")
def server() -> Iterator[MockClient]:
    with running() as url:
        client = MockClient(url)
        yield client
        client.close()


@pytest.fixture
def world(server: MockClient, request: pytest.FixtureRequest) -> Iterator[MockClient]:
    name = f"w-{abs(hash(request.node.nodeid))}"
    made = server.create_world(name)
    yield made
    made.close()
    server.drop_world(name)


@pytest.fixture
def phone(world: MockClient) -> Phone:
    return Phone(world.url)


@pytest.mark.parametrize("refusal_id", REFUSALS)
def test_refusals(world: MockClient, phone: Phone, refusal_id: str) -> None:
    scenario_id = refusal_id.replace("_", "-")
    world.scenarios.activate(scenario_id)
    call = CALLS[refusal_id]
    heard = phone.ask(call)
    refusal = REFUSALS[refusal_id]
    assert heard.status == refusal.status
    assert heard.headers["x-mock-rule"].startswith(scenario_id)
    if refusal.text is None:
        assert heard.body == b""
    else:
        assert set(heard.json) == {"error", *refusal.extra}
        assert "{" in refusal.text or heard.json["error"] == refusal.text
    world.scenarios.deactivate(scenario_id)
    assert "x-mock-rule" not in phone.ask(call).headers


def test_connection_reset(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("connection-reset")
    with pytest.raises(ConnectionResetError):
        phone.raw(GET)


def test_empty_reply(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("empty-reply")
    assert phone.raw(GET) == b""


def test_truncated_body(world: MockClient, phone: Phone) -> None:
    whole = phone.ask(GET)
    world.scenarios.activate("truncated-body")
    heard = phone.ask(GET)
    assert int(heard.headers["content-length"]) == len(whole.body)
    assert whole.body.startswith(heard.body)
    assert len(heard.body) < len(whole.body)


def test_malformed_chunk(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("malformed-chunk")
    with phone.sent(GET) as connection:
        heard = http.client.HTTPResponse(connection)
        heard.begin()
        assert (heard.status, heard.getheader("transfer-encoding")) == (200, "chunked")
        with pytest.raises(http.client.IncompleteRead):
            heard.read()
        heard.close()


def test_garbage(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("garbage")
    heard = phone.raw(GET)
    assert heard
    assert not heard.startswith(b"HTTP/")


def test_dribble(world: MockClient, phone: Phone) -> None:
    whole = phone.ask(GET)
    world.scenarios.activate("dribble")
    started, heard = time.monotonic(), b""
    with phone.sent(GET) as connection:
        while len(heard.partition(b"\r\n\r\n")[2]) < len(whole.body) // 2:
            heard += connection.recv(65_536)
    assert heard.startswith(b"HTTP/1.1 200")
    assert time.monotonic() - started >= 2.0  # half of it takes half of the five seconds


def test_hang(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("hang")
    with phone.sent(GET, timeout=0.3) as connection, pytest.raises(TimeoutError):
        connection.recv(1)


def test_timeout(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("timeout")
    with phone.sent(GET, timeout=0.3) as connection, pytest.raises(TimeoutError):
        connection.recv(1)


def test_slow_first_byte(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("slow-first-byte")
    with phone.sent(GET, timeout=0.3) as connection, pytest.raises(TimeoutError):
        connection.recv(1)


def test_server_error(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("server-error")
    heard = phone.ask(GET)
    assert (heard.status, heard.json) == (500, {"error": "Internal server error"})


def test_bad_gateway(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("bad-gateway")
    heard = phone.ask(GET)
    assert (heard.status, heard.headers["content-type"]) == (502, "text/html")
    assert b"502 Bad Gateway" in heard.body


def test_slow_network(world: MockClient, phone: Phone) -> None:
    whole = phone.ask(GET)
    world.scenarios.activate("slow-network")
    with phone.sent(GET, timeout=0.05) as connection:
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(60)
        heard = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert heard.endswith(b"\r\n\r\n" + whole.body)


def test_flaky(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("flaky")
    outcomes: set[str] = set()
    for _ in range(60):
        try:
            heard = phone.raw(GET)
        except ConnectionResetError:
            heard = b"HTTP/1.1 reset"
        outcomes.add(heard[9:12].decode() or "empty")
        if outcomes > {"200"} and len(outcomes) > 2:
            break
    assert "200" in outcomes
    assert outcomes & {"503", "res", "empty"}


def test_rate_limited(world: MockClient, phone: Phone) -> None:
    world.clock.freeze()
    world.scenarios.activate("rate-limited")
    answers = [phone.ask(GET) for _ in range(6)]
    assert [heard.status for heard in answers] == [200] * 5 + [429]
    assert answers[5].headers["retry-after"] == "10"
    world.clock.advance("10s")
    assert phone.ask(GET).status == 200


def test_empty_catalogue(world: MockClient, phone: Phone) -> None:
    before = phone.ask(LIST).json["offers"]
    world.scenarios.activate("empty-catalogue")
    assert phone.ask(LIST).json["offers"] == []
    assert phone.ask(GET).status == 404
    world.scenarios.deactivate("empty-catalogue")
    assert phone.ask(LIST).json["offers"] == before


def test_last_coupon(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("last-coupon")
    assert phone.ask(REDEEM).json["usage"]["uses_left"] == 0
    others = [member for member in world.state.export()["members"] if member["club"] == "infinity-mall"]
    second = next(member["id"] for member in others if member["id"] != 42 and member["banned_until"] is None)
    refused = phone.ask(("POST", f"members/{second}/offers/1000016/use", None))
    assert (refused.status, refused.json) == (422, {"error": "Global limit exceeded"})


def test_token_expired(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("token-expired")
    assert phone.ask(LIST).status == 460
    token = phone.headers["authorization"].removeprefix("Bearer ")
    held = next(each for each in world.state.export()["tokens"] if each["token"] == token)
    refresh = {"grant_type": "refresh_token", "refresh_token": held["refresh_token"]}
    answer = phone.ask(("POST", "members/oauth/token", refresh))
    phone.headers["authorization"] = f"Bearer {answer.json['access_token']}"
    assert phone.ask(LIST).status == 200


def test_redeemed_but_unheard(world: MockClient, phone: Phone) -> None:
    def uses() -> int:
        return int(phone.ask(("GET", "offers/1000016", None)).json["offer"]["uses_count"])

    world.clock.freeze()
    before = uses()
    world.scenarios.activate("redeemed-but-unheard")
    assert phone.raw(REDEEM) == b""
    retry = phone.ask(REDEEM)
    assert (retry.status, retry.json) == (422, {"error": "Already active"})
    retried, lost = world.requests.list(operation="use_offer")["requests"]
    assert (lost["committed"], retried["committed"]) == (True, False)
    assert uses() == before + 1


def race(world: MockClient, phone: Phone, barrier: str, *members: int) -> list[Heard]:
    """Send a use for each member, each once those before it are held; return what each heard, by its place."""
    heard: list[Heard | None] = [None] * len(members)

    def send(place: int) -> None:
        heard[place] = phone.ask(("POST", f"members/{members[place]}/offers/1000016/use", None))

    threads = [threading.Thread(target=send, args=(place,)) for place in range(len(members))]
    for place, thread in enumerate(threads):
        assert world.barriers.show(barrier, held=place, wait="60s")["complete"]
        thread.start()
    for thread in threads:
        thread.join()
    return [each for each in heard if each is not None]


def test_race_for_the_last_coupon(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("race-for-the-last-coupon")
    first, second = race(world, phone, "last-coupon", 42, 44)
    assert (first.status, first.json, second.status) == (422, {"error": "Global limit exceeded"}, 200)
    lost, won = world.requests.list(operation="use_offer")["requests"]
    assert (lost["member_id"], won["member_id"]) == (42, 44)
    assert f"after request {won['id']} (number 2)" in world.requests.why(lost["id"])["notes"][0]["text"]


def test_double_tap(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("double-tap")
    first, second = race(world, phone, "double-tap", 42, 42)
    assert (first.status, second.status, second.json) == (200, 422, {"error": "Already active"})


def test_refresh_token_stampede(world: MockClient, phone: Phone) -> None:
    world.scenarios.activate("refresh-token-stampede")
    heard: list[int] = []
    threads = [threading.Thread(target=lambda: heard.append(phone.ask(LIST).status)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [460] * 5
    assert phone.ask(LIST).status == 460
    assert world.verify("list_offers", {"status": 460}, count=6)["ok"]


def test_each_scenario_that_ships_is_proven_here(server: MockClient) -> None:
    shown = {row["id"] for row in server.scenarios.list()["scenarios"]}
    proven = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    assert shown == set(IDS)
    assert set(IDS) - {refusal_id.replace("_", "-") for refusal_id in REFUSALS} <= proven
    assert FAULTS.keys() <= proven
