"""One member's tokens, uses, grants, likes and audiences. Each change returns a sentence on what it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from mockserver.api.routes import record_id
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.control.routes import route
from mockserver.domain.granting import granted
from mockserver.domain.model import NO_USES, Audience, Grant, Member, Offer, Token, Uses
from mockserver.fixtures.shapes import SHAPES
from mockserver.records.effects import GrantsAdded, GrantsPut, Liked, RecordsPut, TokensPut, Unliked, UsesPut
from mockserver.records.tables import Records
from mockserver.scenarios import times
from mockserver.values.instants import Instant, iso

_LONGEST = 2_000 * 366 * 86_400  # seconds that a grant or a token may last


@route("GET", "state/members/{id}/activity", response="MemberActivity", statuses=(200, 404))
def get_member_activity(ctx: ControlContext) -> Any:
    """Show a member with the state of its tokens, its uses, grants and likes, and the audiences of its club."""
    member, records, now = _member(ctx), ctx.world.records, ctx.world.clock.now()
    return {
        "now": iso(now),
        "timezone": records.clubs[member.club].timezone,
        "member": SHAPES["members"].write(member),
        "tokens": [_token(token, now) for token in records.tokens.values() if token.member_id == member.id],
        "uses": [
            _about(records, offer_id) | {"uses": [iso(at) for at in uses]}
            for offer_id, uses in _of(records.uses, member) if len(uses)
        ],
        "grants": [
            _about(records, offer_id) | _grant(grant) | {"lapsed": grant.expires_at is not None and grant.expires_at <= now}
            for offer_id, grants in _of(records.grants, member) for grant in grants
        ],
        "likes": [_about(records, offer_id) | {"at": iso(at)} for offer_id, at in _of(records.likes, member)],
        "audiences": [
            {"id": each.id, "name": each.name, "member": member.id in each.member_ids}
            for each in records.of_club("audiences", member.club)
        ],
    }  # fmt: skip


@route("POST", "state/members/{id}/uses", body="MemberUse", response="Done", statuses=(201, 404))
def add_member_use(ctx: ControlContext) -> Any:
    """Add a use of an offer by a member, now or at a given time, without checking the rules of uses."""
    member, fields = _member(ctx), ctx.fields()
    offer_id = fields["offer_id"].integer() if "offer_id" in fields else 0
    at = times.instant(fields["at"]) if "at" in fields else ctx.world.clock.now()
    ctx.finish()
    offer, records = _offer(ctx, member, offer_id), ctx.world.records
    uses = Uses((*records.uses.get((offer.id, member.id), NO_USES), at))
    ctx.world.apply(UsesPut(offer.id, member.id, tuple(uses)))
    return _did(ctx, f"Member {member.id} has used offer {offer.id} once more, {_times(uses)} in all", at=iso(at))


@route("DELETE", "state/members/{id}/uses/{offer_id}", response="Done", statuses=(200, 404))
def take_back_member_use(ctx: ControlContext) -> Any:
    """Take back a member's latest use of an offer."""
    member, records = _member(ctx), ctx.world.records
    offer_id = _id(ctx, "offer_id")
    uses = list(records.uses.get((offer_id, member.id), NO_USES))
    if not uses:
        raise CallRefused(404, f"member {member.id} has not used offer {offer_id}")
    ctx.world.apply(UsesPut(offer_id, member.id, tuple(uses[:-1])))
    did = f"Took back the use of offer {offer_id} by member {member.id} at {iso(uses[-1])}"
    return _did(ctx, did, at=iso(uses[-1]))


@route("POST", "state/members/{id}/grants", body="MemberGrant", response="Done", statuses=(201, 404))
def add_member_grant(ctx: ControlContext) -> Any:
    """Grant an offer to a member, as `grant_offer` does but without its checks of stock and audience."""
    member, fields, now = _member(ctx), ctx.fields(), ctx.world.clock.now()
    offer_id = fields["offer_id"].integer() if "offer_id" in fields else 0
    seconds = fields["usable_for_seconds"].integer(0, _LONGEST) if "usable_for_seconds" in fields else None
    at = times.instant(fields["granted_at"]) if "granted_at" in fields else now
    uses = fields["uses"].integer(0, 1_000_000) if "uses" in fields else None
    until = fields.get("expires_at")
    expires_at = times.instant(until) if until is not None and until.value is not None else None
    ctx.finish()
    offer = _offer(ctx, member, offer_id)
    if not offer.needs_grant:
        raise CallRefused(422, f"offers of type {offer.type} need no grant", path="offer_id")
    grant = granted(offer, member.id, at, seconds)
    grant = replace(grant, uses=grant.uses if uses is None else uses, expires_at=expires_at or grant.expires_at)
    ctx.world.apply(GrantsAdded((grant,)))
    until_text = "without end" if grant.expires_at is None else f"until {iso(grant.expires_at)}"
    return _did(ctx, f"Granted offer {offer.id} to member {member.id}, {until_text}", grant=_grant(grant))


@route("DELETE", "state/members/{id}/grants/{offer_id}", response="Done", statuses=(200, 404))
def take_back_member_grant(ctx: ControlContext) -> Any:
    """Take back the latest grant of an offer to a member."""
    member, records = _member(ctx), ctx.world.records
    offer_id = _id(ctx, "offer_id")
    grants = records.grants.get((offer_id, member.id), ())
    if not grants:
        raise CallRefused(404, f"member {member.id} has no grant of offer {offer_id}")
    ctx.world.apply(GrantsPut(offer_id, member.id, grants[:-1]))
    return _did(ctx, f"Took back a grant of offer {offer_id} from member {member.id}", grant=_grant(grants[-1]))


@route("PUT", "state/members/{id}/likes/{offer_id}", response="Done", statuses=(200, 404))
def like_for_member(ctx: ControlContext) -> Any:
    """Add a member's like of an offer; an existing like does not change."""
    member = _member(ctx)
    offer = _offer(ctx, member, _id(ctx, "offer_id"))
    if (offer.id, member.id) not in ctx.world.records.likes:
        ctx.world.apply(Liked(offer.id, member.id, ctx.world.clock.now()))
    return _did(ctx, f"Member {member.id} likes offer {offer.id}")


@route("DELETE", "state/members/{id}/likes/{offer_id}", response="Done", statuses=(200, 404))
def unlike_for_member(ctx: ControlContext) -> Any:
    """Remove a member's like of an offer, if there is one."""
    member, offer_id = _member(ctx), _id(ctx, "offer_id")
    if (offer_id, member.id) in ctx.world.records.likes:
        ctx.world.apply(Unliked(offer_id, member.id))
    return _did(ctx, f"Member {member.id} no longer likes offer {offer_id}")


@route("PUT", "state/members/{id}/audiences/{audience_id}", response="Done", statuses=(200, 404))
def join_audience(ctx: ControlContext) -> Any:
    """Put a member into an audience."""
    member, audience = _member(ctx), _audience(ctx)
    ctx.world.apply(RecordsPut((replace(audience, member_ids=audience.member_ids | {member.id}),)))
    return _did(ctx, f"Member {member.id} is in audience {_named(audience)}")


@route("DELETE", "state/members/{id}/audiences/{audience_id}", response="Done", statuses=(200, 404))
def leave_audience(ctx: ControlContext) -> Any:
    """Take a member out of an audience."""
    member, audience = _member(ctx), _audience(ctx)
    ctx.world.apply(RecordsPut((replace(audience, member_ids=audience.member_ids - {member.id}),)))
    return _did(ctx, f"Member {member.id} is no longer in audience {_named(audience)}")


@route("PATCH", "state/members/{id}/tokens/{token}", body="TokenChange", response="Done", statuses=(200, 404))
def change_member_token(ctx: ControlContext) -> Any:
    """Revoke a member's access token or allow it again, or move its lifetime (`expires_in` in seconds)."""
    member, fields, records = _member(ctx), ctx.fields(), ctx.world.records
    token = records.tokens.get(ctx.path["token"])
    if token is None or token.member_id != member.id:
        raise not_found(f"token of member {member.id} called", ctx.path["token"])
    changed = replace(
        token,
        revoked=fields["revoked"].boolean() if "revoked" in fields else token.revoked,
        created_at=times.instant(fields["created_at"]) if "created_at" in fields else token.created_at,
        expires_in=fields["expires_in"].integer(0, _LONGEST) if "expires_in" in fields else token.expires_in,
    )
    ctx.finish()
    ctx.world.apply(TokensPut((changed,)))
    shown = _token(changed, ctx.world.clock.now())
    return _did(ctx, f"The token {token.token[:8]}… of member {member.id} is {shown['state']}", token=shown)


def _member(ctx: ControlContext) -> Member:
    members = ctx.world.records.members
    member = members.get(_id(ctx, "id"))
    if member is None:
        raise not_found("member", ctx.path["id"], members)
    return member


def _offer(ctx: ControlContext, member: Member, offer_id: int) -> Offer:
    offer = ctx.world.records.club_offer(member.club, offer_id)
    if offer is None:
        raise not_found(f"offer of {member.club} with the id", offer_id, ctx.world.records.offers)
    return offer


def _audience(ctx: ControlContext) -> Audience:
    audiences = ctx.world.records.audiences
    audience = audiences.get(_id(ctx, "audience_id"))
    if audience is None:
        raise not_found("audience", ctx.path["audience_id"], audiences)
    return audience


def _id(ctx: ControlContext, name: str) -> int:
    number = record_id(ctx.path[name])
    return -1 if number is None else number


def _of(table: Mapping[tuple[int, int], Any], member: Member) -> Iterator[tuple[int, Any]]:
    """Return (offer id, value) of a member's entries in a table keyed by offer and member."""
    return (
        (offer_id, value) for (offer_id, member_id), value in sorted(table.items(), key=_key) if member_id == member.id
    )


def _key(item: tuple[tuple[int, int], Any]) -> tuple[int, int]:
    return item[0]


def _about(records: Records, offer_id: int) -> dict[str, Any]:
    offer = records.offers.get(offer_id)
    return {"offer_id": offer_id, "name": None if offer is None else offer.name}


def _grant(grant: Grant) -> dict[str, Any]:
    until = grant.expires_at
    return {
        "granted_at": iso(grant.granted_at),
        "expires_at": None if until is None else iso(until),
        "uses": grant.uses,
    }


def _token(token: Token, now: Instant) -> dict[str, Any]:
    state = "revoked" if token.revoked else "expired" if token.expires_at <= now else "valid"
    return SHAPES["tokens"].write(token) | {"state": state, "expires_at": iso(token.expires_at)}


def _named(audience: Audience) -> str:
    return f"{audience.id} {audience.name}" if audience.name else str(audience.id)


def _times(uses: Uses) -> str:
    return "once" if len(uses) == 1 else f"{len(uses)} times"


def _did(ctx: ControlContext, text: str, **facts: Any) -> dict[str, Any]:
    ctx.world.wake()
    return {"did": text} | facts
