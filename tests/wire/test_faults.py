"""Each fault as a client with a raw socket sees it: exact bytes, and how the connection ends."""

from __future__ import annotations

import os
import threading
import time
from contextlib import ExitStack
from typing import Any

import pytest

from tests.serving import BODY, Serving, serving
from tests.sockets import RESET, RawClient, get, wait_until

FAULTS = ("reset", "empty", "truncate", "malformed_chunk", "garbage")


def receipt(port: int, tag: str) -> dict[str, Any]:
    """What the server wrote down about a delivery."""
    with RawClient(port) as other:
        found: dict[str, Any] = other.ask(f"/v3/receipt/{tag}").json
        return found


def fault_after_an_ordinary_answer(port: int, kind: str, tag: str) -> tuple[bytes, int | None, str]:
    """Meet a fault as the second request of a kept connection; answer its bytes, errno and own address."""
    with RawClient(port) as client:
        assert client.ask("/v3/echo").status == 200
        address, local_port = client.socket.getsockname()
        client.send(get(f"/v3/fault/{kind}", f"X-Tag: {tag}"))
        return *client.read_to_end(), f"{address}:{local_port}"


def test_reset_is_a_real_rst(server: Serving) -> None:
    data, error, address = fault_after_an_ordinary_answer(server.port, "reset", "reset")
    assert (data, error) == (b"", RESET)
    assert receipt(server.port, "reset") == {
        "bytes_sent": 0,
        "ended": "RST",
        "connection": address,
        "note": None,
        "attempt": None,
    }


def test_an_empty_reply_is_an_orderly_end_without_a_byte(server: Serving) -> None:
    data, error, address = fault_after_an_ordinary_answer(server.port, "empty", "empty")
    assert (data, error) == (b"", None)
    assert receipt(server.port, "empty") == {
        "bytes_sent": 0,
        "ended": "FIN",
        "connection": address,
        "note": None,
        "attempt": None,
    }


def test_a_truncated_body_is_short_of_its_content_length(server: Serving) -> None:
    data, error, address = fault_after_an_ordinary_answer(server.port, "truncate", "truncate")
    head, _, body = data.partition(b"\r\n\r\n")
    assert error is None
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert f"content-length: {len(BODY)}".encode() in head.split(b"\r\n")
    assert body == BODY[: len(BODY) // 2]
    assert receipt(server.port, "truncate") == {
        "bytes_sent": len(data),
        "ended": "FIN",
        "connection": address,
        "note": None,
        "attempt": None,
    }


def test_a_malformed_chunk_follows_a_good_one(server: Serving) -> None:
    data, error, _ = fault_after_an_ordinary_answer(server.port, "malformed_chunk", "chunk")
    head, _, body = data.partition(b"\r\n\r\n")
    half = BODY[: len(BODY) // 2]
    assert error is None
    assert b"transfer-encoding: chunked" in head.split(b"\r\n")
    assert b"content-length" not in head
    assert body == b"%x\r\n%s\r\nzz\r\nthis chunk has no size\r\n" % (len(half), half)
    assert receipt(server.port, "chunk")["ended"] == "FIN"


def test_garbage_is_no_http(server: Serving) -> None:
    data, error, _ = fault_after_an_ordinary_answer(server.port, "garbage", "garbage")
    assert error is None
    assert data == b"\x16\x03\x01 this is not HTTP \x00\xff\xfe\r\n\r\n"
    assert receipt(server.port, "garbage")["bytes_sent"] == len(data)


def test_a_dribble_sends_every_byte_over_its_time(server: Serving) -> None:
    """A busy client finds several pieces at once, but none before its time."""
    with RawClient(server.port) as client:
        client.ask("/v3/echo")
        started = time.monotonic()
        assert client.ask("/v3/fault/dribble", "X-Tag: dribble").body == BODY
        assert time.monotonic() - started >= 0.2
        assert client.ask("/v3/echo").status == 200  # the connection is as good as before
    wait_until(lambda: receipt(server.port, "dribble")["ended"] is not None)
    assert receipt(server.port, "dribble")["bytes_sent"] == len(BODY)


def test_hang_sends_nothing_and_notices_that_the_client_leaves(server: Serving) -> None:
    with RawClient(server.port) as client:
        client.ask("/v3/echo")
        client.send(get("/v3/fault/hang", "X-Tag: hang"))
        client.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.socket.recv(1)
    wait_until(lambda: receipt(server.port, "hang")["ended"] is not None)
    assert receipt(server.port, "hang")["ended"] == "client left"


def test_a_fault_consumes_the_body_first_so_that_the_end_stays_orderly(server: Serving) -> None:
    with RawClient(server.port) as client:
        client.send(get("/v3/fault/empty", method="POST", body=b"x" * 200_000))
        assert client.read_to_end() == (b"", None)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_strikes_its_own_connection_alone(server: Serving, kind: str) -> None:
    """Other connections from the same address are in flight all the while, and none of them notices."""
    stop, broken, answered = threading.Event(), [], []

    def keep_asking() -> None:
        try:
            with RawClient(server.port) as client:
                while not stop.is_set():
                    answered.append(client.ask("/v3/echo?other=1").status)
        except Exception as error:
            broken.append(error)

    others = [threading.Thread(target=keep_asking) for _ in range(8)]
    for other in others:
        other.start()
    try:
        ends = [fault_after_an_ordinary_answer(server.port, kind, f"many-{kind}")[:2] for _ in range(20)]
    finally:
        stop.set()
        for other in others:
            other.join()
    assert broken == []
    assert set(answered) == {200}
    assert len({error for _, error in ends}) == 1
    assert (ends[0][1] == RESET) == (kind == "reset")


def test_a_pipelined_request_behind_a_fault_does_not_turn_the_end_into_a_reset(server: Serving) -> None:
    with RawClient(server.port) as client:
        client.send(get("/v3/fault/empty") + get("/v3/echo"))
        assert client.read_to_end() == (b"", None)


@pytest.mark.parametrize("kind", FAULTS[2:4])
def test_a_fault_of_the_body_sends_no_byte_of_a_body_to_head(server: Serving, kind: str) -> None:
    with RawClient(server.port) as client:
        client.send(get(f"/v3/fault/{kind}", method="HEAD"))
        data, error = client.read_to_end()
    head, _, body = data.partition(b"\r\n\r\n")
    assert (head[:15], body, error) == (b"HTTP/1.1 200 OK", b"", None)


def test_among_thousands_of_connections_each_reset_strikes_its_own(server: Serving) -> None:
    """An index finds them: once it is made, a reset costs no look at the others."""
    with ExitStack() as stack:
        idle = [stack.enter_context(RawClient(server.port)) for _ in range(300)]
        for client in idle[::30]:
            client.send(get("/v3/fault/reset"))
            assert client.read_to_end() == (b"", RESET)
        for number, client in enumerate(idle):
            if number % 30:
                assert client.ask("/v3/echo").status == 200
        for _ in range(20):  # whose descriptors stood for others before
            with RawClient(server.port) as late:
                late.send(get("/v3/fault/reset"))
                assert late.read_to_end() == (b"", RESET)


@pytest.mark.skipif(os.name == "nt", reason="a process has no limit of descriptors there")
def test_out_of_descriptors_the_ordinary_answer_comes_and_the_receipt_says_why() -> None:
    with serving() as running, RawClient(running.port) as client:
        assert client.ask("/v3/fault/dribble").body == BODY  # which needs no descriptor: the faults are imported by now
        assert client.ask("/v3/descriptors/taken").status == 200
        for kind in FAULTS:
            assert client.ask(f"/v3/fault/{kind}", f"X-Tag: {kind}").body == BODY
            found = client.ask(f"/v3/receipt/{kind}").json
            assert found["ended"] == "response"
            assert found["note"] == "out of file descriptors (see ulimit -n), so the ordinary answer was sent"
        assert client.ask("/v3/descriptors/free").status == 200
        client.send(get("/v3/fault/reset"))
        assert client.read_to_end() == (b"", RESET)


def test_faults_reach_ipv6_clients() -> None:
    with serving("host=::1") as running, RawClient(running.port, "::1") as client:
        client.send(get("/v3/fault/reset"))
        assert client.read_to_end() == (b"", RESET)


@pytest.mark.parametrize("way", ["inside", "public"])
def test_the_default_host_is_both_loopback_addresses_on_one_port(way: str) -> None:
    with serving(f"granian={way}") as running:
        for host in ("127.0.0.1", "::1"):
            with RawClient(running.port, host) as client:
                assert client.ask("/v3/echo").status == 200
                client.send(get("/v3/fault/reset"))
                assert client.read_to_end() == (b"", RESET)


@pytest.mark.parametrize("client_host", ["127.0.0.1", "::1"])
def test_faults_reach_clients_of_a_server_on_every_address(client_host: str) -> None:
    with serving("host=::") as running, RawClient(running.port, client_host) as client:
        assert client.ask("/v3/echo").status == 200
        client.send(get("/v3/fault/reset"))
        assert client.read_to_end() == (b"", RESET)
