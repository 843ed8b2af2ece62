"""An app's session from the first token to the second use, over the wire, with nothing but the standard library."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from mockserver.client.process import running

APP = {"X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM", "X-Product-Name": "default", "X-User-Agent": "session"}
MALL = "/v3/infinity-mall"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running() as url:
        yield url


def send(method: str, url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    sent = APP | {name.replace("_", "-"): value for name, value in headers.items()}
    sent |= {"Content-Type": "application/json"} if data else {}
    try:
        with urlopen(Request(url, data, sent, method=method)) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_the_bare_minimum_of_an_app_session(server: str) -> None:
    api = f"{server}/w/session{MALL}"
    credentials = {"identifier_type": "email", "identifier": "ada@example.com", "password": "correct-horse-42"}
    _, token = send("POST", f"{api}/members/oauth/token", {"grant_type": "password"} | credentials)
    oauth = {"Authorization": f"Bearer {token['access_token']}"}

    _, listed = send("GET", f"{api}/members/me/offers?only_usable=true&order_by=name", **oauth)
    offer = next(offer for offer in listed["offers"] if offer["id"] == 1000016)

    picture = offer["files"][2]
    with urlopen(picture["url"]) as image:  # an image loader sends no headers
        assert image.headers["Content-Type"] == "image/jpeg"
        assert image.read(3) == b"\xff\xd8\xff"
    clicked = {"events": [{"offer_id": offer["id"], "created_at": "2026-06-01T12:00:00.000Z"}]}
    assert send("POST", f"{api}/members/me/events/offers_clicked", clicked, **oauth) == (200, {})
    _, events = send("GET", f"{server}/w/session/__mock/events?member_id=42&offer_id=1000016")
    assert {(event["kind"], event["source"]) for event in events["events"]} >= {("seen", "image"), ("clicked", "app")}

    status, used = send("POST", f"{api}/members/me/offers/1000016/use", **oauth)
    assert (status, used["usage"]["uses_left"]) == (200, offer["usage"]["uses_left"] - 1)
    assert send("POST", f"{api}/members/me/offers/1000016/use", **oauth) == (422, {"error": "Already active"})

    ends = used["usage"]["active_until"]
    before = (datetime.fromisoformat(ends) - timedelta(milliseconds=1)).isoformat()
    for moment, expected in ((before, 422), (ends, 200)):
        status, _ = send("POST", f"{api}/members/me/offers/1000016/use", **oauth, X_Mock_Now=moment)
        assert status == expected
    status, _ = send("POST", f"{server}/w/session/__mock/clock/advance", {"by": "71s"})
    assert send("POST", f"{api}/members/me/offers/1000016/use", **oauth)[0] == 200


def test_two_hundred_parallel_uses_of_a_stock_of_fifty(server: str) -> None:
    world = f"{server}/w/race"
    _, made = send(
        "POST", f"{world}{MALL}/offers", {"offers": [{"name": "Scarce", "status": "published", "stock": 50}]}
    )
    send("PATCH", f"{world}/__mock/state/clubs/infinity-mall", {"activated_seconds_time": 0})
    send("PUT", f"{world}/__mock/clock", {"frozen": True})
    path = f"/w/race{MALL}/members/42/offers/{made['ids'][0]}/use"
    results: Counter[str] = Counter()
    start = threading.Barrier(200)

    def race() -> None:
        connection = HTTPConnection(urlsplit(server).netloc, timeout=60)
        connection.connect()
        start.wait()
        connection.request("POST", path, headers=APP)
        answer = connection.getresponse()
        results[json.loads(answer.read()).get("error", f"used {answer.status}")] += 1
        connection.close()

    threads = [threading.Thread(target=race) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {"used 200": 50, "Global limit exceeded": 150}
    _, offer = send("GET", f"{world}{MALL}/offers/{made['ids'][0]}")
    assert offer["offer"]["uses_count"] == 50
