"""Lists by columns are those of the plain way, whatever was asked before and changed since."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from benchmarks.listing import DAY, NOW, a_query, records_of
from mockserver.clock import Clock
from mockserver.domain.listing import ListQuery
from mockserver.domain.lists import Lists
from mockserver.domain.model import Audience, Club, Collection, Grant, Offer, Store
from mockserver.domain.ordering import ADMIN_ATTRIBUTES, parse_order_by, parse_sort
from mockserver.fast import catalogue as catalogue_module
from mockserver.fast.lists import LargeLists, attach
from mockserver.records.effects import Effect, GrantsAdded, Liked, RecordsPut, Unliked, UseBooked, UsesPut
from mockserver.records.tables import Records
from mockserver.settings import Settings
from mockserver.worlds.world import Snapshot, World
from tests.fast.catalogues import (
    ALWAYS_ASKED,
    AUDIENCES,
    CHANGES,
    CLUB,
    COLLECTIONS,
    MEMBERS,
    ORDERS,
    OTHER,
    admin_queries,
    bounds,
    collection_queries,
    member_queries,
    nows,
    offers,
    picks,
    some_ids,
)

PLAIN = Lists()


def a_world() -> World:
    records = Records()
    records.put(
        Club(slug=CLUB),
        Club(slug=OTHER),
        Store(id=1, club=CLUB, name="M&H"),
        Store(id=2, club=CLUB, name="Doo Doo"),
        Store(id=3, club=OTHER, name="M&H"),
        Audience(id=1, club=CLUB, member_ids=frozenset({42})),
    )
    world = World("w", records, Clock(), Settings())
    attach(world)
    world.lists._large = 0
    return world


class ListsAreExact(RuleBasedStateMachine):
    """Change anything, then ask for any list."""

    def __init__(self) -> None:
        super().__init__()
        self.world = a_world()
        self.records = self.world.records
        self.undo: Any = None
        self.snapshot: Snapshot | None = None
        self.now = 0

    @initialize(made=st.lists(offers, min_size=10, max_size=10, unique_by=lambda offer: offer.id))
    def start(self, made: list[Offer]) -> None:
        self.world.apply(RecordsPut(tuple(made)))

    def apply(self, effect: Effect) -> None:
        self.undo = self.world.apply(effect)

    @rule(now=nows)
    def move_the_clock(self, now: int) -> None:
        self.now = now

    @rule(made=st.lists(offers, min_size=1, max_size=8))
    def put_offers(self, made: list[Offer]) -> None:
        self.apply(RecordsPut(tuple(made)))

    @rule(pick=picks, changes=st.sampled_from(CHANGES))
    def change_an_offer(self, pick: int, changes: dict[str, Any]) -> None:
        self.apply(RecordsPut((replace(self.records.offers[self.existing(pick)], **changes),)))

    @rule(pick=picks, changes=st.sampled_from(CHANGES), made=st.lists(offers, max_size=3), removed=st.booleans())
    def replace_the_records(self, pick: int, changes: dict[str, Any], made: list[Offer], removed: bool) -> None:
        records = self.records.copy()
        records.put(replace(records.offers[self.existing(pick)], **changes), *made)
        if removed and len(records.offers) > 3:
            del records.offers[self.existing(pick + 1)]
        with self.world.lock:
            self.world.replace_records(records)
        self.undo = None

    @rule(pick=picks, changes=st.sampled_from(CHANGES))
    def list_other_records_for_one_request(self, pick: int, changes: dict[str, Any]) -> None:
        records = self.records.copy()
        records.put(replace(records.offers[self.existing(pick)], **changes))
        asked = (records, CLUB, ListQuery(order=parse_order_by("uses_left, name", ORDERS)), self.now, 42)
        assert self.world.lists.member_page(*asked) == PLAIN.member_page(*asked)

    @rule(pick=picks, member_id=st.sampled_from(MEMBERS), at=nows)
    def use(self, pick: int, member_id: int, at: int) -> None:
        self.apply(UseBooked(self.existing(pick), member_id, at))

    @rule(id_=some_ids, member_id=st.sampled_from(MEMBERS), at=st.lists(nows, max_size=2))
    def set_uses(self, id_: int, member_id: int, at: list[int]) -> None:
        self.apply(UsesPut(id_, member_id, tuple(sorted(at))))

    @rule(id_=some_ids, member_id=st.sampled_from(MEMBERS), liked=st.booleans())
    def like(self, id_: int, member_id: int, liked: bool) -> None:
        self.apply(Liked(id_, member_id, 0) if liked else Unliked(id_, member_id))

    @rule(pick=picks, member_id=st.sampled_from(MEMBERS), expires_at=bounds)
    def grant(self, pick: int, member_id: int, expires_at: int | None) -> None:
        id_ = self.existing(pick)
        self.apply(GrantsAdded((Grant(offer_id=id_, member_id=member_id, granted_at=0, expires_at=expires_at),)))

    @rule(id_=st.sampled_from(COLLECTIONS), order=st.lists(some_ids, max_size=8), club=st.sampled_from([CLUB, OTHER]))
    def put_collection(self, id_: int, order: list[int], club: str) -> None:
        self.apply(RecordsPut((Collection(id=id_, club=club, offers_order=tuple(order)),)))

    @rule(id_=st.sampled_from(AUDIENCES), members=st.frozensets(st.sampled_from(MEMBERS)))
    def put_audience(self, id_: int, members: frozenset[int]) -> None:
        self.apply(RecordsPut((Audience(id=id_, club=CLUB, member_ids=members),)))

    @precondition(lambda self: self.undo is not None)
    @rule()
    def take_back(self) -> None:
        self.undo()
        self.undo = None

    @rule()
    def take_snapshot(self) -> None:
        self.snapshot = self.world.snapshot()

    @precondition(lambda self: self.snapshot is not None)
    @rule()
    def restore(self) -> None:
        self.world.restore(self.snapshot)
        self.undo = None

    @rule(query=member_queries | collection_queries, member_id=st.sampled_from([None, *MEMBERS]))
    def list_offers(self, query: ListQuery, member_id: int | None) -> None:
        asked = (self.records, CLUB, query, self.now, member_id)
        assert self.world.lists.member_page(*asked) == PLAIN.member_page(*asked)

    @invariant()
    def what_is_always_asked(self) -> None:
        for query in ALWAYS_ASKED:
            self.list_offers(query, 42)

    @rule(query=admin_queries)
    def list_offers_admin(self, query: ListQuery) -> None:
        assert self.world.lists.admin_page(self.records, CLUB, query) == PLAIN.admin_page(self.records, CLUB, query)

    @rule(member_id=st.sampled_from([None, *MEMBERS]), scope=st.sampled_from(["standard", "reward"]))
    def get_meta(self, member_id: int | None, scope: str) -> None:
        asked = (self.records, CLUB, self.now, member_id, scope)
        assert self.world.lists.meta(*asked) == PLAIN.meta(*asked)

    @invariant()
    def the_other_club_keeps_to_itself(self) -> None:
        page = self.world.lists.admin_page(self.records, OTHER, ListQuery(with_archived=True))
        assert {offer.club for offer in page.offers} <= {OTHER}
        assert page.info.total_count == sum(offer.club == OTHER for offer in self.records.offers.values())

    def existing(self, pick: int) -> int:
        return sorted(self.records.offers)[pick % len(self.records.offers)]


def walk(examples: int) -> None:
    checks = list(HealthCheck)
    phases = (Phase.reuse, Phase.generate)  # shrinking takes minutes, and the steps of a failure are few enough
    exact = settings(
        max_examples=examples, stateful_step_count=20, deadline=None, suppress_health_check=checks, phases=phases
    )
    run_state_machine_as_test(ListsAreExact, settings=exact)


def test_lists_are_the_same_whatever_changes() -> None:
    walk(20)


@pytest.mark.parametrize("few", [0, 2])
def test_lists_are_the_same_where_columns_are_made_anew(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(catalogue_module, "FEW", few)
    walk(10)


def test_1500_random_queries_of_a_bigger_catalogue() -> None:
    """The texts, numbers and pages of the benchmark's catalogue."""
    chance = random.Random(7)
    records = records_of(700, 20, chance)
    words = ["kaffe", "sko", "å", "jakke", "tisær", "gra", "e", "sommerdag", "frikaffebud"]
    lists = LargeLists(large=0)
    for n in range(1_500):
        now, order = NOW + chance.randrange(-90 * DAY, 90 * DAY), parse_sort(chance.choice(ADMIN_ATTRIBUTES), "desc")
        query = a_query(chance, words)
        asked = (records, CLUB, query, now, n % 21)
        assert lists.member_page(*asked) == PLAIN.member_page(*asked)
        query = replace(query, order=order, search=f"k-0 {query.search or ''}")
        assert lists.admin_page(records, CLUB, query) == PLAIN.admin_page(records, CLUB, query)
