"""Secrets that are not the world's own are nowhere in a capsule, and requests with them are answered as before."""

from __future__ import annotations

import io
import lzma
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from mockserver.capsules.format import pack
from mockserver.capsules.model import Capsule
from mockserver.capsules.secrets import StandIns
from mockserver.mock import Mock
from tests.callers import CLIENT, MEMBER_TOKEN, Caller
from tests.capsules.conftest import Save, replayed
from tests.control.driver import Driver

OFFER = "members/me/offers/1000016"
LONG = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.qL1-nothing_to/see+here="
SHORT, PASSWORD, LETTERS = "hunter2", 'pässwörd 1 "quoted"', "секретный"
SIGN_IN = {"grant_type": "password", "identifier_type": "email", "identifier": "ada@example.com"}


def contents(capsule: Capsule) -> bytes:
    """All bytes of a capsule, unpacked."""
    with zipfile.ZipFile(io.BytesIO(pack(capsule))) as zipped:
        return zipped.read("capsule.json") + lzma.decompress(zipped.read("blobs.xz"))


def test_a_secret_is_nowhere_and_decides_what_it_decided(app: Caller, save: Save) -> None:
    app.get(OFFER, authorization=f"Bearer {LONG}")
    app.get(OFFER, x_client_authorization=SHORT)
    app.get(OFFER, f"access_token={quote(LONG, safe='')}&token={SHORT}")
    app.get(OFFER, cookie=f"session={LONG}; theme=dark", referer=f"https://app.test/?token={LONG}")
    app.post(f"{OFFER}/use", {"authorization_token": SHORT}, x_usage_token=LONG)
    app.post("members/oauth/token", SIGN_IN | {"password": PASSWORD})
    app.post("members/oauth/token", SIGN_IN | {"password": LETTERS})
    app.post("members/oauth/token", SIGN_IN | {"password": 98765432})
    app.post("members/oauth/token", {"grant_type": "refresh_token", "refresh_token": LONG})
    app.call("POST", "members/oauth/token", body=f"grant_type=refresh_token&refresh_token={SHORT}".encode())
    app.post("offers", {"offers": [{"name": f"Named {LONG}", "internal_name": SHORT}]}, authorization=f"Bearer {LONG}")
    app.get("offers", "per_page=100")
    capsule = save()
    found = contents(capsule)
    for secret in (LONG, quote(LONG, safe=""), PASSWORD, LETTERS, "98765432", "hörd"):
        assert secret.encode() not in found, secret
    assert b"quoted" not in found
    for each in capsule.requests:
        assert SHORT not in str(each.headers) + each.query + str(each.why)
    replayed(capsule)


def test_the_same_secret_has_the_same_stand_in_and_another_another(app: Caller, save: Save) -> None:
    for token in (LONG, LONG, LONG + "x", SHORT):
        app.get(OFFER, authorization=f"Bearer {token}")
    sent = [dict(each.headers)["authorization"] for each in save().requests]
    assert sent[0] == sent[1]
    assert len({*sent}) == 3
    assert [len(each) for each in sent] == [len(f"Bearer {token}") for token in (LONG, LONG, LONG + "x", SHORT)]


def test_the_worlds_own_tokens_and_passwords_stay(app: Caller, control: Driver, save: Save) -> None:
    app.post("members/oauth/token", SIGN_IN | {"password": "correct-horse-42"})
    new = app.post(
        "members/oauth/token", {"grant_type": "refresh_token", "refresh_token": "refresh-token-of-member-43"}
    )
    app.get(OFFER, authorization=f"Bearer {__import__('json').loads(new.body)['access_token']}")
    capsule = save()
    assert [each.recorded.answer.status for each in replayed(capsule)] == [200, 200, 200]
    found = contents(capsule)
    for secret in (CLIENT, MEMBER_TOKEN, "correct-horse-42"):
        assert secret.encode() in found


def test_a_token_of_the_start_that_a_change_took_away_is_the_worlds_own(
    app: Caller, control: Driver, save: Save
) -> None:
    app.get(OFFER)
    control.put("state", control.get("state") | {"tokens": []})
    app.get(OFFER)
    assert [each.recorded.answer.status for each in replayed(save())] == [200, 460]


@pytest.mark.parametrize(("redact", "masked"), [("unknown", True), ("all", True), ("none", False)])
def test_redact_none_leaves_them(make: Callable[..., Mock], save: Save, redact: str, masked: bool) -> None:
    mock = make(redact=redact)
    Caller(mock).get(OFFER, authorization=f"Bearer {LONG}")
    capsule = save(mock=mock)
    assert (LONG.encode() not in contents(capsule)) == masked
    replayed(capsule)


def test_whoever_is_accepted_stays_accepted(make: Callable[..., Mock], save: Save) -> None:
    mock = make(auth="any")
    app = Caller(mock)
    app.get("members/oauth/token/info", authorization=f"Bearer {LONG}", x_client_authorization=SHORT)
    app.get("members/oauth/token/info", authorization=f"Bearer {SHORT}")
    found = replayed(save(mock=mock))
    assert [each.recorded.answer.status for each in found] == [200, 200]


def test_what_is_no_json_is_left_to_the_letter() -> None:
    stand_ins = StandIns(frozenset())
    for raw in (b"\xff\xfe", b'{"password": ', b"{]", b'[1, 2, {"a": "b"}]', b'{"token": {"a": [null, true]}}', b""):
        assert stand_ins.body(raw, "application/json") in (raw, raw)
    kept = b'{ "name" : "password",\n "password":"secret-word" , "tokens": 1.50, "x": "password" }'
    made = stand_ins.body(kept, None)
    assert made == kept.replace(b"secret-word", stand_ins.of("secret-word").encode())


@pytest.mark.parametrize("secret", [LONG, SHORT, PASSWORD, LETTERS, "中文密码", "🔑🔑", "a", "1", "-", " "])
def test_a_stand_in_has_the_length_and_the_alphabet(secret: str) -> None:
    stand_ins = StandIns(frozenset())
    made = stand_ins.of(secret)
    assert (len(made), len(made.encode())) == (len(secret), len(secret.encode()))
    assert [each.isalnum() for each in made] == [each.isalnum() for each in secret]
    if any(each.isalnum() for each in secret):
        assert made != secret
    assert stand_ins.of(secret) == made


def test_no_stand_in_is_a_secret_of_the_world() -> None:
    own = frozenset({"xxxxb"})
    made: list[Any] = [StandIns(own).of("wrong")]
    assert made[0] not in own
    assert StandIns(own).of("xxxxb") == "xxxxb"
