"""Secrets that are not the world's own never leave the journal, wherever they stand; its own are shown as they were sent."""

from __future__ import annotations

import orjson
import pytest

from mockserver.domain.model import Client, Club, Member, Token
from mockserver.journal import Entry, view
from mockserver.journal.har import archive
from mockserver.journal.redaction import MASK_ALL, Redactor, scrub
from mockserver.records.tables import Records
from tests.journal.exchanges import exchange

LEAKS = (b"8433d608", b"B7t9U9", b"another-secret", b"hunter2", b"refresh-1", b"access-1", b"s3cret")
STRANGER = Redactor(Records())
FORGED = "forged-token-of-a-real-member"  # 29 characters


def own() -> Redactor:
    records = Records()
    records.put(
        Club(slug="mall", usage_authorization_tokens=("till-7",)),
        Client(token="client-token"),
        Member(id=1, club="mall", password="hunter2"),
        Token(token="access-token", member_id=1, refresh_token="refresh-token"),
    )
    return Redactor(records)


def leaky() -> Entry:
    return exchange(
        query="authorization_token=s3cret&page_no=2",
        sent={
            "grant_type": "password",
            "password": "hunter2",
            "authorization_token": "s3cret",
            "refresh_token": "refresh-1",
        },
        answered={
            "access_token": "access-1",
            "refresh_token": "refresh-1",
            "usage_authorization_tokens": ["s3cret", "x"],
        },
    )


@pytest.mark.parametrize("redactor", [STRANGER, MASK_ALL])
@pytest.mark.parametrize(
    "shown", [view.whole, view.row_with_request, view.row, lambda entry, of: archive([entry], "default", of)]
)
def test_no_view_of_an_exchange_shows_a_secret(shown, redactor) -> None:
    text = orjson.dumps(shown(leaky(), redactor))
    assert [leak for leak in LEAKS if leak in text] == []


@pytest.mark.parametrize(
    ("secret", "password", "shown"),
    [
        (FORGED, False, "forg…mber (29 characters, not one of this world's)"),
        ("0123456789abcdef", False, "0123…cdef (16 characters, not one of this world's)"),
        ("0123456789abcde", False, "(15 characters, not one of this world's)"),
        (FORGED, True, "(29 characters, not one of this world's)"),
        ("client-token", False, "client-token"),
        ("access-token", False, "access-token"),
        ("refresh-token", False, "refresh-token"),
        ("till-7", False, "till-7"),
        ("hunter2", True, "hunter2"),
        ("", False, ""),
    ],
)
def test_the_worlds_own_are_shown_and_others_by_their_ends_or_length(secret: str, password: bool, shown: str) -> None:
    assert own().mask(secret, password=password) == shown


def test_all_masks_the_worlds_own_and_none_masks_nothing() -> None:
    records = own().records
    assert Redactor(records, "all").mask("client-token") == "(12 characters)"
    assert Redactor(records, "none").mask(FORGED) == FORGED


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", f"Bearer {FORGED}", "Bearer forg…mber (29 characters)"),
        ("AUTHORIZATION", "Bearer access-token", "Bearer (12 characters)"),
        ("Proxy-Authorization", "Basic dXNlcjpwYXNz", "Basic (12 characters)"),
        ("X-Api-Key", FORGED, "forg…mber (29 characters)"),
        ("X-Mock-Token", "short", "(5 characters)"),
        ("Cookie", f"a={FORGED}; b=2", "a=forg…mber (29 characters); b=(1 characters)"),
        ("Set-Cookie", f"a={FORGED}; Path=/; Secure", "a=forg…mber (29 characters); Path=/; Secure"),
        ("Referer", f"http://app/x?token={FORGED}&a=1", "http://app/x?token=forg…mber (29 characters)&a=1"),
        ("X-Product-Name", "default", "default"),
    ],
)
def test_headers_are_masked_in_any_case(name: str, value: str, shown: str) -> None:
    assert MASK_ALL.headers([(name, value)]) == [[name, shown]]


@pytest.mark.parametrize("name", ["token", "to%6ben", "TOKEN", "token[]", "token%5B%5D", "access_token"])
def test_query_parameters_are_masked_however_their_names_are_spelt(name: str) -> None:
    assert STRANGER.query(f"a=1&{name}=s3cret&b=&a=2") == f"a=1&{name}=(6 characters, not one of this world's)&b=&a=2"


def test_what_is_no_secret_stays() -> None:
    assert STRANGER.query("a=1&b=%20&&c") == "a=1&b=%20&&c"
    assert STRANGER.value({"name": "token", "tokens": 3}) == {"name": "token", "tokens": 3}


def test_the_422_tree_loses_the_value_and_keeps_the_reason() -> None:
    leaf = {"value": 12345, "error": "invalid", "options": {}, "message": "is invalid"}
    assert MASK_ALL.value({"details": {"password": [leaf], "offer_id": [leaf]}}) == {
        "details": {"password": [leaf | {"value": "(5 characters)"}], "offer_id": [leaf]}
    }


@pytest.mark.parametrize(
    ("raw", "kind", "shown"),
    [
        (b'{"password": "hunter2", broken', "text/plain", '{"password": "(7 characters)", broken'),
        (b'{"Password": "hunter2"}', "application/json", {"Password": "(7 characters)"}),
        (b"grant_type=password&password=hunter2&x=1", "text/plain", "grant_type=password&password=(7 characters)&x=1"),
        (b"pass%77ord=hunter2", "application/x-www-form-urlencoded", "pass%77ord=(7 characters)"),
        (b"plain text", "text/plain", "plain text"),
        (b"", "text/plain", None),
        (b"\xff\xfe", "text/plain", {"bytes": 2, "type": "text/plain"}),
        (b"\x1f\x8b\x08\xff", "application/json", {"bytes": 4, "type": "application/json", "encoding": "gzip"}),
        (b"\x89PNG....", "image/png", {"bytes": 8, "type": "image/png"}),
    ],
)
def test_bodies_are_masked_whatever_they_are(raw: bytes, kind: str, shown: object) -> None:
    assert MASK_ALL.body(raw, kind) == shown


def test_a_requests_secrets_are_masked_where_they_were_compared() -> None:
    entry = leaky()
    masked = STRANGER.masked(entry.request.headers.items(), entry.request.query, entry.request.body)
    assert masked.keys() >= {"8433d608", "B7t9U9", "another-secret", "hunter2", "s3cret", "refresh-1"}
    compared = {"found": "hunter2", "expected": ("s3cret", 5, None), "of": frozenset({"B7t9U9"})}
    short = "({} characters, not one of this world's)".format
    assert scrub(compared, masked) == {"found": short(7), "expected": [short(6), 5, None], "of": [short(6)]}
