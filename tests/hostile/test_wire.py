"""Requests that are odd on the wire, on a whole server: what is answered, and what the journal keeps of them."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mockserver.client.process import running
from tests.callers import HEADERS
from tests.sockets import RawClient, get

OFFERS = "/v3/infinity-mall/members/me/offers"
USUAL = tuple(f"{name}: {value}" for name, value in HEADERS.items())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running() as url:
        yield int(url.rpartition(":")[2])


@pytest.mark.parametrize("sent", [("Content-Length: 99", b'{"authoriz'), ("Transfer-Encoding: chunked", b'5\r\n{"a')])
def test_a_short_body_of_a_half_closed_connection_is_a_400_in_the_journal(port: int, sent: tuple[str, bytes]) -> None:
    header, body = sent
    world = f"/w/short-{header[:3].lower()}"
    with RawClient(port) as client:
        client.send(
            get(f"{world}{OFFERS}/1000112/use", *USUAL, "Content-Type: application/json", header, method="POST") + body
        )
        client.socket.shutdown(socket.SHUT_WR)
        data, error = client.read_to_end()
    with RawClient(port) as other:
        (row,) = other.ask(f"{world}/__mock/requests").json["requests"]
    assert data.startswith(b"HTTP/1.1 400 ")
    assert (error, row["status"], row["committed"]) == (None, 400, False)


@pytest.mark.parametrize(
    "path",
    [f"/{OFFERS}", f"///{OFFERS}", f"//w/slashes{OFFERS}", f"/w/slashes/{OFFERS}", f"//w/slashes//{OFFERS}",
     "//__mock/health", "/w/slashes//__mock/health"],
)  # fmt: skip
def test_repeated_slashes_before_v3_mock_and_w_count_as_one(port: int, path: str) -> None:
    with RawClient(port) as client:
        answer = client.ask(path, *USUAL)
    assert answer.status == 200
    assert answer.header("x-mock-world") in ("slashes" if "/w/" in path else "default", None)


@pytest.mark.parametrize("encoded", ["%2F", "%2f"])
@pytest.mark.parametrize("prefix", ["", "/w/encoded"])
def test_an_encoded_slash_separates_no_segments(port: int, prefix: str, encoded: str) -> None:
    path = f"{prefix}/v3/infinity-mall/members/" + encoded.join(("42", "offers", "1000115", "like"))
    with RawClient(port) as client:
        answer = client.ask(path, *USUAL, method="PUT")
        assert (answer.status, client.ask(path.replace(encoded, "/"), *USUAL, method="PUT").status) == (404, 200)


def test_slashes_elsewhere_are_none_of_ours(port: int) -> None:
    with RawClient(port) as client:
        assert client.ask(OFFERS.replace("/members", "//members"), *USUAL).status == 404


def test_the_journal_says_that_a_status_has_no_phrase(port: int) -> None:
    with RawClient(port) as client:
        client.ask(f"/w/phrase{OFFERS}", *USUAL, "X-Mock-Scenario: oauth-token-invalid")
        (row,) = client.ask("/w/phrase/__mock/requests").json["requests"]
        entry = client.ask(f"/w/phrase/__mock/requests/{row['id']}").json
    assert entry["status"] == 460
    assert "<none>" in entry["delivery"]["receipt"]["note"]
