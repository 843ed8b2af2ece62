"""Events that apps register: ``docs/offers-events.md``."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.domain.model import Event
from mockserver.values.instants import parse_iso
from tests.api.mall import MALL, NOW, caller, data, notes, world_of
from tests.callers import Caller, body_of

EVENT: dict[str, Any] = {
    "offer_id": "14",
    "created_at": "2019-08-27T10:20:11.810Z",
    "context": {
        "collections_ids": [1, 2],
        "tags": ["t1"],
        "stores": ["a"],
        "search_string": "foo",
        "utm": "campaign-2018-05-01",
    },
}


@pytest.fixture
def app() -> Caller:
    return caller()


@pytest.mark.parametrize("path", ["members/me/events/offers_{}", "offers/events/offers_{}"])
@pytest.mark.parametrize("kind", ["clicked", "seen"])
def test_the_documents_example_is_recorded_as_sent(app: Caller, path: str, kind: Any) -> None:
    answer = app.post(path.format(kind), {"events": [EVENT]})
    assert (answer.status, body_of(answer)) == (200, {})
    assert list(data(app).events) == [
        Event(
            kind=kind,
            club=MALL,
            offer_id=14,
            member_id=42,
            created_at=parse_iso(EVENT["created_at"]),
            recorded_at=NOW,
            context=EVENT["context"],
        )
    ]


def test_an_event_needs_no_context(app: Caller) -> None:
    events = [{"offer_id": 10, "created_at": "2019-08-27"}, EVENT | {"context": None}, EVENT | {"context": {}}]
    assert app.post("members/me/events/offers_seen", {"events": events}).status == 200
    assert [event.context for event in data(app).events] == [None, None, {}]


@pytest.mark.parametrize(
    "bad",
    [
        {},
        EVENT | {"offer_id": "ten"},
        EVENT | {"offer_id": 1.5},
        EVENT | {"offer_id": True},
        EVENT | {"offer_id": "9" * 30},
        EVENT | {"created_at": "yesterday"},
        EVENT | {"created_at": 1552500000},
        EVENT | {"context": []},
        EVENT | {"context": {"tags": "t1"}},
        EVENT | {"context": {"collections_ids": ["one"]}},
        EVENT | {"context": {"utm": 5}},
    ],
)
def test_a_bad_event_refuses_the_whole_batch(app: Caller, bad: dict[str, Any]) -> None:
    rev = world_of(app).rev
    answer = app.post("members/me/events/offers_clicked", {"events": [EVENT, bad]})
    assert answer.status == 422
    assert list(body_of(answer)["details"]["events"]) == ["1"]
    assert world_of(app).rev == rev


@pytest.mark.parametrize("body", [None, {}, {"events": EVENT}, {"events": ["a"]}])
def test_a_body_without_events_is_refused(app: Caller, body: Any) -> None:
    assert app.post("members/me/events/offers_clicked", body).status == 422


def test_what_an_event_does_not_have_is_noted(app: Caller) -> None:
    event = {"offer_id": 10, "created_at": "2019-08-27", "context": {"collection_ids": [1]}, "colour": "red"}
    app.post("members/me/events/offers_clicked", {"events": [event, EVENT]})
    assert notes(app) == [
        ("attribute", "events.context.collection_ids"),
        ("attribute", "events.colour"),
        ("event", "14"),
    ]
    assert data(app).events[0].context == {}


def test_an_event_needs_a_member(app: Caller) -> None:
    for path in ("members/me/events/offers_clicked", "offers/events/offers_clicked"):
        assert app.post(path, {"events": [EVENT]}, authorization=None).status == 460
