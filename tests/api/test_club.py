"""What belongs to a club: its members' own data, stores and texts (the contract, section 4)."""

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
            "sms_status": None,
            "email_status": None,
            "push_status": None,
            "optin_channel": None,
            "optin_subchannel": None,
            "created_at": "1970-01-01T00:00:00.000Z",
            "updated_at": "1970-01-01T00:00:00.000Z",
            "person_id": None,
        },
    )
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
        ("department_id=d1", [3, 2]),
        ("category=shoes", [1]),
        ("category=food&department_id=d1&limit=1", [3]),
        ("category=nothing", []),
        ("limit=99", [3, 1, 2]),
    ],
)
def test_stores_are_a_bare_array(app: Caller, query: str, ids: list[int]) -> None:
    answer = app.get("stores", query)
    assert (answer.status, [store["id"] for store in body_of(answer)]) == (200, ids)


def test_a_store(app: Caller) -> None:
    assert body_of(app.get("stores", "limit=1")) == [
        {
            "id": 3,
            "parent_id": None,
            "store_id": "b",
            "department_id": "d1",
            "name": "bakery",
            "categories": ["food"],
            "location": None,
        }
    ]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "sort=colour", "order=up"])
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
        {"member_properties": {}, "consents": {}, "tags": {"hot": text}, "terms": {}},
    )


def test_a_language_without_texts_is_noted(app: Caller) -> None:
    app.get("translations", "language=fr")
    assert notes(app) == [("parameter", "language")]


def test_a_club_without_texts_or_offers_api_still_answers(app: Caller) -> None:
    app.slug = "other-mall"
    assert body_of(app.get("translations")) == {"member_properties": {}, "consents": {}, "tags": {}, "terms": {}}
    assert [store["name"] for store in body_of(app.get("stores"))] == ["Elsewhere"]
