"""A server that is told to stop does so soon, whatever its clients do."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest

from mockserver.hosts.server import ListenError, listen
from tests.serving import Serving, serving
from tests.sockets import RawClient, get

PATIENCE = 60.0  # seconds that a busy machine may take; what clients wait for takes ten times as long
LONG = 600_000  # milliseconds


def stopped(server: Serving, number: int = signal.SIGTERM) -> str:
    """Send a signal; answer what the server wrote to stderr. It must end with 0 long before its clients would."""
    server.process.send_signal(number)
    errors = server.process.communicate(timeout=PATIENCE)[1]
    assert server.process.returncode == 0
    return errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_stops(number: int) -> None:
    with serving() as server:
        assert stopped(server, number) == ""


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        b"GET /v3/ech",
        get("/v3/echo", "Content-Length: 99", method="POST") + b"half",
        get(f"/v3/delay/{LONG}"),
        get(f"/v3/wait/{LONG}"),
        get("/v3/stream/endless"),
        get("/v3/fault/hang"),
        get("/v3/job/held"),
    ],
    ids=["silent", "half a head", "half a body", "delay", "long poll", "stream", "hang", "work"],
)
def test_a_server_with_clients_stops(request_: bytes) -> None:
    with serving() as server, RawClient(server.port) as client, RawClient(server.port) as kept:
        kept.ask("/v3/echo")
        client.send(request_)
        kept.ask("/v3/echo")
        assert stopped(server) == ""


def test_who_waits_is_answered_when_the_server_stops() -> None:
    with serving() as server, RawClient(server.port) as delayed, RawClient(server.port) as polling:
        delayed.send(get(f"/v3/delay/{LONG}"))
        polling.send(get(f"/v3/wait/{LONG}"))
        with RawClient(server.port) as other:
            other.ask("/v3/echo")
        stopped(server)
        assert delayed.read().status == 200
        assert polling.read().json == "expired"


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            ListenError, match=rf"^port {port} on 127.0.0.1 is in use: .* --port \(0 takes a free one\)$"
        ):
            listen("127.0.0.1", port)


def test_two_servers_never_share_a_port() -> None:
    with serving() as server, pytest.raises(ListenError, match="in use"):
        listen("127.0.0.1", server.port)


def test_an_address_of_nobody_is_one_clear_line() -> None:
    with pytest.raises(ListenError, match=r"^cannot listen on 192\.0\.2\.1:0: "):
        listen("192.0.2.1", 0)
    with pytest.raises(ListenError, match=r"^cannot listen on no\.such\.host\.invalid: "):
        listen("no.such.host.invalid", 0)


def test_a_port_is_free_again_as_soon_as_the_server_has_stopped() -> None:
    with serving() as server:
        with RawClient(server.port) as client:
            client.ask("/v3/echo")
        stopped(server)
        listen("127.0.0.1", server.port).close()


def test_the_server_says_nothing_of_its_own() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.serving"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    port = process.stdout.readline()
    process.terminate()
    assert (process.communicate(timeout=PATIENCE)[0], port.strip().isdigit()) == ("", True)
