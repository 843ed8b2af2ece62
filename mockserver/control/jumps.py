"""The targets of ``clock/jump``: named moments of the world's timeline."""

from __future__ import annotations

import re

from msgspec import Struct

from mockserver.control.errors import CallRefused, not_found
from mockserver.documents.problems import described, suggestion
from mockserver.domain.model import Club, Offer
from mockserver.domain.periods import period_around
from mockserver.domain.usage import active_until
from mockserver.values.instants import LATEST, Instant, parse_iso
from mockserver.worlds.boundaries import WINDOWS
from mockserver.worlds.timeline import KINDS, Moment
from mockserver.worlds.world import World

_NAMED = re.compile(r"(?P<table>offer|member):(?P<id>\d{1,18})\.(?P<attribute>\w+)")
OFFER_MOMENTS = (*WINDOWS, "active_until", "period_rollover", "grant_expires")
MEMBER_MOMENTS = ("banned_until", "token_expires")


class JumpTarget(Struct, frozen=True):
    """A requested moment, with its member and offer if they are given."""

    to: str
    member_id: int | None = None
    offer_id: int | None = None


def find(goal: JumpTarget, world: World) -> Moment:
    """Return the moment. Raise CallRefused: 404 for a missing record, 422 for a moment that does not exist."""
    try:
        return Moment(parse_iso(goal.to), "time")
    except ValueError:
        pass
    named = _NAMED.fullmatch(goal.to)
    if named is None:
        return _coming(goal, world)
    id_, what = int(named["id"]), named["attribute"]
    if named["table"] == "member":
        return Moment(_of_member(id_, what, world), what, member_id=id_)
    return Moment(_of_offer(id_, what, goal.member_id, world), what, id_, goal.member_id)


def _coming(goal: JumpTarget, world: World) -> Moment:
    """Return the next moment of the timeline, or the next of one kind."""
    if goal.to != "next" and goal.to not in KINDS:
        raise CallRefused(
            422,
            f"to: found {described(goal.to)}, expected an ISO 8601 time, next, offer:ID.MOMENT, member:ID.MOMENT, "
            f"or one of {', '.join(KINDS)}",
            hint=suggestion(goal.to, ("next", *KINDS)),
            path="to",
        )
    for moment in world.timeline.coming(world.clock.now(), None, goal.member_id, goal.offer_id):
        if goal.to in ("next", moment.what):
            return moment
    raise CallRefused(
        422, f"nothing comes: no {goal.to} lies ahead", hint="GET /__mock/timeline lists what does", path="to"
    )


def _of_member(member_id: int, attribute: str, world: World) -> Instant:
    member = world.records.members.get(member_id)
    if member is None:
        raise not_found("member", member_id, world.records.members)
    if attribute == "banned_until":
        return _there(member.banned_until, f"member {member_id} is not banned")
    if attribute == "token_expires":
        return _coming(JumpTarget(attribute, member_id), world).at
    raise _unknown(attribute, MEMBER_MOMENTS)


def _of_offer(offer_id: int, attribute: str, member_id: int | None, world: World) -> Instant:
    records = world.records
    offer = records.offers.get(offer_id)
    if offer is None:
        raise not_found("offer", offer_id, records.offers)
    if member_id is not None and member_id not in records.members:
        raise not_found("member", member_id, records.members)
    if attribute in WINDOWS:
        return _there(getattr(offer, attribute), f"offer {offer_id} has no {attribute}")
    if attribute == "active_until":
        return _active_until(offer, member_id, world)
    if attribute == "period_rollover":
        return _period_end(offer, records.clubs[offer.club], world.clock.now())
    if attribute == "grant_expires":
        return _coming(JumpTarget(attribute, member_id, offer_id), world).at
    raise _unknown(attribute, OFFER_MOMENTS)


def _active_until(offer: Offer, member_id: int | None, world: World) -> Instant:
    records = world.records
    users = [user for used, user in records.uses if used == offer.id and member_id in (None, user)]
    if len(users) > 1:
        raise CallRefused(
            422, f"{len(users)} members have used offer {offer.id}", hint="say which by member_id", path="member_id"
        )
    who = f"member {member_id}" if member_id is not None else "nobody"
    ends = [active_until(records.clubs[offer.club], records.uses[offer.id, user]) for user in users]
    return _there(
        ends[0] if ends else None, f"{who} has{' not' if member_id is not None else ''} used offer {offer.id}"
    )


def _period_end(offer: Offer, club: Club, now: Instant) -> Instant:
    end = None if offer.period is None else period_around(now, offer.period.timespan, club.timezone)[1]
    return _there(None if end == LATEST else end, f"offer {offer.id} has no periodic limit")


def _there(at: Instant | None, otherwise: str) -> Instant:
    if at is None:
        raise CallRefused(422, f"there is no such moment: {otherwise}", path="to")
    return at


def _unknown(attribute: str, known: tuple[str, ...]) -> CallRefused:
    message = f"to: found .{attribute}, expected one of {', '.join(known)}"
    return CallRefused(422, message, hint=suggestion(attribute, known), path="to")
