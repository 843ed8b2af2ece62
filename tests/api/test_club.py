"""What belongs to a club: its members' own data, stores and texts."""

from __future__ import annotations

import pytest

from tests.api.mall import caller, notes
from tests.callers import Caller, body_of


@pytest.fixture
def app() -> Caller:
    return caller()


def test_the_signed_in_member(app: Caller) -> None:
    answer = app.get("members/me")
    assert (answer.status, body_of(answer)) == (
        200,
        {
            "id": 42,
            "properties": {},
            "consents": {},
            "sms_status": "enabled",
            "email_status": "enabled",
            "push_status": "enabled",
            "optin_channel": None,
            "optin_subchannel": None,
            "created_at": "1970-01-01T00:00:00.000Z",
            "updated_at": "1970-01-01T00:00:00.000Z",
            "banned_until": None,
            "person_id": None,
        },
    )
    assert "banned_until" not in body_of(app.get("members/me", x_mock_revision="2019-08"))
    assert app.get("members/me", authorization=None).status == 460
    assert app.get("members/me", x_client_authorization="reader").status == 403


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [3, 1, 2]),
        ("order=desc", [2, 1, 3]),
        ("sort=id", [1, 2, 3]),
        ("sort=store_id", [3, 1, 2]),
        ("sort=store_id&order=DESC", [2, 1, 3]),
        ("department_id=7", [3, 2]),
        ("category=shoes", [1]),
        ("category=food&department_id=7&limit=1", [3]),
        ("category=nothing", []),
        ("limit=99", [3, 1, 2]),
    ],
)
def test_stores_are_a_bare_array(app: Caller, query: str, ids: list[int]) -> None:
    answer = app.get("stores", query)
    assert (answer.status, [store["id"] for store in body_of(answer)]) == (200, ids)


def test_a_store(app: Caller) -> None:
    assert body_of(app.get("stores", "limit=1")) == [
        {"id": 3, "store_id": "b", "department_id": 7, "name": "bakery", "categories": ["food"]}
    ]


@pytest.mark.parametrize("path", ["stores/3", "stores/by_store_id/b"])
def test_a_store_by_either_id(app: Caller, path: str) -> None:
    answer = app.get(path)
    assert (answer.status, body_of(answer)["name"]) == (200, "bakery")
    assert app.get(path, x_client_authorization="reader").status == 403


@pytest.mark.parametrize("path", ["stores/99", "stores/03", "stores/b", "stores/4", "stores/by_store_id/3"])
def test_a_store_of_another_id_is_refused(app: Caller, path: str) -> None:
    answer = app.get(path)
    assert (answer.status, body_of(answer)) == (422, {"error": "Store not found"})


def test_what_a_store_lacks_is_left_out(app: Caller) -> None:
    app.slug = "other-mall"
    assert [list(store) for store in body_of(app.get("stores"))] == [["id", "name"]]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "department_id=abc", "sort=colour", "order=up"])
def test_a_wrong_parameter_of_the_stores_is_refused(app: Caller, query: str) -> None:
    assert app.get("stores", query).status == 422


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("language=en", "Hot"),
        ("language=EN_us", "Hot"),
        ("language=nb-NO", "Varmt"),
        ("", "Varmt"),
        ("language=fr", "Varmt"),
    ],
)
def test_texts_in_the_language_or_the_clubs_first(app: Caller, query: str, text: str) -> None:
    answer = app.get("translations", query)
    assert (answer.status, body_of(answer)) == (
        200,
        {"member_properties": {}, "consents": {}, "tags": {"hot": text}, "terms": None},
    )


def test_a_language_without_texts_is_noted(app: Caller) -> None:
    app.get("translations", "language=fr")
    assert notes(app) == [("parameter", "language")]


def test_a_club_without_texts_or_offers_api_still_answers(app: Caller) -> None:
    app.slug = "other-mall"
    assert body_of(app.get("translations")) == {"member_properties": {}, "consents": {}, "tags": {}, "terms": None}
    assert [store["name"] for store in body_of(app.get("stores"))] == ["Elsewhere"]
