"""A second opinion on limits: slow, stateful and naive, to compare the rules with.

Where the rules compute from history, the oracle keeps books as things happen; where they compute a period's ends, it
asks of each use whether the wall clock showed the same period.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mockserver.domain.model import Offer

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """The milliseconds of a moment in UTC."""
    return (datetime(year, month, day, hour, minute, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)


def wall(at: int, timezone: str) -> datetime:
    """What a clock on the wall shows."""
    return (EPOCH + timedelta(milliseconds=at)).astimezone(ZoneInfo(timezone))


def calendar_period(at: int, timespan: str, timezone: str) -> tuple[object, ...]:
    """What tells one period from all others; an hour that the wall clock shows twice is two."""
    shown = wall(at, timezone)
    match timespan:
        case "YEAR":
            return (shown.year,)
        case "MONTH":
            return (shown.year, shown.month)
        case "WEEK":
            return tuple(shown.isocalendar())[:2]
        case "DAY":
            return (shown.date(),)
        case "HOUR":
            return (shown.date(), shown.hour, shown.utcoffset())
        case _:
            return (shown.date(), shown.hour, shown.minute, shown.utcoffset())


@dataclass
class Voucher:
    """A grant as a thing in a member's hand: what is left of it, and until when."""

    left: int
    expires_at: int | None
    used: int = 0

    def valid(self, now: int) -> bool:
        return self.expires_at is None or now < self.expires_at


@dataclass
class Oracle:
    """The books of one offer: each member's uses and vouchers."""

    offer: Offer
    timezone: str
    window: int
    uses: dict[int, list[int]] = field(default_factory=dict)
    vouchers: dict[int, list[Voucher]] = field(default_factory=dict)

    def grant(self, member: int, uses: int, expires_at: int | None) -> None:
        self.vouchers.setdefault(member, []).append(Voucher(uses, expires_at))

    def use(self, member: int, now: int) -> None:
        """Book a use, on the valid voucher that expires first."""
        self.uses.setdefault(member, []).append(now)
        held = [voucher for voucher in self.vouchers.get(member, []) if voucher.valid(now) and voucher.left]
        if held:
            first = min(held, key=lambda voucher: float("inf") if voucher.expires_at is None else voucher.expires_at)
            first.left -= 1
            first.used += 1

    def total(self) -> int:
        return sum(map(len, self.uses.values()))

    def active_until(self, member: int) -> int | None:
        return max(self.uses[member]) + self.window if self.uses.get(member) else None

    def granted(self, member: int, now: int) -> bool:
        return self.offer.type == "REGULAR" or any(voucher.valid(now) for voucher in self.vouchers.get(member, []))

    def own_limit(self, member: int, now: int) -> tuple[int | None, int | None]:
        """The member's uses in all, and those left."""
        if self.offer.type != "REGULAR":
            held = self.vouchers.get(member, [])
            left = sum(voucher.left for voucher in held if voucher.valid(now))
            return left + sum(voucher.used for voucher in held), left
        limit = self.offer.maximum_uses_per_user
        return limit, None if limit is None else max(0, limit - len(self.uses.get(member, [])))

    def stock_left(self) -> int | None:
        return None if self.offer.stock is None else max(0, self.offer.stock - self.total())

    def period_left(self, member: int, now: int) -> int | None:
        period = self.offer.period
        if period is None:
            return None
        current = calendar_period(now, period.timespan, self.timezone)
        used = [
            at for at in self.uses.get(member, []) if calendar_period(at, period.timespan, self.timezone) == current
        ]
        return max(0, period.max_uses - len(used))

    def in_time(self, now: int) -> bool:
        since, until = self.offer.usable_since, self.offer.usable_until
        return self.offer.scope != "informational" and not (since and now < since) and not (until and now >= until)

    def refusal(self, member: int, now: int) -> str | None:
        """Why a use is refused now, the documents' first reason first; None when it is not."""
        active = self.active_until(member)
        reasons = {
            "already_active": active is not None and now < active,
            "not_granted": not self.granted(member, now),
            "user_limit_exceeded": self.own_limit(member, now)[1] == 0,
            "periodic_user_limit_exceeded": self.period_left(member, now) == 0,
            "global_limit_exceeded": self.stock_left() == 0,
            "not_in_usable_timeframes": not self.in_time(now),
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    def usage(self, member: int, now: int) -> tuple[object, ...]:
        """``usable, max_uses, uses_left, active_until`` and what is left of the period."""
        limit, own = self.own_limit(member, now)
        lefts = [left for left in (own, self.stock_left()) if left is not None]
        left = min(lefts) if lefts else None
        in_period = self.period_left(member, now)
        usable = self.granted(member, now) and left != 0 and in_period != 0 and self.in_time(now)
        return usable, limit, left, self.active_until(member), in_period
