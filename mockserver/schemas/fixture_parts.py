"""Parts of the records of fixture files, and what has no record of its own in a world: a use, a like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mockserver.domain.model import TIMESPANS, Event, Member, Offer, Period
from mockserver.schemas.fixture_shape import Attribute, Check, Shape
from mockserver.schemas.kinds import Choice, Plain, Whole, unfit
from mockserver.schemas.moments import Moment, Relative

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")


class Use(NamedTuple):
    """When a member used an offer."""

    offer_id: int
    member_id: int
    at: tuple[Moment, ...]


class Like(NamedTuple):
    """Since when a member likes an offer."""

    offer_id: int
    member_id: int
    at: Moment


class Slug(Plain, frozen=True):
    """The part of a path that names a club."""

    def read(self, value: Any) -> str:
        """Return the slug."""
        if type(value) is not str or not _SLUG.fullmatch(value):
            raise unfit("a text of A-Z a-z 0-9 . _ ~ -, such as infinity-mall")
        return value


def in_order(*windows: str) -> Check:
    """Make the check that each window ends no sooner than it begins, where both ends are dates of the same sort."""
    names = [(f"{window}_since", f"{window}_until") for window in windows]

    def check(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for begin, end in names:
            since, until = values.get(begin), values.get(end)
            if type(since) is Relative and type(until) is Relative:
                since, until = since.offset, until.offset
            if type(since) is int and type(until) is int and until < since:
                yield end, f"a date that is not before {begin}"

    return check


def offer(**values: Any) -> Offer:
    """Make an offer; until it is updated, it was last updated when it was made."""
    values.setdefault("updated_at", values["created_at"])
    return Offer(**values)


def member(**values: Any) -> Member:
    """Make a member; until it is updated, it was last updated when it was made."""
    values.setdefault("updated_at", values["created_at"])
    return Member(**values)


def event(**values: Any) -> Event:
    """Make an event, recorded when it happened unless told otherwise."""
    values.setdefault("recorded_at", values["created_at"])
    return Event(**values)


PERIOD = Shape(
    Period,
    {
        "timespan": Attribute(Choice(TIMESPANS), required=True),
        "max_uses": Attribute(Whole(0), required=True),
    },
)
