"""Headers in other bytes than ASCII, and headers that are sent twice (the contract, "Common rules")."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.client.process import running
from mockserver.exchange import Response
from mockserver.headers import SentHeaders
from mockserver.mock import Mock, build
from mockserver.settings import Settings
from tests.callers import HEADERS, Caller, body_of
from tests.sockets import RawClient, get

OFFERS = "/v3/infinity-mall/members/me/offers"
REQUIRED = ("x-client-authorization", "x-product-name", "x-user-agent", "authorization")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running() as url:
        yield int(url.rpartition(":")[2])


def ask(port: int, path: str, changed: dict[str, bytes] | None = None, method: str = "GET") -> tuple[int, Any]:
    """Send a request whose headers may be any bytes; return the status and the JSON that comes back."""
    changed = changed or {}
    kept = [f"{name}: {value}" for name, value in HEADERS.items() if name not in changed]
    head = get(path, *kept, method=method)[:-2]
    with RawClient(port) as client:
        client.send(
            head + b"".join(name.encode() + b": " + value + b"\r\n" for name, value in changed.items()) + b"\r\n"
        )
        response = client.read()
        return response.status, response.json


@pytest.mark.parametrize("value", ["Kjøpesenter/3.2".encode(), "Kjøpesenter/3.2".encode("latin-1")])
def test_a_user_agent_in_other_letters_is_a_good_one_and_the_journal_shows_it(port: int, value: bytes) -> None:
    status, _ = ask(port, f"/w/agents{OFFERS}", {"x-user-agent": value})
    _, journal = ask(port, "/w/agents/__mock/requests?limit=1")
    _, entry = ask(port, f"/w/agents/__mock/requests/{journal['requests'][0]['id']}")
    assert (status, entry["headers"]["x-user-agent"]) == (200, "Kjøpesenter/3.2")


@pytest.mark.parametrize("value", [b"bogus", "bøgus".encode(), b"b\xf8gus", b"\xff\xfe"])
def test_a_usage_token_in_any_bytes_is_an_invalid_one_never_none(port: int, value: bytes) -> None:
    status, body = ask(port, f"/w/tokens{OFFERS}/1000112/use", {"x-usage-token": value}, "POST")
    assert (status, body) == (422, {"error": "Usage authorization token invalid"})


@pytest.mark.parametrize("name", ["x-mock-world", "x-mock-now", "x-mock-revision", "x-mock-scenario"])
@pytest.mark.parametrize("value", ["tëst".encode(), b"t\xebst", b"\xff"])
def test_what_overrides_in_other_letters_is_400_never_ignored(port: int, name: str, value: bytes) -> None:
    assert ask(port, OFFERS, {name: value})[0] == 400


@pytest.mark.parametrize("name", REQUIRED[:3])
def test_a_token_or_product_in_other_letters_is_there(port: int, name: str) -> None:
    status, _ = ask(port, OFFERS, {name: "ø".encode()})
    assert status == (200 if name == "x-user-agent" else 471)


# -- sent twice


@pytest.fixture(scope="module")
def mock() -> Mock:
    return build(Settings())


@pytest.fixture
def app(mock: Mock) -> Caller:
    return Caller(mock)


def twice(app: Caller, name: str, *values: str, **other: str) -> Response:
    """Send a request with a header several times, in front of the usual ones."""
    from mockserver.exchange import Request

    usual = [(key, value) for key, value in HEADERS.items() if key != name]
    headers = SentHeaders((*((name, value) for value in values), *usual, *other.items()))
    return app.mock.handle(Request("GET", OFFERS, "", headers))


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize(("revision", "status"), [("union", 471), ("2025-03", 471), ("2019-08", 400)])
def test_a_required_header_that_contradicts_itself_is_refused(
    app: Caller, name: str, revision: str, status: int
) -> None:
    usual = HEADERS[name]
    for values in ((usual, "other"), ("other", usual), (usual, usual, "other")):
        answer = twice(app, name, *values, **{"x-mock-revision": revision})
        assert answer.status == status
        assert "send it once" in body_of(answer)["error"]


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_header_that_says_the_same_twice_is_fine(app: Caller, name: str) -> None:
    assert twice(app, name, HEADERS[name], HEADERS[name]).status == 200
    # and an answer that is kept for it is no answer to a contradiction
    assert twice(app, name, HEADERS[name], "other").status == 471


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x-mock-world", ("a", "b")),
        ("x-mock-now", ("2019-03-13T18:00:00Z", "2020-03-13T18:00:00Z")),
        ("x-mock-revision", ("union", "2019-08")),
        ("x-mock-scenario", ("already-active", "maintenance")),
    ],
)
def test_an_override_that_contradicts_itself_is_400(app: Caller, name: str, values: tuple[str, str]) -> None:
    answer = twice(app, name, *values)
    assert (answer.status, "sent several times" in body_of(answer)["error"]) == (400, True)
    assert twice(app, name, values[0], values[0]).status != 400


@pytest.mark.parametrize(
    ("sent", "met"), [(("a",), False), (("b",), True), (("a", "b"), True), (("b", "a"), True), ((), False)]
)
def test_a_rule_is_met_by_any_of_several(port: int, sent: tuple[str, ...], met: bool) -> None:
    world = f"/w/any-{'-'.join(sent)}"
    rule = {"name": "tagged", "when": {"header": {"X-Tag": "b"}}, "then": {"respond": 503}}
    with RawClient(port) as client:
        made = client.ask(
            f"{world}/__mock/rules", "Content-Type: application/json", method="POST", body=json.dumps(rule).encode()
        )
        assert made.status < 300
        usual = [f"{name}: {value}" for name, value in HEADERS.items()]
        answer = client.ask(world + OFFERS, *usual, *(f"X-Tag: {value}" for value in sent))
    assert (answer.status == 503) is met


def test_the_journal_keeps_all_in_order(port: int) -> None:
    with RawClient(port) as client:
        client.ask(
            "/w/order" + OFFERS, *(f"{name}: {value}" for name, value in HEADERS.items()), "X-Tag: b", "X-Tag: a"
        )
        (row,) = client.ask("/w/order/__mock/requests").json["requests"]
        entry = client.ask(f"/w/order/__mock/requests/{row['id']}").json
        har = client.ask("/w/order/__mock/requests.har").json
    assert entry["headers"]["x-tag"] == ["b", "a"]
    sent = har["log"]["entries"][0]["request"]["headers"]
    assert [pair["value"] for pair in sent if pair["name"].lower() == "x-tag"] == ["b", "a"]
