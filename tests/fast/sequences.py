"""Random sequences over one mall, seen by a mock that keeps answers and by one that computes each: they must agree."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.api.table import OPERATIONS
from mockserver.domain.model import Audience, Client, Club, Collection, Grant, Member, Offer, Period, Store, Token
from mockserver.exchange import Response
from mockserver.mock import Mock
from mockserver.records.effects import GrantsAdded
from mockserver.records.tables import Records
from mockserver.revisions import REVISIONS
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.values.instants import iso
from mockserver.worlds.worlds import Worlds
from tests.callers import HEADERS, Caller, body_of
from tests.control.driver import Driver
from tests.records import move, put

SLUG, NOON = "infinity-mall", 1_900_000_000_000
MEMBERS = (42, 43)
_PERMIT = "Offers:Api:MemberOffers:"
EVERYTHING, USES = frozenset({"*"}), frozenset({_PERMIT + "UseByMemberId", "Offers:Api:Scopes:Standard"})
READS = frozenset({_PERMIT + "Get", _PERMIT + "ListVisible", _PERMIT + "GetMeta", "Offers:Api:Scopes:Standard"})
LIKE: dict[str, Any] = {"when": {"operation": ["like_offer", "unlike_offer"]}}
SCENARIOS: dict[str, Any] = {
    "sold-out": {"world": {"offers": {"2": {"stock": 0}, "1": {"name": "Sold out"}}}},
    "closed": {"world": {"clubs": {SLUG: {"offers_api_enabled": False}}}},
    "banned": {"world": {"members": {"42": {"banned_until": iso(NOON + 60_000)}}}},
    "later": {"world": {"clock": {"now": iso(NOON + 4_000), "frozen": True}}},
    # what counts is about likes alone: of two mocks that are asked in turn the second would find another count
    "flaky": {
        "rules": [LIKE | {"chance": 0.5, "then": {"delay": {"uniform": ["1ms", "9ms"]}, "refuse": "maintenance"}}]
    },
    "limited": {"rules": [LIKE | {"then": {"rate_limit": {"limit": 2, "per": "3s"}}}]},
    "moving": {
        "rules": [
            LIKE | {"in": "idle", "then": {"delay": "1ms", "go": "gone"}},
            LIKE | {"in": "gone", "calls": 2, "then": {"go": "idle"}},
        ]
    },
    "down": {"rules": [{"when": {"offer_id": 3}, "then": {"refuse": "maintenance"}}]},
}
# Values for each list parameter; the last ones are refused.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "per_page": ("1", "2", "100", "0"),
    "page_no": ("1", "2", "9", "x"),
    "order_by": ("usable,name DESC", "uses_left DESC", "liked,usable_until", "created_at", "stock"),
    "only_usable": ("true", "false"),
    "usable": ("true", "false"),
    "liked": ("true", "false"),
    "search": ("l", "name", "nothing"),
    "ids[]": ("1", "5", "7"),
    "collection_ids": ("1", "1,2"),
    "stores[]": ("M&H".replace("&", "%26"),),
    "type[]": ("REGULAR", "EXCLUSIVE"),
    "scope": ("standard", "reward", "none"),
    "preview": ("true",),
    "include_total": ("true",),
    "include_pagination_info": ("1",),
}


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
    """One random sequence. ``keeping`` and ``fresh`` call two mocks over the same worlds; ``log`` says what happened."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        library = Library(operations=OPERATIONS)
        for name, value in SCENARIOS.items():
            library.put(name, value)
        settings = Settings(seed=1, clock=iso(NOON), freeze=True)
        self.worlds = worlds = Worlds(records_at, settings, library)
        self.world = worlds.get("default")
        move(worlds.get("other"), NOON)
        keeping, fresh = Mock(settings, worlds), Mock(dataclasses.replace(settings, fast_path=False), worlds)
        self.keeping, self.fresh = Caller(keeping), Caller(fresh)
        self.control = Driver(keeping)
        self.log: list[str] = []

    def step(self) -> None:
        """Do something at random, then compare a read."""
        moves: list[Callable[[], None]] = [
            self.compare_read, self.compare_read, self.compare_read, self.use, self.like, self.tick, self.change,
            self.staff, self.steer, self.for_one_request,
        ]  # fmt: skip
        self.chance.choice(moves)()
        self.compare_read()

    # -- reads

    def compare_read(self) -> None:
        offer_id, member_id = self.offer(), self.member()
        context = self.chance.choice(("me", "me", str(member_id), "guest"))
        path = self.chance.choice((f"offers/{offer_id}", "offers", "offers", "offers/meta"))
        prefix = self.chance.choice(("", "", "", "/w/other"))
        query = self.query() if path == "offers" else self.chance.choice(("", "", "", "preview=1", "scope=reward"))
        headers = {
            "authorization": f"Bearer token-{member_id}",
            "x-mock-revision": self.chance.choice((None, *REVISIONS)),
        }
        full = f"{prefix}/v3/{SLUG}/members/{context}/{path}"
        kept, fresh = (caller.get(full, query, **headers) for caller in (self.keeping, self.fresh))
        assert (kept.status, kept.body) == (fresh.status, fresh.body), [*self.log[-12:], full, query, headers]

    def query(self) -> str:
        names = self.chance.sample(sorted(PARAMETERS), self.chance.choice((0, 0, 1, 1, 2, 3)))
        return "&".join(f"{name}={self.chance.choice(PARAMETERS[name])}" for name in names)

    def offer(self) -> int:
        return self.chance.choice(sorted(self.world.records.offers))

    def member(self) -> int:
        return self.chance.choice(MEMBERS)

    def for_one_request(self) -> None:
        """A request for which scenarios hold alone; whatever it is answered, the world goes on without them."""
        ids = ",".join(self.chance.sample(sorted(SCENARIOS), 2))
        path = f"members/{self.member()}/offers/{self.offer()}"
        self.log.append(f"{ids}: {path}")
        match self.chance.choice(("get", "use", "like")):
            case "get":
                self.keeping.get(path, x_mock_scenario=ids)
            case "use":
                self.keeping.post(f"{path}/use", {}, x_mock_scenario=ids)
            case "like":
                self.keeping.put(f"{path}/like", x_mock_scenario=ids)

    # -- members' writes

    def use(self) -> None:
        """A use (or grant) books through either mock; a refused one must come out the same in both."""
        verb = self.chance.choice(("use", "use", "use", "grant"))
        path, headers = f"members/{self.member()}/offers/{self.offer()}/{verb}", {}
        if verb == "use":
            headers = {"x-usage-token": self.chance.choice((None, "secret", "wrong"))}
        body = self.chance.choice((None, {}, {"usable_for_seconds": 2}, {"authorization_token": 7}))
        first = self.keeping.post(path, body, **headers)
        self.log.append(f"{path} {first.status}")
        if first.status == 200 and verb == "use":
            self.compare_use(path.removesuffix("/use"), first)
        elif first.status != 200:
            again, fresh = self.keeping.post(path, body, **headers), self.fresh.post(path, body, **headers)
            assert (first.status, first.body) == (fresh.status, fresh.body) == (again.status, again.body), self.log[
                -12:
            ]

    def compare_use(self, offer: str, used: Response) -> None:
        """What a use answers is what is read afterwards."""
        read = self.fresh.get(offer)
        assert read.status != 200 or body_of(read)["offer"]["usage"] == body_of(used)["usage"], [*self.log[-12:], offer]

    def like(self) -> None:
        verb = self.chance.choice(("like", "unlike"))
        self.keeping.put(f"members/{self.member()}/offers/{self.offer()}/{verb}")
        self.log.append(verb)

    # -- time, data, staff

    def tick(self) -> None:
        now = self.world.clock.now() + self.chance.choice((1, 999, 1_000, 2_000, 2_999, 3_000, 60_000, -1, -5_000))
        move(self.world, now)
        self.log.append(f"now {now - NOON}")

    def change(self) -> None:
        """A change of the records, as whatever part of the program may make it."""
        world, records = self.world, self.world.records
        offer, now = records.offers[self.offer()], world.clock.now()
        member_id = self.member()
        ends = now + self.chance.choice((0, 1, 1_000))
        token = records.tokens[f"token-{member_id}"]
        client, club = records.clients[HEADERS["x-client-authorization"]], records.clubs[SLUG]
        changes: dict[str, Callable[[], Any]] = {
            "stock": lambda: put(world, replace(offer, stock=self.chance.choice((None, 0, 1, 2)))),
            "name": lambda: put(world, replace(offer, name=f"Name {self.chance.random()}")),
            "archive": lambda: put(world, replace(offer, archived_at=self.chance.choice((None, now)))),
            "window": lambda: put(world, replace(offer, usable_until=max(offer.usable_since or 0, ends))),
            "grant": lambda: world.apply(
                GrantsAdded((Grant(offer_id=5, member_id=member_id, granted_at=now, expires_at=now + 2_000),))
            ),
            "ban": lambda: put(world, replace(records.members[member_id], banned_until=now + 1_500)),
            "permits": lambda: put(world, replace(client, permits=self.chance.choice((EVERYTHING, USES, READS)))),
            "club": lambda: put(world, replace(club, offers_api_enabled=self.chance.random() < 0.7)),
            "revoke": lambda: put(world, replace(token, revoked=self.chance.random() < 0.5)),
        }
        self.do(changes)

    def staff(self) -> None:
        """A write through the Admin API."""
        one, other, name = self.offer(), self.offer(), f"Staff {self.chance.randrange(100)}"
        item = {"name": name, "status": "published", "stock": self.chance.choice((None, 1)), "collection_ids": [1]}
        call = self.keeping
        self.do(
            {
                "create": lambda: call.post("offers", {"offers": [item, {"stock": -1}]}),
                "update": lambda: call.put("offers", {"offers": [item | {"id": one}]}),
                "archive": lambda: call.delete("offers", {"ids": [one]}),
                "clone": lambda: call.post("offers/clones", {"ids": [one, other]}),
                "grant all": lambda: call.post("offers/grant", {"offers": [{"id": 5, "audience_id": 1}]}),
            }
        )

    # -- the control API

    def steer(self) -> None:
        """A call of the control API."""
        control, offer_id = self.control, self.offer()
        scenario, snapshot = self.chance.choice(sorted(SCENARIOS)), self.chance.choice("ab")
        world = self.chance.choice(
            ({"revision": self.chance.choice(tuple(REVISIONS))}, {"auth": self.chance.choice(("any", "strict"))})
        )
        patch = self.chance.choice(({"stock": 1}, {"maximum_uses_per_user": 1}, {"status": "draft"}, {"tags": ["new"]}))
        rule = {"name": "slow", "when": {"offer_id": offer_id}, "then": {"refuse": "offer_not_found"}}
        self.do(
            {
                "activate " + scenario: lambda: control.post(f"scenarios/{scenario}/activate"),
                "deactivate " + scenario: lambda: control.post(f"scenarios/{scenario}/deactivate"),
                "scenarios": lambda: control.put("scenarios", {"active": [scenario]}),
                "none active": lambda: control.put("scenarios", {"active": []}),
                "rule": lambda: control.call("POST", "rules", json=rule),
                "no rules": lambda: control.call("DELETE", "rules"),
                "world": lambda: control.put("world", world),
                "patch": lambda: control.patch(f"state/offers/{offer_id}", patch),
                "state": lambda: control.call("PUT", "state", json=control.get("state")),
                "advance": lambda: control.post("clock/advance", {"by": self.chance.choice(("1ms", "2s", "1m"))}),
                "snapshot " + snapshot: lambda: control.call("PUT", f"snapshots/{snapshot}"),
                "restore " + snapshot: lambda: control.call("POST", f"snapshots/{snapshot}/restore"),
                "reset": lambda: control.post("reset"),
                "other reset": self.reset_other,
                "other dropped": self.drop_other,
            }
        )

    def reset_other(self) -> None:
        self.control.in_world("other").post("reset")
        move(self.worlds.get("other"), NOON)  # it started with the machine's own clock

    def drop_other(self) -> None:
        """Drop the other world; the next one of its name is as it was at its start, whatever has been done to the first."""
        self.worlds.drop("other")
        move(self.worlds.get("other"), NOON)

    def do(self, moves: dict[str, Callable[[], Any]]) -> None:
        """Make one of these moves, and write it down."""
        name = self.chance.choice(sorted(moves))
        self.log.append(name)
        moves[name]()


def run(seed: int, steps: int) -> Sequence:
    """Play one sequence."""
    sequence = Sequence(seed)
    for _ in range(steps):
        sequence.step()
    return sequence
