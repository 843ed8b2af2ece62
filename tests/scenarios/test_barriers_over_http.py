"""Held requests on the embedded server: no thread each, others go on, and a client that leaves changes nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockserver.client import MockClient
from mockserver.client.process import running
from tests.callers import HEADERS
from tests.sockets import RawClient, get, wait_until

MALL = "/w/held/v3/infinity-mall"
OFFER = "members/me/offers/1000016"
SENT = [f"{name}: {value}" for name, value in HEADERS.items()]
RULE = {"when": {"operation": "use_offer"}, "then": {"hold": {"barrier": "b", "timeout": "10m"}}}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture
def port(url: str) -> int:
    return urlsplit(url).port or 0


@pytest.fixture
def world(url: str) -> Iterator[MockClient]:
    with MockClient(url) as server:
        world = server.create_world("held")
        yield world
        server.drop_world("held")


def send(stack: ExitStack, port: int) -> RawClient:
    client = stack.enter_context(RawClient(port))
    client.send(get(f"{MALL}/{OFFER}/use", *SENT, method="POST"))
    return client


def test_many_held_requests_cost_no_thread_and_others_go_on(world: MockClient, port: int) -> None:
    world.rules.add(RULE)
    with ExitStack() as stack, RawClient(port) as beside:
        clients = [send(stack, port) for _ in range(10)]
        world.barriers.show("b", held=10, wait="60s")
        threads = threads_of(port)
        clients += [send(stack, port) for _ in range(190)]
        assert world.barriers.show("b", held=200, wait="60s")["complete"]
        assert threads_of(port) <= threads
        for _ in range(50):
            assert beside.ask(f"{MALL}/{OFFER}", *SENT).status == 200
        world.barriers.release("b")
        assert [client.read().status for client in clients] == [200] + [422] * 199


def threads_of(port: int) -> int:
    """Return how many threads the process has that listens on a port; 0 where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return 0
    line = f":{port:04X} 00000000:0000 0A"
    inodes = {each.split()[9] for each in Path("/proc/net/tcp").read_text().splitlines() if line in each}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            opened = {os.readlink(each) for each in (process / "fd").iterdir()}
        except OSError:
            continue
        if opened & {f"socket:[{inode}]" for inode in inodes}:
            return len(list((process / "task").iterdir()))
    return 0


def test_a_request_whose_client_left_is_carried_out_in_its_turn(world: MockClient, port: int) -> None:
    world.rules.add(RULE)
    with ExitStack() as stack:
        send(stack, port)
        world.barriers.show("b", held=1, wait="60s")
    with ExitStack() as stack:
        second = send(stack, port)
        world.barriers.show("b", held=2, wait="60s")
        world.barriers.release("b")
        assert second.read().status == 422
    wait_until(lambda: len(world.requests.list()["requests"]) == 2)
    _, first = world.requests.list()["requests"]
    assert (first["status"], first["committed"], first["delivered"]) == (200, True, False)
    assert first["wire"] == "no answer: client left after commit"


def test_dropping_the_world_answers_who_is_held(url: str, port: int) -> None:
    with MockClient(url) as server, ExitStack() as stack:
        server.create_world("held").rules.add(RULE)
        client = send(stack, port)
        server.in_world("held").barriers.show("b", held=1, wait="60s")
        server.drop_world("held")
        assert client.read().status == 200
        assert "held" not in {each["name"] for each in server.worlds()["worlds"]}
