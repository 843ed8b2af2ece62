"""Answers that take time: they hold no thread, and end when their client or the server goes."""

from __future__ import annotations

import time
from contextlib import ExitStack

from tests.serving import Serving
from tests.sockets import RawClient, get, wait_until


def test_hundreds_of_waiting_clients_keep_nobody_waiting(server: Serving) -> None:
    with ExitStack() as stack:
        waiting = [stack.enter_context(RawClient(server.port, timeout=60)) for _ in range(400)]
        for client in waiting:
            client.send(get("/v3/wait/60000?many"))
        with RawClient(server.port) as other:
            assert other.ask("/v3/echo").status == 200
            woken, deadline = 0, time.monotonic() + 60
            while woken < 400 and time.monotonic() < deadline:
                woken += other.ask("/v3/wake?many").json
        assert {client.read().json for client in waiting} == {"woken"}


def test_a_long_poll_expires(server: Serving) -> None:
    with RawClient(server.port) as client:
        assert client.ask("/v3/wait/50").json == "expired"


def test_a_delay_comes_before_the_first_byte(server: Serving) -> None:
    with RawClient(server.port) as client:
        started = time.monotonic()
        assert client.ask("/v3/delay/120").status == 200
        assert time.monotonic() - started >= 0.12


def test_long_work_is_done_beside_other_requests(server: Serving) -> None:
    with RawClient(server.port) as slow, RawClient(server.port) as quick:
        slow.send(get("/v3/job/held"))
        assert quick.ask("/v3/release").status == 200  # else the work would go on for ten minutes
        assert slow.read().json == "worked"


def test_a_stream_arrives_piece_by_piece_and_ends(server: Serving) -> None:
    with RawClient(server.port) as client:
        answer = client.ask("/v3/stream/3")
        assert answer.header("content-type") == "text/event-stream"
        assert answer.body == b"".join(b"9\r\ndata: %d\n\n\r\n" % number for number in range(3))
        assert client.ask("/v3/echo").status == 200


def test_a_stream_is_closed_when_its_client_leaves(server: Serving) -> None:
    with RawClient(server.port) as client:
        client.send(get("/v3/stream/endless"))
        assert client.socket.recv(100)
    with RawClient(server.port) as other:
        wait_until(lambda: other.ask("/v3/stream_ended").json)
