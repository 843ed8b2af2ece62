"""Copy as curl: the command is answered as the request was, or says what it cannot reproduce."""

from __future__ import annotations

import base64
import random
import re
import shlex
from typing import Any
from urllib.parse import unquote

import pytest

from mockserver.exchange import Request, Response
from mockserver.journal.curl import curl
from mockserver.journal.redaction import Redactor
from mockserver.mock import Mock
from tests.callers import CLIENT, HEADERS, Caller
from tests.journal.exchanges import exchange

OFFERS = (1000016, 1000115, 1000203, 1000218, 1000201, 999)
QUERIES = ("", "per_page=2", "search=kaf%C3%A9+%26", "ids[]=1000016&ids[]=7", "per_page=x", "token=abc", "preview=true")
BODIES = (
    None,
    {},
    {"authorization_token": "secret"},
    {"authorization_token": "not-in-the-list"},
    {"x": 'it\'s "quoted" $HOME\n'},
    [1],
    7,
)
AUTHORIZATIONS = (HEADERS["authorization"], "Bearer " + "f" * 64, "Bearer short", "Basic dTpw", None)


SIGNATURE = re.compile(rb"\?[^\"]*(?=\")")  # of a link to a picture: each world has its own


def send(mock: Mock, command: str) -> Response:
    """Send what a curl command would, to a mock without a server."""
    prefix, _, command = command.rpartition("| ")
    arguments, request = shlex.split(command)[1:], Request("GET", "", "", {}, host="mock.test")
    headers: dict[str, str] = {"user-agent": "curl/8", "accept": "*/*"}
    while arguments:
        name = arguments.pop(0)
        if name in ("-i", "--path-as-is", "--globoff"):
            continue
        if name == "-I":
            request.method = "HEAD"
        elif name == "-X":
            request.method = arguments.pop(0)
        elif name == "--data-raw":
            request.body = arguments.pop(0).encode()
        elif name == "--data-binary":
            assert arguments.pop(0) == "@-"
            request.body = base64.b64decode(prefix.split()[3])
        elif name == "-H":
            header, mark, value = arguments.pop(0).partition(":")
            if mark and value:
                headers[header.lower()] = value.strip()
            elif mark:
                headers.pop(header.lower(), None)
            else:
                headers[header.rstrip(";").lower()] = ""
        else:
            address = name.removeprefix("http://mock.test")
            path, _, request.query = address.partition("?")
            request.path, request.raw_path = unquote(path), path
    request.headers = headers
    return mock.handle(request)


def asked(rng: random.Random) -> tuple[str, str, str, dict[str, Any]]:
    """A random request: method, path, query, and what goes with it."""
    offer = rng.choice(OFFERS)
    method, path = rng.choice(
        [
            ("GET", "members/me/offers"),
            ("GET", f"members/me/offers/{offer}"),
            ("HEAD", f"members/me/offers/{offer}"),
            ("POST", f"members/me/offers/{offer}/use"),
            ("POST", f"members/43/offers/{offer}/use"),
            ("PUT", f"members/me/offers/{offer}/like"),
            ("GET", "offers"),
            ("POST", "offers"),
            ("DELETE", "offers"),
            ("POST", "members/oauth/revoke"),
            ("GET", "not/å/path with spaces%"),
            ("PATCH", "members/me/offers"),
        ]
    )
    more: dict[str, Any] = {"authorization": rng.choice(AUTHORIZATIONS)}
    if rng.random() < 0.2:
        more["x_client_authorization"] = rng.choice((CLIENT, "x" * 24, "unknown", None))
    if method in ("POST", "PUT", "DELETE"):
        more["json"] = rng.choice(BODIES)
    return method, path, rng.choice(QUERIES), more


@pytest.mark.parametrize("seed", range(4))
def test_random_requests_are_answered_alike_by_their_curl(mock: Mock, seed: int) -> None:
    rng, app = random.Random(seed), Caller(mock)
    mock.worlds.get("default").clock.set(None, frozen=True)
    for number in range(50):
        copy = f"as-it-was-{seed}-{number}"
        mock.worlds.create(copy, "default")
        method, path, query, more = asked(rng)
        first = app.call(method, path, query, **more)
        world = mock.worlds.get("default")
        command, _ = curl(world.journal.newest_first()[0], Redactor(world.records))
        again = send(mock, command + f" -H 'X-Mock-World: {copy}'")
        assert again.status == first.status, command
        links = again.body.replace(f"/w/{copy}".encode(), b"")
        assert SIGNATURE.sub(b"", links) == SIGNATURE.sub(b"", first.body), command
        mock.worlds.drop(copy)


def test_what_is_masked_is_said() -> None:
    entry = exchange(query="a=1&token=s3cret", sent={"password": "hunter2"})
    command, unsaid = curl(entry, Redactor())
    assert "s3cret" not in command
    assert "hunter2" not in command
    assert unsaid == [
        "a secret in the query is masked",
        "authorization is masked: another value of the same length stands for it",
        "x-client-authorization is masked: another value of the same length stands for it",
        "x-usage-token is masked: another value of the same length stands for it",
        "a secret in the body is masked: another value of the same length stands for it",
    ]


def test_bytes_that_are_no_text_come_from_base64() -> None:
    command, _ = curl(exchange(body=b"\x00\xff\x01"), Redactor())
    assert command.startswith("base64 -d <<< AP8B | curl ")
    assert command.endswith(" --data-binary @-")


def test_a_body_that_the_journal_let_go_is_said() -> None:
    _, unsaid = curl(exchange(sent={"a": 1}).without_bodies(), Redactor())
    assert "the journal let the body go to stay small" in unsaid
