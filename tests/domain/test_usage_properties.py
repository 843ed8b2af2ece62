"""Limits against an oracle: random sequences of uses, grants and clock moves, and every boundary at -1, 0 and +1 ms."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from mockserver.domain.granting import granted
from mockserver.domain.model import TIMESPANS, Club, Grant, Member, Offer, Period
from mockserver.domain.periods import period_around
from mockserver.domain.usage import UseAttempt, usage_of, use_checks
from mockserver.domain.uses import NO_USES, Uses
from mockserver.domain.visibility import visible
from mockserver.records.tables import Records
from tests.domain.oracle import Oracle, calendar_period, instant

MEMBERS = (1, 2)
SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000
# clocks that change at 1, 2 or 3 o'clock, at midnight (so that a day has none, or begins in a repeated hour), never,
# by half an hour, and once by leaving out a whole day
WHOLE_HOURS = (
    "UTC",
    "Europe/Oslo",
    "America/New_York",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "America/Havana",
    "Africa/Cairo",
)
ZONES = (*WHOLE_HOURS, "Australia/Lord_Howe", "Pacific/Apia")
TURNS = (
    instant(2024, 3, 31, 1), instant(2024, 10, 27, 1), instant(2024, 3, 10, 7), instant(2024, 11, 3, 6),
    instant(2017, 10, 15, 3), instant(2018, 2, 18, 2), instant(2024, 11, 3, 5), instant(2024, 4, 25, 22),
    instant(2011, 12, 30, 10), instant(2024, 4, 6, 15), instant(2024, 10, 5, 15), instant(2024, 2, 29), instant(2025, 1, 1),
)  # fmt: skip
EARLIEST, LATEST = instant(2000, 1, 1), instant(2040, 1, 1)

around_turns = st.builds(
    int.__add__, st.sampled_from(TURNS), st.integers(-3 * DAY, 3 * DAY) | st.sampled_from((-1, 0, 1))
)
instants = around_turns | st.integers(EARLIEST, LATEST)
deltas = st.sampled_from((1, SECOND, 35 * SECOND, 59 * SECOND, HOUR, 23 * HOUR, DAY, 31 * DAY)) | st.integers(
    0, 40 * DAY
)


@settings(max_examples=400, deadline=None)
@given(now=instants, timespan=st.sampled_from(TIMESPANS), timezone=st.sampled_from(ZONES))
def test_a_period_is_as_long_as_the_wall_clock_shows_it(now, timespan, timezone):
    assume(timespan not in ("MINUTE", "HOUR") or timezone in WHOLE_HOURS)
    since, until = period_around(now, timespan, timezone)
    current = calendar_period(now, timespan, timezone)
    assert since <= now < until
    assert calendar_period(since, timespan, timezone) == current == calendar_period(until - 1, timespan, timezone)
    assert calendar_period(since - 1, timespan, timezone) != current != calendar_period(until, timespan, timezone)


@settings(max_examples=200, deadline=None)
@given(now=instants, timespan=st.sampled_from(TIMESPANS), timezone=st.sampled_from(WHOLE_HOURS))
def test_periods_follow_one_another_without_gap_or_overlap(now, timespan, timezone):
    since, until = period_around(now, timespan, timezone)
    assert period_around(since, timespan, timezone) == (since, until) == period_around(until - 1, timespan, timezone)
    assert period_around(until, timespan, timezone)[0] == until
    assert period_around(since - 1, timespan, timezone)[1] == since


def optional(values):
    return st.none() | values


@st.composite
def offers(draw, start):
    """An offer with any mixture of limits, whose times lie about ``start``."""
    type_ = draw(st.sampled_from(("REGULAR", "REGULAR", "EXCLUSIVE")))
    return Offer(
        id=1,
        club="mall",
        type=type_,
        status="published",
        scope=draw(st.sampled_from(("standard", "standard", "standard", "reward", "informational"))),
        maximum_uses_per_user=draw(optional(st.integers(0 if type_ == "REGULAR" else 1, 5))),
        stock=draw(optional(st.integers(0, 8))),
        period=draw(
            optional(
                st.builds(
                    lambda span, most: Period(timespan=span, max_uses=most),
                    st.sampled_from(TIMESPANS),
                    st.integers(0, 3),
                )
            )
        ),
        usable_since=draw(optional(st.integers(start - DAY, start + DAY))),
        usable_until=draw(optional(st.integers(start, start + 60 * DAY))),
    )


def granted_offers(start):
    """An offer that only grants limit."""
    return st.builds(
        Offer,
        id=st.just(1),
        club=st.just("mall"),
        type=st.sampled_from(("EXCLUSIVE", "BIRTHDAY", "WELCOME")),
        status=st.just("published"),
        maximum_uses_per_user=optional(st.integers(1, 3)),
    )


class Limits(RuleBasedStateMachine):
    """Two members use and are granted one offer, while the clock moves on, back, and to where things change."""

    offers = staticmethod(offers)

    @initialize(
        data=st.data(),
        start=around_turns,
        timezone=st.sampled_from(WHOLE_HOURS),
        window=st.sampled_from((0, 1, 35, 3_600)),
    )
    def open(self, data, start, timezone, window):
        self.now = start
        self.club = Club(slug="mall", timezone=timezone, activated_seconds_time=window)
        self.offer = data.draw(self.offers(start))
        self.records = Records()
        self.records.put(self.club, self.offer)
        self.oracle = Oracle(self.offer, timezone, window * 1000)

    @rule(by=deltas)
    def wait(self, by):
        self.now = min(self.now + by, LATEST)

    @rule(data=st.data(), off_by=st.sampled_from((-1, 0, 1)))
    def wait_for_a_boundary(self, data, off_by):
        ahead = sorted({at for at in self.boundaries() if at + off_by >= self.now})
        if ahead:
            self.now = data.draw(st.sampled_from(ahead)) + off_by

    @precondition(lambda self: self.offer.type == "REGULAR")
    @rule(by=deltas)
    def turn_back(self, by):
        self.now -= by

    @rule(member=st.sampled_from(MEMBERS))
    def use(self, member):
        expected = self.oracle.refusal(member, self.now)
        assert self.first_refusal(member) == expected
        if expected is None:
            self.records.book_use(1, member, self.now)
            self.oracle.use(member, self.now)

    @precondition(lambda self: self.offer.type != "REGULAR")
    @rule(
        member=st.sampled_from(MEMBERS),
        seconds=optional(st.sampled_from((0, 1, 36, 3_600, 86_400)) | st.integers(1, 10**6)),
    )
    def grant(self, member, seconds):
        if self.records.uses.get((1, member), NO_USES).last == self.now:
            self.now += 1  # of a use and a grant in one millisecond, the records do not say which came first
        given = granted(self.offer, member, self.now, seconds)
        self.records.add_grants([given])
        self.oracle.grant(
            member, self.offer.maximum_uses_per_user or 1, None if seconds is None else self.now + seconds * 1000
        )

    @invariant()
    def usage_is_what_the_oracle_says(self):
        for member in MEMBERS:
            usage = usage_of(self.offer, self.club, self.now, *self.of(member))
            in_period = usage.period and usage.period.uses_left
            found = (usage.usable, usage.max_uses, usage.uses_left, usage.active_until, in_period)
            assert found == self.oracle.usage(member, self.now)

    @invariant()
    def what_is_usable_can_be_used_unless_it_is_active(self):
        for member in MEMBERS:
            usable = usage_of(self.offer, self.club, self.now, *self.of(member)).usable
            refusal = self.first_refusal(member)
            assert (refusal in (None, "already_active")) if usable else (refusal is not None)

    @invariant()
    def no_limit_is_ever_overdrawn(self):
        stock, limit = self.offer.stock, self.offer.maximum_uses_per_user
        counts = [len(self.records.uses.get((1, member), NO_USES)) for member in MEMBERS]
        assert sum(counts) == self.records.uses_count.get(1, 0)
        assert stock is None or sum(counts) <= stock
        assert limit is None or self.offer.type != "REGULAR" or max(counts) <= limit

    def of(self, member):
        """What decides a member's usage: uses, all members' uses, grants."""
        records = self.records
        return records.uses.get((1, member), NO_USES), records.uses_count.get(1, 0), records.grants.get((1, member), ())

    def first_refusal(self, member):
        uses, count, grants = self.of(member)
        person = Member(id=member, club="mall")
        attempt = UseAttempt(self.offer, self.club, person, self.now, uses, count, grants, None)
        return next((check.name for check in use_checks(attempt) if not check.passed), None)

    def boundaries(self):
        """The moments known now at which something changes."""
        for member in MEMBERS:
            yield from (at for at in [self.oracle.active_until(member)] if at is not None)
            yield from (grant.expires_at for grant in self.of(member)[2] if grant.expires_at is not None)
        yield from (at for at in (self.offer.usable_since, self.offer.usable_until) if at is not None)
        if self.offer.period is not None:
            yield period_around(self.now, self.offer.period.timespan, self.club.timezone)[1]


TestLimits = Limits.TestCase
TestLimits.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)


class Grants(Limits):
    """The same with nothing but grants, so that they come to bear."""

    offers = staticmethod(granted_offers)


TestGrants = Grants.TestCase
TestGrants.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)


# -- boundaries, one by one

NOW = instant(2024, 5, 15, 12)
CLUB = Club(slug="mall", timezone="Europe/Oslo", activated_seconds_time=35)
OFFER = Offer(id=1, club="mall", status="published")


def refusal_at(offer: Offer, now: int, uses: tuple[int, ...] = (), grants: tuple[Grant, ...] = ()) -> str | None:
    attempt = UseAttempt(offer, CLUB, Member(id=1, club="mall"), now, Uses(uses), len(uses), grants, None)
    return next((check.name for check in use_checks(attempt) if not check.passed), None)


@pytest.mark.parametrize(("off_by", "refusal"), [(-1, "already_active"), (0, None), (1, None)])
def test_an_active_window_ends_at_active_until(off_by, refusal):
    assert refusal_at(OFFER, NOW + 35_000 + off_by, (NOW,)) == refusal


@pytest.mark.parametrize(("off_by", "since", "until"), [(-1, False, True), (0, True, False), (1, True, False)])
def test_an_offer_is_usable_and_visible_from_since_until_just_before_until(off_by, since, until):
    wanted = {False: "not_in_usable_timeframes", True: None}
    assert refusal_at(replace(OFFER, usable_since=NOW), NOW + off_by) == wanted[since]
    assert refusal_at(replace(OFFER, usable_until=NOW), NOW + off_by) == wanted[until]
    assert visible(replace(OFFER, visible_since=NOW), NOW + off_by, "standard", False) is since
    assert visible(replace(OFFER, visible_until=NOW), NOW + off_by, "standard", False) is until


@pytest.mark.parametrize(("off_by", "refusal"), [(-1, None), (0, "not_granted"), (1, "not_granted")])
def test_a_grant_lapses_at_its_expiry(off_by, refusal):
    grant = Grant(offer_id=1, member_id=1, granted_at=NOW - 10, expires_at=NOW)
    assert refusal_at(replace(OFFER, type="BIRTHDAY"), NOW + off_by, grants=(grant,)) == refusal


@pytest.mark.parametrize(("off_by", "refusal"), [(-1, "periodic_user_limit_exceeded"), (0, None), (1, None)])
@pytest.mark.parametrize(
    ("timespan", "used", "next_period"),
    [
        ("MINUTE", instant(2024, 3, 31, 0, 58), instant(2024, 3, 31, 0, 59)),
        ("HOUR", instant(2024, 3, 31, 0), instant(2024, 3, 31, 1)),  # 2 o'clock, that is 3 o'clock
        ("HOUR", instant(2024, 10, 27, 0), instant(2024, 10, 27, 1)),  # the hour from 2 to 3, that comes twice
        ("DAY", instant(2024, 3, 30, 23), instant(2024, 3, 31, 22)),  # the day of 23 hours
        ("DAY", instant(2024, 10, 26, 22), instant(2024, 10, 27, 23)),  # the day of 25 hours
        ("WEEK", instant(2024, 3, 24, 23), instant(2024, 3, 31, 22)),  # Monday begins after the clock has changed
        ("MONTH", instant(2024, 2, 29, 12), instant(2024, 2, 29, 23)),
        ("YEAR", instant(2023, 12, 31, 23), instant(2024, 12, 31, 23)),
    ],
)
def test_a_periodic_limit_starts_anew_with_the_clubs_calendar(timespan, used, next_period, off_by, refusal):
    offer = replace(OFFER, period=Period(timespan=timespan, max_uses=1))
    assert refusal_at(offer, next_period + off_by, (used,)) == refusal


def test_a_use_draws_on_no_grant_that_came_later():
    lasting = Grant(offer_id=1, member_id=1, granted_at=NOW)
    later = Grant(offer_id=1, member_id=1, granted_at=NOW + 60_000, expires_at=NOW + 120_000)
    offer, uses = replace(OFFER, type="WELCOME"), (NOW + 1,)
    assert refusal_at(offer, NOW + 60_000, uses, (lasting, later)) is None
    assert refusal_at(offer, NOW + 120_000, uses, (lasting, later)) == "user_limit_exceeded"
