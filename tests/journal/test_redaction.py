"""Secrets never leave the journal, wherever they stand."""

from __future__ import annotations

import orjson
import pytest

from mockserver.journal import redaction, view
from mockserver.journal.har import archive
from mockserver.journal.redaction import REDACTED
from tests.journal.exchanges import exchange

LEAKS = (b"8433d608", b"B7t9U9", b"another-secret", b"hunter2", b"refresh-1", b"access-1", b"s3cret")


def leaky():
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


@pytest.mark.parametrize(
    "shown", [view.whole, view.row_with_request, view.row, lambda entry: archive([entry], "default")]
)
def test_no_view_of_an_exchange_shows_a_secret(shown):
    text = orjson.dumps(shown(leaky()))
    assert [leak for leak in LEAKS if leak in text] == []


def test_what_is_no_secret_stays():
    assert view.whole(leaky())["body"] == {
        "grant_type": "password", "password": REDACTED, "authorization_token": REDACTED, "refresh_token": REDACTED,
    }  # fmt: skip
    assert redaction.query("a=1&token=x&b=&a=2") == f"a=1&token={REDACTED}&b=&a=2"
    assert redaction.headers([("Authorization", "Bearer abc"), ("X-Product-Name", "default")]) == [
        ["Authorization", f"Bearer {REDACTED}"],
        ["X-Product-Name", "default"],
    ]


def test_the_422_tree_loses_the_value_and_keeps_the_reason():
    leaf = {"value": 12345, "error": "invalid", "options": {}, "message": "is invalid"}
    assert redaction.value({"details": {"password": [leaf], "offer_id": [leaf]}}) == {
        "details": {"password": [leaf | {"value": REDACTED}], "offer_id": [leaf]}
    }


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b'{"password": "hunter2", broken', f'{{"password": {REDACTED}, broken'),
        (b'{"password": "hun\\"ter2', f'{{"password": {REDACTED}'),
        (b"grant_type=password&password=hunter2&x=1", f"grant_type=password&password={REDACTED}&x=1"),
        (b"plain text", "plain text"),
        (b"", None),
        (b"\xff\xfe", {"bytes": 2, "type": "text/plain"}),
    ],
)
def test_bodies_that_are_not_json_are_hidden_too(raw, shown):
    assert redaction.body(raw, "text/plain") == shown


def test_pictures_are_only_measured():
    assert redaction.body(b"\x89PNG....", "image/png") == {"bytes": 8, "type": "image/png"}


def test_a_requests_own_secrets_are_found_and_scrubbed_from_what_was_compared():
    entry = leaky()
    secrets = redaction.secrets(entry.request.headers.items(), entry.request.query, entry.request.body)
    assert secrets >= {"8433d608", "B7t9U9", "another-secret", "hunter2", "s3cret", "refresh-1"}
    compared = {"found": "hunter2", "expected": ("s3cret", 5, None), "of": frozenset({"B7t9U9"})}
    assert redaction.scrub(compared, secrets) == {"found": REDACTED, "expected": [REDACTED, 5, None], "of": [REDACTED]}
