"""Answers that are kept are exactly those that would be computed now: over random writes, clock moves and rules.

``python -m tests.api.test_kept_answers 10000`` runs as many sequences as it is told.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mockserver.domain.model import Audience, Client, Club, Collection, Grant, Member, Offer, Period, Store, Token
from mockserver.mock import Mock
from mockserver.settings import Settings
from mockserver.store import Records
from mockserver.worlds import Worlds
from tests.callers import HEADERS, THROUGH_FLASK, Caller

SLUG, NOON = "infinity-mall", 1_900_000_000_000
OFFERS, MEMBERS = range(1, 9), (42, 43)
FAST, SLOW = Settings(), replace(Settings(), fast_path=False)


def records_at(_: int) -> Records:
    """A small mall in which every kind of limit and window is near."""
    records = Records()
    records.put(Club(slug=SLUG, activated_seconds_time=3, usage_authorization_tokens=("secret",)))
    records.put(Client(token=HEADERS["x-client-authorization"], clubs=(SLUG,), permits=frozenset({"*"})))
    records.put(Audience(id=1, club=SLUG, member_ids=frozenset({42})), Store(id=1, club=SLUG, name="M&H"))
    records.put(Collection(id=1, club=SLUG, offers_order=(3, 1)))
    for member_id in MEMBERS:
        records.put(Member(id=member_id, club=SLUG))
        records.put(Token(token=f"token-{member_id}", member_id=member_id, created_at=NOON - 1_000, expires_in=20))
    plain = Offer(id=1, club=SLUG, name="Plain", status="published", collection_ids=(1,), stores=("M&H",))
    records.put(
        plain,
        replace(plain, id=2, name="Stocked", stock=3),
        replace(plain, id=3, name="Limited", maximum_uses_per_user=2),
        replace(plain, id=4, name="By the minute", period=Period(timespan="MINUTE", max_uses=1)),
        replace(plain, id=5, name="Granted", type="EXCLUSIVE"),
        replace(plain, id=6, name="Soon", visible_since=NOON + 2_000, usable_until=NOON + 9_000),
        replace(plain, id=7, name="For one", audience_id=1),
        replace(plain, id=8, name="Token", usage_authorization_token_required=True, usable_since=NOON + 4_000),
    )
    return records


class Sequence:
    """One random sequence over one world, seen by a mock that keeps answers and by one that does not."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        worlds = Worlds(records_at, FAST)
        self.world = worlds.get("default")
        self.world.clock.set(NOON, frozen=True)
        self.now = NOON
        self.keeping, self.fresh = Caller(Mock(FAST, worlds)), Caller(Mock(SLOW, worlds))
        self.log: list[str] = []

    def step(self) -> None:
        moves: list[Callable[[], None]] = [self.read, self.read, self.read, self.use, self.like, self.tick, self.change]
        self.chance.choice(moves)()
        self.compare(self.some_read())

    def some_member(self) -> int:
        return self.chance.choice(MEMBERS)

    def some_read(self) -> tuple[str, str, dict[str, Any]]:
        offer_id, member_id = self.chance.choice(OFFERS), self.some_member()
        context = self.chance.choice(("me", "me", str(member_id), "guest"))
        path = self.chance.choice((f"offers/{offer_id}", "offers", "offers", "offers/meta"))
        query = self.chance.choice(("", "", "only_usable=true", "order_by=usable,name DESC", "search=l"))
        query = query if path == "offers" else ""
        headers = {"authorization": f"Bearer token-{member_id}", "x-mock-revision": self.chance.choice(("union", "2019-08"))}
        return f"members/{context}/{path}", query, headers

    def compare(self, read: tuple[str, str, dict[str, Any]]) -> None:
        path, query, headers = read
        kept, fresh = (caller.get(path, query, **headers) for caller in (self.keeping, self.fresh))
        assert (kept.status, kept.body) == (fresh.status, fresh.body), [*self.log[-12:], path, query]

    def read(self) -> None:
        self.compare(self.some_read())

    def use(self) -> None:
        """A use books through either mock; a refused one must come out the same in both."""
        offer_id, member_id = self.chance.choice(OFFERS), self.some_member()
        path, headers = f"members/{member_id}/offers/{offer_id}/use", {"x-usage-token": self.chance.choice((None, "secret"))}
        first = self.keeping.post(path, **headers)
        self.log.append(f"{path} {first.status}")
        if first.status != 200:
            again, fresh = self.keeping.post(path, **headers), self.fresh.post(path, **headers)
            assert (first.status, first.body) == (fresh.status, fresh.body) == (again.status, again.body), self.log[-12:]

    def like(self) -> None:
        verb = self.chance.choice(("like", "unlike"))
        self.keeping.put(f"members/{self.some_member()}/offers/{self.chance.choice(OFFERS)}/{verb}")
        self.log.append(verb)

    def tick(self) -> None:
        self.now += self.chance.choice((1, 999, 1_000, 2_000, 2_999, 3_000, 60_000, -1, -5_000))
        self.world.clock.set(self.now, frozen=True)
        self.log.append(f"now {self.now - NOON}")

    def change(self) -> None:
        records, offer = self.world.records, self.world.records.offers[self.chance.choice(OFFERS)]
        member_id = self.some_member()
        changes: dict[str, Callable[[], Any]] = {
            "stock": lambda: records.put(replace(offer, stock=self.chance.choice((None, 0, 1, 2)))),
            "name": lambda: records.put(replace(offer, name=f"Name {self.chance.random()}")),
            "archive": lambda: records.put(replace(offer, archived_at=self.chance.choice((None, self.now)))),
            "window": lambda: records.put(replace(offer, usable_until=self.now + self.chance.choice((0, 1, 1_000)))),
            "grant": lambda: records.add_grants(
                [Grant(offer_id=5, member_id=member_id, granted_at=self.now, expires_at=self.now + 2_000)]
            ),
            "ban": lambda: records.put(replace(records.members[member_id], banned_until=self.now + 1_500)),
            "revoke": lambda: records.put(replace(records.tokens[f"token-{member_id}"], revoked=self.chance.random() < 0.5)),
            "scenario": self.rule,
        }
        name = self.chance.choice(sorted(changes))
        self.log.append(name)
        changes[name]()

    def rule(self) -> None:
        """A rule comes and goes: with it both mocks answer by it, without it as if it had never been."""
        engine = self.world.engine
        if engine.idle:
            engine.add_rule(self.world.library.rule({"when": {"offer_id": 3}, "then": {"refuse": "maintenance"}}, "down"))
        else:
            engine.clear_rules()


@pytest.mark.parametrize("seed", range(40))
def test_what_is_kept_is_what_would_be_computed_now(seed: int) -> None:
    run(seed)


def run(seed: int, steps: int = 60) -> None:
    sequence = Sequence(seed)
    for _ in range(steps):
        sequence.step()


@pytest.mark.skipif(THROUGH_FLASK, reason="nothing is kept on the slow path")
def test_a_read_is_computed_once_and_journalled_each_time() -> None:
    sequence = Sequence(0)
    first, second = (sequence.keeping.get("members/42/offers") for _ in range(2))
    assert first.body is second.body
    entries = sequence.world.journal.newest_first()
    assert [(entry.operation, entry.member_id, entry.club) for entry in entries] == [("list_offers", 42, SLUG)] * 2
    assert entries[0].id != entries[1].id


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    for seed in range(count):
        run(seed, steps=30)
    print(f"{count} random sequences: every kept answer equals the fresh one")
