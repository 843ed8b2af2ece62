"""What people read of an exchange, whole."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.exchange import Fault, Note, Receipt, json_response
from mockserver.journal import view
from mockserver.journal.filters import Filter
from mockserver.journal.har import archive
from mockserver.journal.redaction import MASK_ALL
from tests.journal.exchanges import exchange
from tests.records import NOON

ROW = {
    "id": 7, "at": "2019-03-13T12:00:00.007Z", "method": "POST", "path": "/v3/mall/members/me/offers/1/use", "query": "a=1",
    "status": 422, "operation": "use_offer", "refusal": "already_active", "club": "mall", "member_id": 42, "offer_id": 1,
    "revision": "union", "rule": "lost", "committed": False, "real_at": "2019-03-13T12:00:01.000Z", "delivered": False,
    "wire": "no answer: FIN", "fault": "empty", "traceparent": None, "took_ms": 1.5,
    "notes": [{"about": "parameter", "name": "a", "text": "is not documented"}],
}  # fmt: skip
HEADERS = {
    "host": "mock.test", "authorization": "Bearer (8 characters)", "x-client-authorization": "(6 characters)",
    "x-usage-token": "(14 characters)", "content-type": "application/json",
}  # fmt: skip


def refused():
    entry = exchange(
        7, path="/v3/mall/members/me/offers/1/use", query="a=1", sent={"x": 1}, answered={"error": "Already active"},
        status=422, operation="use_offer", refusal="already_active", club="mall", member_id=42, offer_id=1, rule="lost",
        notes=[Note("parameter", "a", "is not documented")], real_at=NOON + 1_000,
    )  # fmt: skip
    entry.response.fault, entry.response.delay_ms = Fault("empty"), 250
    entry.response.receipt = Receipt(bytes_sent=0, ended="FIN", connection="127.0.0.1:5")
    return entry


def test_a_row_is_flat():
    assert view.row(refused(), MASK_ALL) == ROW


def test_a_whole_exchange_has_both_sides_and_the_receipt():
    assert view.whole(refused(), MASK_ALL) == ROW | {
        "headers": HEADERS,
        "body": {"x": 1},
        "answer": {
            "status": 422,
            "headers": {"content-type": "application/json; charset=utf-8"},
            "body": {"error": "Already active"},
        },
        "bodies_kept": True,
        "delivery": {
            "delay_ms": 250,
            "fault": "empty",
            "receipt": {"bytes_sent": 0, "ended": "FIN", "connection": "127.0.0.1:5", "note": None, "attempt": None},
        },
    }


def written(value: Any) -> Any:
    """A value as it is written: its entries are JSON already."""
    return orjson.loads(orjson.dumps(value))


def test_the_archive_is_what_developer_tools_read():
    log = written(archive([refused()], "default", MASK_ALL))["log"]
    assert {key: log[key] for key in ("version", "pages", "comment")} == {
        "version": "1.2",
        "pages": [],
        "comment": "world default",
    }
    assert log["entries"] == [
        {
            "startedDateTime": "2019-03-13T12:00:01.000Z",
            "time": 251.5,
            "request": {
                "method": "POST",
                "url": "http://localhost/v3/mall/members/me/offers/1/use?a=1",
                "httpVersion": "HTTP/1.1",
                "cookies": [],
                "headers": [{"name": name, "value": value} for name, value in HEADERS.items()],
                "queryString": [{"name": "a", "value": "1"}],
                "headersSize": -1,
                "bodySize": 7,
                "postData": {"mimeType": "application/json", "text": '{"x":1}'},
            },
            "response": {
                "status": 422,
                "statusText": "Unprocessable Entity",
                "httpVersion": "HTTP/1.1",
                "cookies": [],
                "headers": [{"name": "content-type", "value": "application/json; charset=utf-8"}],
                "content": {
                    "size": 26,
                    "mimeType": "application/json; charset=utf-8",
                    "text": '{"error":"Already active"}',
                },
                "redirectURL": "",
                "headersSize": -1,
                "bodySize": 26,
            },
            "cache": {},
            "_worldTime": "2019-03-13T12:00:00.007Z",
            "timings": {"send": 0, "wait": 251.5, "receive": 0},
            "comment": "use_offer already_active rule lost no answer: FIN",
        }
    ]


def test_statuses_of_its_own_have_no_phrase():
    entry = exchange(1, response=json_response(485, {}))
    assert written(archive([entry], "w", MASK_ALL))["log"]["entries"][0]["response"]["statusText"] == ""


def test_filters_choose_by_every_fact():
    entries = [
        exchange(1, operation="use_offer", member_id=42, offer_id=1, status=200),
        exchange(2, operation="use_offer", member_id=43, offer_id=1, status=422, refusal="already_active", rule="r"),
        exchange(3, status=404),
    ]

    def chosen(**conditions):
        return [entry.id for entry in Filter(**conditions).choose(entries)]

    assert chosen() == [1, 2, 3]
    assert chosen(operations=frozenset({"use_offer"})) == [1, 2]
    assert chosen(statuses=frozenset({4})) == [2, 3]
    assert chosen(statuses=frozenset({422, 200})) == [1, 2]
    assert chosen(member_ids=frozenset({43}), offer_ids=frozenset({1})) == [2]
    assert chosen(refusals=frozenset({"already_active"}), rules=frozenset({"r"})) == [2]
    assert (chosen(matched="no"), chosen(matched="yes")) == ([3], [1, 2])
    assert (chosen(delivered=True), chosen(delivered=False)) == ([1, 2, 3], [])
    assert (chosen(after=2), chosen(since=NOON + 2)) == ([3], [2, 3])
