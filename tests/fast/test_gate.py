"""Whom the gate's cache lets in is let in by the checks, too: over random writes, clock moves and settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.fast.gate import MOST, GateCache
from mockserver.records.effects import SettingsChanged
from tests.callers import HEADERS
from tests.fast.sequences import NOON, SLUG, Sequence
from tests.records import move, put

LIKE = "members/me/offers/1/like"
TOKEN = "Bearer token-42"


def shown(sequence: Sequence) -> tuple[Any, ...]:
    """What the journal says of the last request."""
    entry = sequence.world.journal.newest_first()[0]
    return entry.status, entry.response.body, entry.refusal, entry.member_id, entry.checks, entry.notes


@pytest.mark.parametrize("seed", range(20))
def test_whom_the_cache_lets_in_the_checks_let_in(seed: int) -> None:
    sequence = Sequence(seed)
    chance = sequence.chance
    sequence.keeping.mock.cache = None  # so that each read comes to the gate
    for _ in range(60):
        chance.choice((sequence.use, sequence.like, sequence.tick, sequence.change, sequence.steer))()
        who = chance.choice(("me", "42", "43", "guest"))
        path = chance.choice(("offers", "offers/1", "offers/5", "offers/meta"))
        query = chance.choice(("", "", "preview=true", "scope=reward", "per_page=2", "colour=red"))
        headers = {
            "authorization": chance.choice((TOKEN, "Bearer token-43", "Bearer wrong", None)),
            "x-product-name": chance.choice(("default", "default", "kiosk")),
            "x-mock-revision": chance.choice((None, "2019-08")),
        }
        said = []
        for caller in (sequence.keeping, sequence.fresh):
            caller.get(f"members/{who}/{path}", query, **headers)
            said.append(shown(sequence))
        assert said[0] == said[1], sequence.log[-12:]


def first_check(sequence: Sequence, **headers: Any) -> Any:
    answer = sequence.keeping.put(LIKE, **({"authorization": TOKEN} | headers))
    assert answer.status == 200
    return sequence.world.journal.newest_first()[0].checks[0]


def test_the_checks_of_who_asks_are_made_once() -> None:
    sequence = Sequence(0)
    first = first_check(sequence)
    assert first_check(sequence) is first
    assert first_check(sequence, authorization="Bearer token-43") is not first
    assert first_check(sequence, x_mock_scenario="sold-out") is not first


def client(sequence: Sequence) -> Any:
    return sequence.world.records.clients[HEADERS["x-client-authorization"]]


def token(sequence: Sequence) -> Any:
    return sequence.world.records.tokens["token-42"]


CHANGES: dict[str, tuple[Callable[[Sequence], object], str]] = {
    "a permit less": (lambda each: put(each.world, replace(client(each), permits=frozenset())), "permit_missing"),
    "a club without the API": (
        lambda each: put(each.world, replace(each.world.records.clubs[SLUG], offers_api_enabled=False)),
        "offers_api_not_enabled",
    ),
    "a token revoked": (lambda each: put(each.world, replace(token(each), revoked=True)), "oauth_token_invalid"),
    "a token expired": (lambda each: move(each.world, token(each).expires_at), "oauth_token_invalid"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_who_is_no_longer_let_in_is_refused(name: str) -> None:
    change, refusal = CHANGES[name]
    sequence = Sequence(0)
    first_check(sequence)
    change(sequence)
    sequence.keeping.put(LIKE, authorization=TOKEN)
    assert shown(sequence)[2] == refusal


def test_time_alone_ends_an_admission() -> None:
    sequence = Sequence(0)
    first = first_check(sequence)
    ends = token(sequence).expires_at
    now = sequence.world.clock.setting()
    sequence.world.clock.take(replace(now, now=ends - 1))  # as a running clock moves: by no effect
    assert first_check(sequence) is first
    sequence.world.clock.take(replace(now, now=ends))
    assert (
        sequence.keeping.put(LIKE, authorization=TOKEN).status == sequence.fresh.put(LIKE, authorization=TOKEN).status
    )
    assert shown(sequence)[2] == "oauth_token_invalid"


def test_who_came_in_when_any_would_do_does_not_after_that() -> None:
    sequence = Sequence(0)
    sequence.world.apply(SettingsChanged("union", "any"))
    first_check(sequence, authorization="Bearer unknown")
    sequence.world.apply(SettingsChanged("union", "strict"))
    sequence.keeping.put(LIKE, authorization="Bearer unknown")
    assert shown(sequence)[2] == "oauth_token_invalid"


def test_a_world_has_its_own_and_they_go_with_it() -> None:
    sequence = Sequence(0)
    gate = sequence.keeping.mock.gate
    assert isinstance(gate, GateCache)
    sequence.keeping.get(f"/w/other/v3/{SLUG}/members/42/offers")
    assert len(gate._of["other"].known) == 1
    assert not gate._of["default"].known
    sequence.worlds.drop("other")
    assert "other" not in gate._of


def test_there_are_never_too_many() -> None:
    sequence = Sequence(0)
    gate = sequence.keeping.mock.gate
    assert isinstance(gate, GateCache)
    for number in range(MOST + 5):
        first_check(sequence, x_user_agent=f"app {number}")
    assert 0 < len(gate._of["default"].known) <= MOST
    move(sequence.world, NOON)
    assert not gate._of["default"].known
