"""Tokens: signing in, refreshing, revoking, and what is told of them."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.values.instants import DAY, SECOND, iso
from tests.api.mall import NOW, caller, world_of
from tests.callers import MEMBER_TOKEN, Caller, body_of

YEAR = 365 * DAY


@pytest.fixture
def app() -> Caller:
    return caller()


def by_password(app: Caller, identifier_type: str, identifier: str, password: str = "secret") -> tuple[int, Any]:
    body = {
        "grant_type": "password",
        "identifier_type": identifier_type,
        "identifier": identifier,
        "password": password,
    }
    answer = app.post("members/oauth/token", body, authorization=None)
    return answer.status, body_of(answer)


def refresh(app: Caller, token: str, at: int = NOW) -> tuple[int, Any]:
    body = {"grant_type": "refresh_token", "refresh_token": token}
    answer = app.post("members/oauth/token", body, authorization=None, x_mock_now=iso(at))
    return answer.status, body_of(answer)


def me(app: Caller, token: str, at: int = NOW) -> int:
    return app.get("members/me", authorization=f"Bearer {token}", x_mock_now=iso(at)).status


@pytest.mark.parametrize(
    ("identifier_type", "identifier"),
    [
        ("id", "42"),
        ("email", " kari@example.COM"),
        ("msisdn", "4790000042"),
        ("msisdn", "+47 90 00 00 42"),
        ("msisdn", "004790000042"),
    ],
)
def test_a_password_opens_a_token_for_a_day(app: Caller, identifier_type: str, identifier: str) -> None:
    status, body = by_password(app, identifier_type, identifier)
    assert status == 200
    assert {key: value for key, value in body.items() if "token" not in key or key == "token_type"} == {
        "token_type": "bearer",
        "expires_in": 86_400,
        "created_at": NOW // SECOND,
        "resource_owner_id": 42,
    }
    assert [me(app, body["access_token"], NOW + late) for late in (0, DAY - 1, DAY)] == [200, 200, 460]


@pytest.mark.parametrize(("identifier_type", "identifier"), [("id", 42), ("id", 42.0), ("msisdn", 4790000042)])
def test_an_identifier_may_be_a_number(app: Caller, identifier_type: str, identifier: float) -> None:
    sent = {
        "grant_type": "password",
        "identifier_type": identifier_type,
        "identifier": identifier,
        "password": "secret",
    }
    answer = app.post("members/oauth/token", sent)
    assert (answer.status, body_of(answer)["resource_owner_id"]) == (200, 42)


@pytest.mark.parametrize("identifier", [True, 42.5, [42], {}])
def test_an_identifier_is_nothing_else(app: Caller, identifier: Any) -> None:
    sent = {"grant_type": "password", "identifier_type": "id", "identifier": identifier, "password": "secret"}
    answer = app.post("members/oauth/token", sent)
    assert (answer.status, [*body_of(answer)["details"]]) == (422, ["identifier"])
    assert body_of(answer)["details"]["identifier"][0]["options"] == {"format": "a string or an integer"}


def test_the_answer_has_the_contracts_keys_in_order(app: Caller) -> None:
    _, body = by_password(app, "id", "42")
    assert list(body) == [
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "created_at",
        "resource_owner_id",
    ]


@pytest.mark.parametrize(
    ("identifier_type", "identifier", "password"),
    [
        ("id", "42", "wrong"),
        ("id", "42", ""),
        ("id", "43", ""),  # has no password
        ("id", "50", "secret"),  # of another club
        ("id", "404", "secret"),
        ("id", "x", "secret"),
        ("id", "9" * 30, "secret"),
        ("email", "", "secret"),
        ("msisdn", "+", "secret"),
    ],
)
def test_bad_credentials(app: Caller, identifier_type: str, identifier: str, password: str) -> None:
    rev = world_of(app).rev
    status, body = by_password(app, identifier_type, identifier, password)
    assert (status, list(body)) == (461, ["error"])
    assert world_of(app).rev == rev


@pytest.mark.parametrize(
    ("body", "symbols"),
    [
        ({}, {"grant_type": "presence"}),
        ({"grant_type": "magic"}, {"grant_type": "inclusion"}),
        ({"grant_type": "refresh_token"}, {"refresh_token": "presence"}),
        ({"grant_type": "refresh_token", "refresh_token": 5}, {"refresh_token": "invalid"}),
        (
            {"grant_type": "password", "identifier_type": "name", "identifier": "a", "password": "b"},
            {"identifier_type": "inclusion"},
        ),
        (
            {"grant_type": "password"},
            {"identifier_type": "presence", "identifier": "presence", "password": "presence"},
        ),
    ],
)
def test_what_a_grant_lacks_is_told(app: Caller, body: Any, symbols: dict[str, str]) -> None:
    answer = app.post("members/oauth/token", body)
    assert answer.status == 422
    assert {name: leaves[0]["error"] for name, leaves in body_of(answer)["details"].items()} == symbols


def test_a_refresh_token_is_used_up_by_its_use(app: Caller) -> None:
    status, body = refresh(app, "refresh-42")
    assert (status, body["resource_owner_id"]) == (200, 42)
    assert refresh(app, "refresh-42")[0] == 462
    assert me(app, body["access_token"]) == 200
    assert me(app, MEMBER_TOKEN) == 460
    assert refresh(app, body["refresh_token"])[0] == 200


def test_a_refresh_token_lives_for_a_year(app: Caller) -> None:
    end = NOW - 60 * SECOND + YEAR
    assert refresh(app, "refresh-42", end)[0] == 462
    assert refresh(app, "refresh-42", end - 1)[0] == 200


def test_an_unknown_refresh_token(app: Caller) -> None:
    assert refresh(app, "nonsense")[0] == 462
    other = caller()
    other.slug = "other-mall"
    assert refresh(other, "refresh-42")[0] == 462


def test_every_token_is_another(app: Caller) -> None:
    bodies = [by_password(app, "id", "42")[1] for _ in range(20)]
    assert len({body[kind] for body in bodies for kind in ("access_token", "refresh_token")}) == 40


def test_a_seeded_world_repeats_its_tokens() -> None:
    first, second = (by_password(caller(seed=7), "id", "42") for _ in range(2))
    assert first == second
    assert by_password(caller(seed=8), "id", "42") != first


@pytest.mark.parametrize("token", [MEMBER_TOKEN, "refresh-42"])
def test_a_revoked_token_opens_nothing(app: Caller, token: str) -> None:
    answer = app.post("members/oauth/revoke", {"token": token}, authorization=None)
    assert (answer.status, body_of(answer)) == (200, {})
    assert me(app, MEMBER_TOKEN) == 460
    assert refresh(app, "refresh-42")[0] == 462


@pytest.mark.parametrize(
    "body",
    [
        {"token": "unknown"},
        {},
        {"token": None},
        None,
        {"token": 5},
        {"token": ["refresh-42"]},
        ["refresh-42"],
        "refresh-42",
    ],
)
def test_revoking_nothing_is_fine(app: Caller, body: Any) -> None:
    answer = app.post("members/oauth/revoke", body)
    assert (answer.status, body_of(answer)) == (200, {})
    assert me(app, MEMBER_TOKEN) == 200


def test_another_club_cannot_revoke(app: Caller) -> None:
    app.slug = "other-mall"
    assert app.post("members/oauth/revoke", {"token": MEMBER_TOKEN}).status == 200
    app.slug = "infinity-mall"
    assert me(app, MEMBER_TOKEN) == 200


def test_what_is_known_of_a_token(app: Caller) -> None:
    answer = app.get("members/oauth/token/info")
    assert (answer.status, body_of(answer)) == (
        200,
        {
            "resource_owner_id": 42,
            "scopes": [],
            "expires_in_seconds": 86_400 - 60,
            "application": {"uid": None},
            "created_at": NOW // SECOND - 60,
        },
    )
    assert app.get("members/oauth/token/info", authorization="Bearer nonsense").status == 460
    assert app.get("members/oauth/token/info", authorization=None).status == 460


def test_where_any_token_is_accepted_its_info_is_a_fresh_ones() -> None:
    answer = caller(auth="any").get("members/oauth/token/info", authorization="Bearer whatever")
    assert answer.status == 200
    assert body_of(answer)["expires_in_seconds"] == 86_400


def test_signing_in_needs_no_offers_api(app: Caller) -> None:
    app.slug = "other-mall"
    assert by_password(app, "id", "50")[0] == 200


def test_signing_in_needs_its_permit(app: Caller) -> None:
    for method, path in (("POST", "token"), ("POST", "revoke"), ("GET", "token/info")):
        answer = app.call(method, f"members/oauth/{path}", x_client_authorization="reader")
        assert answer.status == 403
        assert "BL:Api:Members:OAuth" in body_of(answer)["error"]
