"""``--strict``: what the documents do not allow is refused; without it, it is a note in the journal."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.exchange import Response
from mockserver.journal import Entry
from mockserver.mock import Mock, build
from mockserver.settings import Settings
from tests.callers import Caller, body_of

USE = "members/me/offers/1000016/use"


@pytest.fixture(scope="module")
def strict_mock() -> Mock:
    return build(Settings(strict=True))


@pytest.fixture
def strict(strict_mock: Mock) -> Caller:
    strict_mock.worlds.get("default").reset()
    return Caller(strict_mock)


def newest(app: Caller) -> Entry:
    return app.mock.worlds.get("default").journal.newest_first()[0]


def notes(app: Caller) -> list[tuple[str, str]]:
    return [(note.about, note.name) for note in newest(app).notes]


def sent(app: Caller, what: str) -> Response:
    return {
        "parameter": lambda: app.get("members/me/offers", "colour=red&per_page=5"),
        "attribute": lambda: app.post(USE, {"authorization_token": None, "quantity": 2}),
        "content_type": lambda: app.post(USE, {}, content_type="text/plain"),
        "alias": lambda: app.post("members/me/offers/1000016"),
    }[what]()


FINDINGS = [
    ("parameter", "colour"),
    ("attribute", "quantity"),
    ("content_type", "Content-Type"),
    ("alias", "/v3/infinity-mall/members/me/offers/1000016"),
]


@pytest.mark.parametrize(("what", "name"), FINDINGS)
def test_without_it_a_finding_is_a_note_and_nothing_else(app: Caller, what: str, name: str) -> None:
    assert sent(app, what).status == 200
    assert notes(app) == [(what, name)]


@pytest.mark.parametrize(("what", "name"), FINDINGS[:3])
def test_under_it_what_is_not_documented_is_a_422_with_a_hint_in_the_journal(
    strict: Caller, what: str, name: str
) -> None:
    answer = sent(strict, what)
    assert answer.status == 422
    details: dict[str, Any] = body_of(answer)["details"]
    assert list(details) == [name]
    assert details[name][0]["error"] == "invalid"
    assert notes(strict) == [(what, name)]
    assert newest(strict).committed is False


@pytest.mark.parametrize("path", ["members/me/offers/1000016", "/v3/loyalty_clubs/infinity-mall/" + USE])
def test_under_it_the_documents_own_spellings_of_a_path_are_taken_and_noted(strict: Caller, path: str) -> None:
    assert strict.post(path).status == 200
    assert [about for about, _ in notes(strict)] == ["alias"]


def test_under_it_what_came_later_is_not_there(strict: Caller) -> None:
    assert strict.get("members/guest/offers", x_mock_revision="2019-08").status == 404
    assert strict.get("members/me/offers", "scope=standard", x_mock_revision="2019-08").status == 422
    event = {"offer_id": 14, "created_at": "2019-08-27T10:20:11Z", "context": {"shops": ["a"]}}
    sent = {"path": "members/me/events/offers_seen", "json": {"events": [event]}}
    statuses = [strict.call("POST", **sent, x_mock_revision=date).status for date in ("2019-08", "2025-03", "union")]
    assert statuses == [200, 422, 200]


def test_under_it_all_findings_are_told_at_once(strict: Caller) -> None:
    assert list(body_of(strict.get("members/me/offers", "colour=red&size=4"))["details"]) == ["colour", "size"]


def test_under_it_the_details_follow_what_was_sent_and_the_notes_tell_each_name_once(strict: Caller) -> None:
    wanted = {"format": "absent, for it is not a documented attribute"}
    leaf = {"error": "invalid", "options": wanted, "message": f"must be {wanted['format']}"}
    items = [{"name": "A", "liked": True}, {"name": "B"}, {"liked": 3, "read_more": {"colour": "red"}}]
    assert body_of(strict.post("offers", {"offers": items}))["details"] == {
        "offers": {
            "0": {"liked": [{"value": True, **leaf}]},
            "2": {"liked": [{"value": 3, **leaf}], "read_more": {"colour": [{"value": "red", **leaf}]}},
        }
    }
    assert notes(strict) == [("attribute", "offers.liked"), ("attribute", "offers.read_more.colour")]
    colours = body_of(strict.get("members/me/offers", "colour=red&colour=blue&size="))["details"]
    assert {name: each["value"] for name, (each,) in colours.items()} == {"colour": "blue", "size": ""}
    many = [{"liked": True}] * 500
    assert len(body_of(strict.post("offers", {"offers": many}))["details"]["offers"]) <= 100


def test_under_it_a_parameter_of_another_revision_is_not_documented(strict: Caller) -> None:
    assert strict.get("members/me/offers", "shops[]=a", x_mock_revision="2025-03").status == 422
    assert strict.get("members/me/offers", "shops[]=a", x_mock_revision="2019-08").status == 200


def test_under_it_what_is_documented_is_answered_as_ever(strict: Caller) -> None:
    assert strict.get("members/me/offers", "per_page=5&ids=1,2").status == 200
    assert strict.post(USE, {}).status == 200
    assert strict.put("members/me/offers/1000016/like").status == 200
