"""Servers that share a store: any of them answers for any world, whatever becomes of the others."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.processes import HEADERS
from benchmarks.replicas import (
    OFFER,
    USE,
    Replica,
    Together,
    killed,
    pairs,
    prepare,
    rolling,
    stock,
    stopped,
    store,
    together,
)


@pytest.fixture(scope="module")
def servers() -> Iterator[Together]:
    if not (shutil.which("redis-server") or shutil.which("valkey-server")):
        pytest.skip("needs redis-server or valkey-server")
    pytest.importorskip("redis")
    with together(3, "--drain", "1s") as running:
        yield running


def call(replica: Replica, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    found, value = replica.ask(method, path, body)
    assert found == status, value
    return value


def two(servers: Together, world: str) -> tuple[Replica, Replica]:
    """The owner of a new world, and another server."""
    owner, other, _ = servers.replicas
    call(owner, "PUT", f"/w/{world}/__mock/clock", {"frozen": True})
    return owner, other


def test_exactly_the_stock_is_used(servers: Together) -> None:
    stock(servers, 1, members=60, most=30)


def test_no_read_is_older_than_the_last_write(servers: Together) -> None:
    assert pairs(servers, 160)["stale"] == 0


def test_another_answers_when_the_owner_is_killed(servers: Together) -> None:
    killed(servers, 1)


def test_an_owner_that_stood_still_is_fenced(servers: Together) -> None:
    stopped(servers, 1, seconds=3)


def test_a_store_that_was_away_is_taken_up_again(servers: Together) -> None:
    store(servers, 1)


def test_no_request_fails_while_servers_are_restarted(servers: Together) -> None:
    rolling(servers, 1)


def test_every_server_lists_all_worlds_and_drops_each(servers: Together) -> None:
    two(servers, "listed")
    for replica in servers.replicas:
        found = call(replica, "GET", "/__mock/worlds")
        assert "listed" in {each["name"] for each in (*found["worlds"], *found["stored"])}
    call(servers.replicas[2], "DELETE", "/__mock/worlds/listed")
    for replica in servers.replicas:
        call(replica, "GET", "/w/listed/__mock/world", status=404)


def test_a_world_is_copied_wherever_it_is(servers: Together) -> None:
    _, other = two(servers, "original")
    prepare(servers, "original", 2, None)
    call(other, "POST", "/w/original" + USE.format(42), {})
    call(other, "POST", "/__mock/worlds", {"name": "copied", "from": "original"}, status=201)
    call(other, "POST", "/__mock/worlds", {"name": "copied"}, status=409)
    assert call(other, "GET", "/w/copied/__mock/world")["counts"]["uses"] == 1


def test_delays_and_faults_reach_the_client_of_another_server_and_the_receipt_comes_back(servers: Together) -> None:
    owner, other = two(servers, "faulty")
    path = f"/w/faulty/v3/infinity-mall/members/42/offers/{OFFER}"
    call(
        other,
        "POST",
        "/w/faulty/__mock/rules",
        {"name": "slow", "when": {"operation": "get_offer"}, "then": {"delay": "30ms"}},
        201,
    )
    began = time.perf_counter()
    call(other, "GET", path)
    assert time.perf_counter() - began >= 0.03
    call(
        other,
        "POST",
        "/w/faulty/__mock/rules",
        {"name": "cut", "when": {"operation": "use_offer"}, "then": {"fault": "reset"}},
        201,
    )
    with pytest.raises((OSError, http.client.HTTPException)):
        other.ask("POST", path + "/use", {})
    where = {"operation": "use_offer", "where": {"delivered": False}, "count": 1}
    until = time.monotonic() + 30
    while (
        call(owner, "GET", "/w/faulty/__mock/requests?operation=use_offer")["requests"][0]["wire"] != "no answer: RST"
    ):
        assert time.monotonic() < until
    call(owner, "POST", "/w/faulty/__mock/requests/verify", where)
    call(
        owner,
        "POST",
        "/w/faulty/__mock/requests/verify",
        {"operation": "get_offer", "where": {"delivered": True}, "count": 1},
    )


def test_long_polls_and_streams_work_through_another_server(servers: Together) -> None:
    owner, other = two(servers, "watched")
    found: list[Any] = []
    poll = "/w/watched/__mock/requests?wait=30s&operation=get_offer"
    waiter = threading.Thread(target=lambda: found.append(call(other, "GET", poll)))
    waiter.start()
    stream = http.client.HTTPConnection("127.0.0.1", other.port, timeout=60)
    stream.request("GET", "/w/watched/__mock/stream?only=request", headers=HEADERS)
    reading = stream.getresponse()
    assert reading.status == 200
    until = time.monotonic() + 30
    while not found and time.monotonic() < until:
        call(owner, "GET", f"/w/watched/v3/infinity-mall/members/42/offers/{OFFER}")
        time.sleep(0.05)
    waiter.join()
    assert found[0]["complete"]
    while not (line := reading.readline()).startswith(b"data:"):
        pass
    assert json.loads(line[5:])["operation"] == "get_offer"
    stream.close()


def test_a_barrier_holds_requests_of_different_servers(servers: Together) -> None:
    two(servers, "race")
    prepare(servers, "race", 2, 1)
    then = {"hold": {"barrier": "last", "until": 2, "timeout": "30s"}, "at": "before_commit"}
    call(
        servers.replicas[2],
        "POST",
        "/w/race/__mock/rules",
        {"when": {"operation": "use_offer"}, "then": then},
        status=201,
    )
    statuses: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n=n: statuses.append(servers.replicas[n].ask("POST", "/w/race" + USE.format(42 + n), {})[0])
        )
        for n in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 422]
