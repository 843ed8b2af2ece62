"""What clients may send: odd, broken and absurd requests, on the real server with raw sockets."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket

import pytest

from tests.serving import Serving, serving
from tests.sockets import RawClient, get

CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture
def client(server: Serving) -> RawClient:
    with RawClient(server.port) as connected:
        yield connected


def test_a_request_arrives_whole(client: RawClient) -> None:
    address, port = client.socket.getsockname()
    answer = client.ask("/v3/echo?a=%20b&c", "X-One: 1", "x-TWO: two", method="POST", body=b'{"a": 1}')
    assert answer.status == 200
    assert answer.json == {
        "method": "POST",
        "path": "/v3/echo",
        "query": "a=%20b&c",
        "host": "mock.test",
        "body": '{"a": 1}',
        "size": 8,
        "peer": [address, port],
        "scheme": "http",
        "headers": [["content-length", "8"], ["host", "mock.test"], ["x-one", "1"], ["x-two", "two"]],
        "raw_path": "/v3/echo",
    }


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "F!OO"])
def test_any_method_reaches_the_mock(client: RawClient, method: str) -> None:
    assert client.ask("/v3/echo", method=method).json["method"] == method


def test_head_has_the_headers_of_get_and_no_body(client: RawClient) -> None:
    answer = client.ask("/v3/echo", method="HEAD")
    assert answer.status == 200
    assert int(answer.header("content-length") or 0) > 0
    assert client.ask("/v3/echo").status == 200  # nothing was left on the connection


def test_a_path_is_decoded_once_whatever_it_holds(client: RawClient) -> None:
    facts = client.ask("/v3/%61%2525%0d%0a%00%ff%2Fb").json
    assert facts["path"] == "/v3/a%25\r\n\x00\ufffd/b"
    assert facts["raw_path"] == "/v3/%61%2525%0d%0a%00%ff%2Fb"


def test_an_absolute_target_names_the_host(client: RawClient) -> None:
    client.send(b"GET http://elsewhere.test:81/v3/echo?x=1 HTTP/1.1\r\nHost: elsewhere.test:81\r\n\r\n")
    answer = client.read().json
    assert (answer["path"], answer["query"], answer["host"]) == ("/v3/echo", "x=1", "elsewhere.test:81")


def test_a_header_value_is_utf_8_else_latin_1_and_all_of_several_arrive_in_order(client: RawClient) -> None:
    client.send(b"GET /v3/echo HTTP/1.1\r\nHost: mock.test\r\nX-A: \xff\xfe\r\nX-B: \xc3\xa9\r\nX-A: e\r\n\r\n")
    assert client.read().json["headers"] == [["host", "mock.test"], ["x-a", "e"], ["x-a", "ÿþ"], ["x-b", "é"]]


@pytest.mark.parametrize("hosts", [(), ("a.test", "b.test"), ("a.test", "a.test")])
def test_http_1_1_without_one_host_header_is_400(client: RawClient, hosts: tuple[str, ...]) -> None:
    lines = "".join(f"Host: {host}\r\n" for host in hosts)
    client.send(f"GET /v3/echo HTTP/1.1\r\n{lines}\r\n".encode())
    data, _ = client.read_to_end()
    assert data.startswith(b"HTTP/1.1 400 ")
    assert b"one Host header" in data


@pytest.mark.parametrize(
    "chunks", [b"3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n", b"1\r\na\r\n2\r\nbc\r\n0\r\nA: b\r\nC: d\r\n\r\n"]
)
def test_a_body_with_trailers_is_read_and_they_are_ignored(client: RawClient, chunks: bytes) -> None:
    client.send(get("/v3/echo", CHUNKED, "Trailer: X-Sum", method="POST") + chunks)
    facts = client.read().json
    assert (facts["body"], [name for name, _ in facts["headers"]]) == ("abc", ["host", "trailer", "transfer-encoding"])
    assert client.ask("/v3/echo").status == 200


@pytest.mark.parametrize("sent", [("Content-Length: 99", b"half"), (CHUNKED, b"5\r\nab"), (CHUNKED, b"zz\r\n")])
def test_a_body_that_breaks_off_is_400(client: RawClient, sent: tuple[str, bytes]) -> None:
    header, body = sent
    client.send(get("/v3/echo", header, method="POST") + body)
    client.socket.shutdown(socket.SHUT_WR)
    data, _ = client.read_to_end()
    assert data.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_a_body_is_sent_without_one(client: RawClient, status: int) -> None:
    answer = client.ask(f"/v3/status/{status}")
    assert (answer.status, int(answer.header("content-length") or 0)) == (status, 0)
    assert client.ask("/v3/echo").status == 200  # nothing was left on the connection


def test_http_1_0_is_answered_and_closed(server: Serving) -> None:
    with RawClient(server.port) as client:
        client.send(b"GET /v3/echo HTTP/1.0\r\n\r\n")
        data, error = client.read_to_end()
    assert data.startswith(b"HTTP/1.0 200 OK\r\n")
    assert error is None


def test_pipelined_requests_are_answered_in_order(client: RawClient) -> None:
    client.send(get("/v3/echo?n=1") + get("/v3/job") + get("/v3/echo?n=3"))
    assert client.read().json["query"] == "n=1"
    assert client.read().json == "worked"
    assert client.read().json["query"] == "n=3"


def test_a_client_that_waits_for_100_is_told_to_go_on(client: RawClient) -> None:
    client.send(b"POST /v3/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
    assert client.read().status == 100
    client.send(b"body")
    assert client.read().json["body"] == "body"


def test_a_chunked_body_is_put_together(client: RawClient) -> None:
    client.send(get("/v3/echo", CHUNKED, method="POST") + b"3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n")
    assert client.read().json["body"] == "abcde"


def test_an_empty_chunked_body_is_no_body(client: RawClient) -> None:
    client.send(get("/v3/echo", CHUNKED, method="POST") + b"0\r\n\r\n")
    assert client.read().json["size"] == 0


@pytest.mark.parametrize(("path", "told"), [("/v3/echo", "too large"), ("/__mock/state", {"message", "hint"})])
def test_a_body_over_the_limit_is_413_without_being_read(server: Serving, path: str, told: object) -> None:
    with RawClient(server.port) as client:
        client.send(get(path, f"Content-Length: {10 * 1024 * 1024 + 1}", method="POST"))
        answer = client.read()
        assert answer.status == 413
        assert answer.header("connection") == "close"
        assert answer.json["error"] == told or set(answer.json["error"]) == told


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_sends_a_body_over_the_limit_to_its_end_still_reads_the_413(chunked: bool) -> None:
    piece = b"x" * 1_000_000
    body = (piece for _ in range(12)) if chunked else piece * 12
    with (
        serving("pause=60") as patient,  # a busy machine may hold the client up, which is no end of its body
        contextlib.closing(http.client.HTTPConnection("127.0.0.1", patient.port, timeout=60)) as connection,
    ):
        connection.request("POST", "/v3/echo", body, encode_chunked=chunked)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (413, b'{"error":"too large"}')


def test_a_chunked_body_over_the_limit_is_413() -> None:
    with serving("max_body=1000") as small, RawClient(small.port) as client:
        client.send(
            get("/v3/echo", CHUNKED, method="POST") + b"258\r\n" + b"x" * 600 + b"\r\n" + b"258\r\n" + b"x" * 600
        )
        assert client.read().status == 413


def test_a_body_of_exactly_the_limit_is_read() -> None:
    with serving("max_body=1000") as small, RawClient(small.port) as client:
        assert client.ask("/v3/echo", method="POST", body=b"x" * 1000).json["size"] == 1000
        assert client.ask("/v3/echo", method="POST", body=b"x" * 1001).status == 413


BROKEN = [
    b"\x00\x01\x02\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /v3/echo\r\n\r\n",
    b"GET /v3/echo HTTP/9.9\r\n\r\n",
    b"GET /v3/echo HTTP/1.1\r\nHost: h\r\nbad header line\r\n\r\n",
    b"GET /v3/echo HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\n\r\n",
    b"POST /v3/echo HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    b"POST /v3/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"POST /v3/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1e3\r\n\r\n",
    b"POST /v3/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
]


@pytest.mark.parametrize("data", BROKEN, ids=lambda data: repr(data[:40]))
def test_what_is_no_request_is_refused_and_hurts_nobody_else(server: Serving, data: bytes) -> None:
    with RawClient(server.port) as client:
        client.send(data)
        with contextlib.suppress(OSError):  # the server may have gone already
            client.socket.shutdown(1)
        received, _ = client.read_to_end()
        assert received == b"" or received.startswith(b"HTTP/1.1 400 ")
    with RawClient(server.port) as other:
        assert other.ask("/v3/echo").status == 200


@pytest.mark.parametrize(
    "data",
    [
        b"GET /v3/ech",
        get("/v3/echo", "Content-Length: 99", method="POST") + b"half",
        get("/v3/echo", CHUNKED, method="POST") + b"5\r\nab",
        get("/v3/delay/300"),
        get("/v3/job"),
        get("/v3/wait/5000"),
        get("/v3/stream/endless"),
    ],
    ids=repr,
)
def test_a_client_that_leaves_in_the_middle_hurts_nobody_else(server: Serving, data: bytes) -> None:
    for _ in range(5):
        with RawClient(server.port) as client:
            client.send(data)
    with RawClient(server.port) as other:
        assert other.ask("/v3/echo").status == 200


def test_a_header_cannot_be_injected_into_an_answer(client: RawClient) -> None:
    answer = client.ask("/v3/bad_header")
    assert answer.header("x-injected") is None
    assert answer.header("x-good") == "d"


@pytest.mark.parametrize(("code", "sent"), [("485", 485), ("999", 999), ("99", 500), ("1000", 500), ("-1", 500)])
def test_any_status_can_be_sent_and_an_impossible_one_ends_nothing(client: RawClient, code: str, sent: int) -> None:
    assert client.ask(f"/v3/status/{code}").status == sent
    assert client.ask("/v3/echo").status == 200


def test_what_the_mock_does_not_handle_goes_to_the_wsgi_application(client: RawClient) -> None:
    answer = client.ask("/oth%C3%A9r?q=1", "X-Two: 2", "Content-Type: text/plain", method="POST", body=b"abc")
    assert (answer.status, answer.header("x-from")) == (201, "wsgi")
    facts = answer.json
    assert facts["PATH_INFO"].encode("latin-1").decode() == "/othér"
    assert (facts["QUERY_STRING"], facts["HTTP_X_TWO"], facts["size"]) == ("q=1", "2", 3)
    assert (facts["CONTENT_TYPE"], facts["CONTENT_LENGTH"]) == ("text/plain", "3")
    assert (facts["SERVER_NAME"], facts["SERVER_PORT"], facts["HTTP_HOST"]) == ("mock.test", "80", "mock.test")
    assert facts["REMOTE_ADDR"] == "127.0.0.1"


def test_an_answer_with_effects_comes_back_from_the_wsgi_application(client: RawClient) -> None:
    assert client.ask("/delayed").body == b"delayed"


def test_without_the_fast_path_everything_goes_to_the_wsgi_application() -> None:
    with serving("fast_path=false") as slow, RawClient(slow.port) as client:
        assert client.ask("/v3/echo").header("x-from") == "wsgi"


def test_a_defect_is_a_500_that_says_so_and_the_server_goes_on() -> None:
    with serving() as own, RawClient(own.port) as client:
        answer = client.ask("/v3/defect")
        assert (answer.status, answer.json["error"][:22]) == (500, "The mock server has a ")
        assert client.ask("/v3/echo").status == 200
        own.process.terminate()
        assert "RuntimeError: a defect on purpose" in own.process.communicate(timeout=60)[1]


def test_the_access_log_says_what_came_of_long_work() -> None:
    with serving("access_log=on") as own, RawClient(own.port) as client:
        assert client.ask("/v3/job").body == b'"worked"'
        own.process.terminate()
        assert re.search(r" 200 GET /v3/job 8B \d+\.\d\dms\n$", own.process.communicate(timeout=60)[1])


def test_a_proxy_is_believed_only_when_told_to(server: Serving) -> None:
    forwarded = ("X-Forwarded-Proto: https", "X-Forwarded-Host: shop.test")
    with RawClient(server.port) as client:
        facts = client.ask("/v3/echo", *forwarded).json
        assert (facts["scheme"], facts["host"]) == ("http", "mock.test")
    with serving("trust_proxy=true") as behind, RawClient(behind.port) as client:
        facts = client.ask("/v3/echo", *forwarded).json
        assert (facts["scheme"], facts["host"]) == ("https", "shop.test")
        facts = client.ask(
            "/v3/echo", "X-Forwarded-Proto: HTTPS, http", "X-Forwarded-Host: shop.test:81, inner:8080"
        ).json
        assert (facts["scheme"], facts["host"]) == ("https", "shop.test:81")
        facts = client.ask("/v3/echo", "X-Forwarded-Proto: javascript", "X-Forwarded-Host: ").json
        assert (facts["scheme"], facts["host"]) == ("http", "mock.test")
