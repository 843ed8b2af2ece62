"""Why a use is refused: each reason by example, in the documented order, a millisecond before, at and after its boundary.

Sources: ``docs/offers-member-2019-08.md``, "Use offer"; the contract, "``use_offer`` errors".
"""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.domain.granting import grant_checks, granted
from mockserver.domain.model import Club, Grant, Member, Offer, Period
from mockserver.domain.usage import UseAttempt, check_not_banned, use_checks
from mockserver.domain.uses import Uses
from mockserver.errors import Refused
from tests.domain.oracle import instant

NOW = instant(2024, 5, 15, 12)
DAY = 86_400_000
CLUB = Club(slug="mall", timezone="Europe/Oslo", activated_seconds_time=35, usage_authorization_tokens=("till-7",))
MEMBER = Member(id=42, club="mall")
OFFER = Offer(id=1, club="mall", status="published")
GRANT = Grant(offer_id=1, member_id=42, granted_at=NOW - DAY)


def refusal(offer: Offer = OFFER, now: int = NOW, **circumstances: Any) -> str | None:
    """Return the refusal of a use at ``now``, None where it goes through."""
    uses = Uses(circumstances.get("uses", ()))
    attempt = UseAttempt(
        offer,
        CLUB,
        MEMBER,
        now,
        uses,
        circumstances.get("uses_count", len(uses)),
        circumstances.get("grants", ()),
        circumstances.get("token"),
    )
    return next((check.name for check in use_checks(attempt) if not check.passed), None)


def test_an_offer_without_limits_can_be_used() -> None:
    assert refusal() is None


# -- the order: the offer below is refused for every reason, and one after the other is mended

FORBIDDEN = replace(
    OFFER,
    type="EXCLUSIVE",
    usage_authorization_token_required=True,
    period=Period(timespan="DAY", max_uses=1),
    stock=1,
    usable_until=NOW,
)
EVERYTHING_WRONG = {"offer": FORBIDDEN, "uses": (NOW - 1,)}
SPENT = replace(GRANT, uses=1)
MENDED: list[tuple[str | None, dict[str, Any]]] = [
    ("already_active", {}),
    ("not_granted", {"uses": (NOW - 35_000,)}),
    ("usage_authorization_token_missing", {"grants": (SPENT,)}),
    ("usage_authorization_token_invalid", {"token": "till-8"}),
    ("user_limit_exceeded", {"token": "till-7"}),
    ("periodic_user_limit_exceeded", {"grants": (replace(GRANT, uses=2),)}),
    ("global_limit_exceeded", {"offer": replace(FORBIDDEN, period=None)}),
    ("not_in_usable_timeframes", {"offer": replace(FORBIDDEN, period=None, stock=2)}),
    (None, {"offer": replace(FORBIDDEN, period=None, stock=2, usable_until=NOW + 1)}),
]


@pytest.mark.parametrize("mended", range(len(MENDED)), ids=[str(reason) for reason, _ in MENDED])
def test_of_several_reasons_the_documents_first_one_wins(mended: int) -> None:
    circumstances = dict(EVERYTHING_WRONG)
    for _, change in MENDED[: mended + 1]:
        circumstances |= change
    assert refusal(**circumstances) == MENDED[mended][0]


# -- each reason and its boundary

BOUNDARY = pytest.mark.parametrize("off_by", [-1, 0, 1])


@BOUNDARY
def test_an_offer_is_active_until_the_clubs_seconds_after_the_last_use_have_passed(off_by: int) -> None:
    assert refusal(uses=(NOW - 35_000 - off_by,)) == ("already_active" if off_by < 0 else None)


@BOUNDARY
def test_a_grant_can_be_used_until_just_before_it_expires(off_by: int) -> None:
    grant = replace(GRANT, expires_at=NOW - off_by)
    assert refusal(replace(OFFER, type="BIRTHDAY"), grants=(grant,)) == (None if off_by < 0 else "not_granted")


@pytest.mark.parametrize("type_", ["EXCLUSIVE", "BIRTHDAY", "WELCOME"])
def test_these_types_need_a_grant_and_regular_ones_do_not(type_: str) -> None:
    assert refusal(replace(OFFER, type=type_)) == "not_granted"
    assert refusal(replace(OFFER, type=type_), grants=(GRANT,)) is None
    assert refusal(replace(OFFER, type="REGULAR")) is None


@pytest.mark.parametrize(
    ("required", "token", "expected"),
    [
        (False, None, None),
        (False, "till-7", None),
        (False, "till-8", "usage_authorization_token_invalid"),
        (False, "", "usage_authorization_token_invalid"),
        (True, None, "usage_authorization_token_missing"),
        (True, "till-7", None),
        (True, "till-8", "usage_authorization_token_invalid"),
    ],
)
def test_a_usage_token_is_missing_only_where_it_is_required_and_valid_only_if_it_is_the_clubs(
    required: bool, token: str | None, expected: str | None
) -> None:
    assert refusal(replace(OFFER, usage_authorization_token_required=required), token=token) == expected


@pytest.mark.parametrize(("used", "expected"), [(1, None), (2, "user_limit_exceeded"), (3, "user_limit_exceeded")])
def test_a_member_may_use_an_offer_so_many_times(used: int, expected: str | None) -> None:
    uses = tuple(NOW - DAY - n for n in range(used))
    assert refusal(replace(OFFER, maximum_uses_per_user=2), uses=uses) == expected


@pytest.mark.parametrize(("used", "expected"), [(1, None), (2, "global_limit_exceeded"), (3, "global_limit_exceeded")])
def test_all_members_together_may_use_the_stock(used: int, expected: str | None) -> None:
    assert refusal(replace(OFFER, stock=2), uses_count=used) == expected


@BOUNDARY
@pytest.mark.parametrize(
    ("timespan", "begins"),
    [
        ("MINUTE", NOW),
        ("HOUR", NOW),
        ("DAY", instant(2024, 5, 15, 22)),  # midnight in Oslo, which is two hours ahead in summer
        ("WEEK", instant(2024, 5, 12, 22)),  # Monday
        ("MONTH", instant(2024, 4, 30, 22)),
        ("YEAR", instant(2023, 12, 31, 23)),  # one hour ahead in winter
    ],
)
def test_a_periodic_limit_begins_anew_with_the_next_calendar_period(timespan: str, begins: int, off_by: int) -> None:
    offer = replace(OFFER, period=Period(timespan=timespan, max_uses=1))
    expected = "periodic_user_limit_exceeded" if off_by < 0 else None
    assert refusal(offer, begins + off_by, uses=(begins - 40_000,)) == expected


@BOUNDARY
def test_an_offer_is_usable_from_since_until_just_before_until(off_by: int) -> None:
    early = refusal(replace(OFFER, usable_since=NOW - off_by))
    late = refusal(replace(OFFER, usable_until=NOW - off_by))
    assert early == ("not_in_usable_timeframes" if off_by < 0 else None)
    assert late == (None if off_by < 0 else "not_in_usable_timeframes")


def test_an_informational_offer_is_never_usable() -> None:
    assert refusal(replace(OFFER, scope="informational")) == "not_in_usable_timeframes"


# -- bans, which the operation checks before all of these


@BOUNDARY
def test_a_ban_ends_at_banned_until(off_by: int) -> None:
    banned = replace(MEMBER, banned_until=NOW - off_by)
    if off_by < 0:
        with pytest.raises(Refused) as refused:
            check_not_banned(banned, NOW)
        assert refused.value.id == "member_is_banned"
        assert refused.value.facts == {"banned_until": NOW + 1}
    else:
        check_not_banned(banned, NOW)


def test_a_member_who_was_never_banned_is_not() -> None:
    check_not_banned(MEMBER, NOW)


# -- granting


@pytest.mark.parametrize(
    ("offer", "uses_count", "in_audience", "expected"),
    [
        (OFFER, 1, False, "not_grantable"),
        (replace(OFFER, type="WELCOME", stock=1), 1, False, "global_limit_exceeded"),
        (replace(OFFER, type="WELCOME", stock=2), 1, False, "member_not_in_audience"),
        (replace(OFFER, type="WELCOME", stock=2), 1, True, None),
    ],
)
def test_a_grant_is_refused_in_the_documented_order(
    offer: Offer, uses_count: int, in_audience: bool, expected: str | None
) -> None:
    checks = grant_checks(offer, uses_count, in_audience)
    assert next((check.name for check in checks if not check.passed), None) == expected


def test_a_grant_gives_one_use_or_the_members_limit_and_lapses_after_its_seconds() -> None:
    assert granted(OFFER, 42, NOW, None) == Grant(offer_id=1, member_id=42, granted_at=NOW, uses=1)
    limited = replace(OFFER, maximum_uses_per_user=3)
    assert granted(limited, 42, NOW, 60) == Grant(
        offer_id=1, member_id=42, granted_at=NOW, uses=3, expires_at=NOW + 60_000
    )
