"""The client keeps its connections: one a thread, for all worlds, opened anew where the server has closed it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mockserver.client import MockClient, MockServerUnreachable


class Counting(ThreadingHTTPServer):
    """Answers every call with ``{}`` and counts connections; ``hangs_up`` closes each after a response without a word."""

    daemon_threads = True
    connections = 0
    hangs_up = False


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counting

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
        self.close_connection = self.server.hangs_up

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Counting]:
    with Counting(("127.0.0.1", 0), Handler) as counting:
        thread = threading.Thread(target=counting.serve_forever, args=(0.01,))
        thread.start()
        yield counting
        counting.shutdown()
        thread.join()


@pytest.fixture
def client(server: Counting) -> Iterator[MockClient]:
    with MockClient(f"http://127.0.0.1:{server.server_port}") as client:
        yield client


def test_a_hundred_worlds_of_a_client_are_one_connection(server: Counting, client: MockClient) -> None:
    for number in range(100):
        world = client.create_world(f"world-{number}")
        world.world()
        client.drop_world(world.name)
    assert server.connections == 1


def test_a_worlds_client_that_is_closed_leaves_the_connection_to_the_others(
    server: Counting, client: MockClient
) -> None:
    with client.in_world("a") as world:
        world.world()
    client.world()
    assert server.connections == 1


def test_each_thread_has_a_connection_of_its_own(server: Counting, client: MockClient) -> None:
    together = threading.Barrier(3, timeout=60)

    def ask() -> None:
        for _ in range(20):
            client.in_world("a").world()
            together.wait()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.connections == 3


def test_a_connection_that_the_server_has_closed_is_opened_anew(server: Counting, client: MockClient) -> None:
    server.hangs_up = True
    assert [client.world() for _ in range(5)] == [{}] * 5
    assert server.connections == 5


def test_a_server_that_is_gone_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with MockClient(f"http://127.0.0.1:{port}") as client, pytest.raises(MockServerUnreachable):
        client.world()
