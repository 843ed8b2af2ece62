"""A request that passed the gate passes it again, until something changes that the gate looks at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from mockserver.domain.model import Client, Club, Member, Token
from mockserver.journal import Entry
from mockserver.records.tables import Records
from tests.api.mall import MALL, NOW, caller, data, world_of
from tests.callers import CLIENT, MEMBER_TOKEN, Caller, body_of
from tests.records import put

USE = "members/me/offers/11/use"
HOUR = 3_600_000


@pytest.fixture
def app() -> Caller:
    """A caller who has used offer 11 once, a while ago."""
    app = caller()
    assert app.post(USE, {}).status == 200
    move(app, HOUR)
    return app


def move(app: Caller, by: int) -> None:
    clock = app.mock.worlds.get("default").clock
    clock.set(clock.now() + by, frozen=True)


def last(app: Caller) -> Entry:
    return app.mock.worlds.get("default").journal.newest_first()[0]


def checks(entry: Entry) -> list[tuple[str, bool]]:
    return [(check.name, check.passed) for check in entry.checks]


def test_each_use_counts_and_is_written_down_with_all_its_checks(app):
    first = last(app)
    answer = app.post(USE, {"more": 1}, "page=1")
    move(app, HOUR)
    again = app.post(USE, {"more": 1}, "page=1")
    assert (answer.status, again.status, len(data(app).uses[11, 42])) == (200, 200, 3)
    entry = last(app)
    assert [(note.about, note.name) for note in entry.notes] == [("parameter", "page"), ("attribute", "more")]
    assert {name for name, _ in checks(first)} <= {name for name, _ in checks(entry)}
    assert (entry.operation, entry.club, entry.member_id, entry.offer_id, entry.committed, entry.at) == (
        "use_offer", MALL, 42, 11, True, NOW + 2 * HOUR,
    )  # fmt: skip
    entries = app.mock.worlds.get("default").journal.newest_first()
    assert checks(entries[0]) == checks(entries[1])
    assert entries[0].checks is not entries[1].checks


def test_what_the_operation_refuses_by_itself_is_refused_each_time(app):
    assert app.post(USE, {}).status == 200
    assert body_of(app.post(USE, {})) == {"error": "Already active"}
    assert body_of(app.post(USE, {})) == {"error": "Already active"}
    assert last(app).refusal == "already_active"


def putting(record: Callable[[Records], Club | Client | Member | Token]) -> Callable[[Caller], None]:
    return lambda app: put(world_of(app), record(data(app)))


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (putting(lambda records: replace(records.tokens[MEMBER_TOKEN], revoked=True)), 460),
        (putting(lambda records: replace(records.clients[CLIENT], permits=frozenset())), 403),
        (putting(lambda records: replace(records.clients[CLIENT], clubs=())), 401),
        (putting(lambda records: replace(records.clubs[MALL], offers_api_enabled=False)), 485),
        (putting(lambda records: replace(records.members[42], banned_until=NOW + 5 * HOUR)), 467),
        (putting(lambda records: replace(records.members[42], club="other-mall")), 460),
        (lambda app: move(app, 23 * HOUR), 460),
        (lambda app: app.mock.worlds.get("default").restore(replace_tokens(app)), 460),
    ],
    ids=["revoked", "permit", "client", "club", "ban", "member", "time", "restored"],
)
def test_what_changes_at_the_gate_counts_at_once(app, change, status):
    change(app)
    assert app.post(USE, {}).status == status


def replace_tokens(app: Caller):
    """A snapshot of the world from before anybody had a token."""
    world = app.mock.worlds.get("default")
    snapshot = world.snapshot()
    snapshot.records.tokens.clear()
    return snapshot


def test_another_call_is_looked_at_for_itself(app):
    assert app.post(USE, {}, x_client_authorization="reader").status == 403
    assert app.post(USE, {}, authorization="Bearer nobody").status == 460
    assert app.call("POST", USE, body=b"{").status == 400
    assert app.post(USE, {"authorization_token": []}).status == 422
