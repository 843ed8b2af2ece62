"""The timeline: what time alone will change, in order, and until when a kept answer stays true."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mockserver.clock import Clock
from mockserver.domain.model import NO_USES, Club, Grant, Member, Period, Token
from mockserver.domain.usage import usage_of
from mockserver.domain.visibility import visible
from mockserver.records.effects import Claim, GrantsAdded, ScenarioActivated, ScenarioDeactivated
from mockserver.settings import Settings
from mockserver.values.instants import DAY, HOUR, parse_iso
from mockserver.worlds.timeline import Moment, Timeline
from mockserver.worlds.world import World
from tests.records import CLUB, NOON, offer, put, records_of

MIDNIGHT_IN_OSLO = parse_iso("2019-03-13T23:00:00Z")


def test_windows_come_in_order_and_only_those_ahead():
    records = records_of(
        offer(1, usable_since=NOON - 1, usable_until=NOON + 2_000),
        offer(2, visible_since=NOON + 1, visible_until=NOON + 3_000),
        offer(3, status="draft", usable_until=NOON + 5),
        offer(4, archived_at=NOON, usable_until=NOON + 5),
    )
    assert Timeline(records).coming(NOON) == [
        Moment(NOON + 1, "visible_since", 2),
        Moment(NOON + 2_000, "usable_until", 1),
        Moment(NOON + 3_000, "visible_until", 2),
    ]


def test_members_bring_about_moments_of_their_own():
    records = records_of(offer(1), offer(2, period=Period(timespan="DAY", max_uses=1)), offer(3, type="EXCLUSIVE"))
    records.book_use(1, 42, NOON - 1_000)
    records.book_use(2, 43, NOON - HOUR)
    records.add_grants([Grant(offer_id=3, member_id=42, granted_at=NOON, expires_at=NOON + 7)])
    records.put(replace(records.members[43], banned_until=NOON + DAY))
    records.put(
        Token(token="t", member_id=42, created_at=NOON, expires_in=60),
        Token(token="gone", member_id=42, created_at=NOON, expires_in=60, revoked=True),
    )
    assert Timeline(records).coming(NOON) == [
        Moment(NOON + 7, "grant_expires", 3, 42),
        Moment(NOON + 34_000, "active_until", 1, 42),
        Moment(NOON + 60_000, "token_expires", None, 42),
        Moment(MIDNIGHT_IN_OSLO, "period_rollover", 2, 43),
        Moment(NOON + DAY, "banned_until", None, 43),
    ]


@pytest.mark.parametrize(("offset", "there"), [(-1, True), (0, False), (1, False)])
def test_a_moment_is_coming_until_it_is_reached(offset, there):
    records = records_of(offer(1))
    records.book_use(1, 42, NOON)
    ends = NOON + CLUB.activated_seconds_time * 1_000
    coming = Timeline(records).coming(ends + offset)
    assert coming == ([Moment(ends, "active_until", 1, 42)] if there else [])


def test_the_limit_and_the_ids_choose():
    records = records_of(*(offer(n, usable_until=NOON + n) for n in range(1, 6)))
    records.book_use(2, 42, NOON)
    records.book_use(2, 43, NOON)
    timeline = Timeline(records)
    assert [moment.offer_id for moment in timeline.coming(NOON, limit=2)] == [1, 2]
    assert timeline.coming(NOON, member_id=43, offer_id=2) == [
        Moment(NOON + 2, "usable_until", 2),
        Moment(NOON + 35_000, "active_until", 2, 43),
    ]


def test_a_period_without_uses_rolls_over_unseen():
    records = records_of(offer(1, period=Period(timespan="DAY", max_uses=1)))
    assert Timeline(records).coming(NOON) == []
    assert Timeline(records).next_change(NOON) == MIDNIGHT_IN_OSLO


def test_the_next_change_follows_the_catalogue_and_the_grants():
    world = World("w", records_of(offer(1)), Clock(), Settings())
    timeline = world.timeline
    assert timeline.next_change(NOON, "mall") is None
    put(world, offer(2, visible_until=NOON + 50))
    assert timeline.next_change(NOON, "mall") == NOON + 50
    world.apply(GrantsAdded((Grant(offer_id=1, member_id=42, granted_at=NOON, expires_at=NOON + 20),)))
    assert timeline.next_change(NOON, "mall") == NOON + 20
    assert timeline.next_change(NOON + 20, "mall") == NOON + 50
    assert timeline.next_change(NOON + 49, "mall") == NOON + 50
    assert timeline.next_change(NOON + 50, "mall") is None
    assert timeline.next_change(NOON, "mall") == NOON + 20  # a clock may go back


def test_a_restored_world_has_its_old_moments_again():
    world = World("w", records_of(offer(1, visible_until=NOON + 50)), Clock(), Settings())
    kept, timeline = world.snapshot(), world.timeline
    put(world, replace(world.records.offers[1], visible_until=None))
    assert timeline.next_change(NOON) is None
    assert timeline.coming(NOON) == []
    world.restore(kept)
    assert timeline.next_change(NOON) == NOON + 50
    assert [moment.at for moment in timeline.coming(NOON)] == [NOON + 50]
    undo = put(world, offer(2, visible_until=NOON + 20))
    assert timeline.next_change(NOON) == NOON + 20
    undo()
    assert timeline.next_change(NOON) == NOON + 50


def test_what_a_scenario_arranges_is_a_moment_as_long_as_it_is_active():
    world = World("w", records_of(offer(1, visible_until=NOON + 50)), Clock(), Settings())
    assert world.timeline.next_change(NOON) == NOON + 50
    world.apply(ScenarioActivated("s", {"world": {}}, (Claim("offers", 1, "visible_until", NOON + 20),)))
    assert world.timeline.next_change(NOON) == NOON + 20
    world.apply(ScenarioDeactivated("s"))
    assert world.timeline.next_change(NOON) == NOON + 50


def test_other_clubs_do_not_shorten_ones_own_answers():
    records = records_of(offer(1, usable_until=NOON + 9))
    records.put(Club(slug="other"), Member(id=50, club="other"))
    records.put(replace(offer(2, usable_until=NOON + 5), club="other"))
    timeline = Timeline(records)
    assert [timeline.next_change(NOON, club) for club in ("mall", "other", None)] == [NOON + 9, NOON + 5, NOON + 5]


INSTANTS = st.integers(NOON - 100, NOON + 100)
MAYBE = st.none() | INSTANTS


@given(
    windows=st.lists(st.tuples(MAYBE, MAYBE, MAYBE, MAYBE), min_size=1, max_size=4),
    grants=st.lists(st.tuples(st.integers(1, 4), MAYBE), max_size=3),
    uses=st.lists(st.tuples(st.integers(1, 4), INSTANTS), max_size=3),
    asked=st.lists(INSTANTS, min_size=1, max_size=5),
    after=st.integers(0, 200),
)
def test_nothing_that_is_read_changes_before_the_next_change(windows, grants, uses, asked, after):
    records = records_of(
        *(
            offer(
                n, visible_since=vs, visible_until=vu, usable_since=us, usable_until=uu,
                type="EXCLUSIVE" if n % 2 else "REGULAR", period=Period(timespan="MINUTE", max_uses=1),
            )
            for n, (vs, vu, us, uu) in enumerate(windows, 1)
        )
    )  # fmt: skip
    records.add_grants(Grant(offer_id=n, member_id=42, granted_at=NOON - 100, expires_at=at) for n, at in grants)
    for n, at in sorted(uses, key=lambda use: use[1]):
        records.book_use(n, 42, at)

    def read(now: int) -> list[object]:
        return [
            (visible(each, now, each.scope, False), usage_of(each, CLUB, now, records.uses.get((each.id, 42), NO_USES),
             records.uses_count.get(each.id, 0), records.grants.get((each.id, 42), ())))
            for each in records.offers.values()
        ]  # fmt: skip

    timeline = Timeline(records)
    for now in asked:
        change = timeline.next_change(now, "mall")
        assert change is None or change > now
        later = now + after if change is None else min(now + after, change - 1)
        assert read(now) == read(later)
