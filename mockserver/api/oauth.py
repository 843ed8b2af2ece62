"""Signing in of members: creates tokens by password or refresh token, revokes them, and describes them.

Source: the reference, ``15_oauth.md``. Using a refresh token revokes it and its access token.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from msgspec.structs import replace

from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.domain.checks import CheckFailed
from mockserver.domain.model import Member, Token
from mockserver.domain.oauth import member_named, refreshable, token_answer, token_info
from mockserver.headers import bearer_token
from mockserver.records.effects import TokensPut

_PERMIT = "BL:Api:Members:OAuth"
_DOCUMENT = "15_oauth.md"


@operation(
    "POST",
    "members/oauth/token",
    document=_DOCUMENT,
    permits={"": (_PERMIT,)},
    payload="TokenPayload",
    needs_offers_api=False,
    response="TokenAnswer",
    refusals=("bad_credentials", "bad_refresh_token"),
    writes=True,
)
def create_token(ctx: RequestContext) -> dict[str, Any]:
    """Create token."""
    by_password = ctx.payload["grant_type"] == "password"
    token = _new_token(ctx, _member_by_password(ctx).id if by_password else _use_up(ctx).member_id)
    ctx.apply(TokensPut((token,)))
    return token_answer(token)


@operation(
    "POST",
    "members/oauth/revoke",
    document=_DOCUMENT,
    permits={"": (_PERMIT,)},
    payload="RevokePayload",
    needs_offers_api=False,
    writes=True,
)
def revoke_token(ctx: RequestContext) -> dict[str, Any]:
    """Revoke token."""
    value = ctx.payload["token"]
    token = None if not value else ctx.records.tokens.get(value) or _by_refresh_token(ctx, value)
    if token is not None and ctx.records.club_member(ctx.club.slug, token.member_id) is not None:
        _revoke(ctx, token)
    return {}


@operation(
    "GET",
    "members/oauth/token/info",
    document=_DOCUMENT,
    contexts=("me",),
    permits={"me": (_PERMIT,)},
    needs_offers_api=False,
    response="TokenInfo",
)
def get_token_info(ctx: RequestContext) -> dict[str, Any]:
    """Get token info."""
    token = ctx.token
    if token is None or token.member_id != ctx.acting_member.id:  # ``--auth any`` accepts any token: describe a new one
        token = Token(token=bearer_token(ctx.request.headers) or "", member_id=ctx.acting_member.id, created_at=ctx.now)
    return token_info(token, ctx.now)


def _member_by_password(ctx: RequestContext) -> Member:
    sent = ctx.payload
    members = ctx.records.of_club("members", ctx.club.slug)
    member = member_named(members, sent["identifier_type"], sent["identifier"])
    if member is None or member.password is None or member.password != sent["password"]:
        found = "no such member" if member is None else "another password" if member.password else "no password"
        raise CheckFailed("bad_credentials", "credentials", found, "a member with this identifier and password")
    ctx.member = member
    ctx.passed("credentials", member.id)
    return member


def _use_up(ctx: RequestContext) -> Token:
    """Revoke and return the token of the refresh token that was sent."""
    token = _by_refresh_token(ctx, ctx.payload["refresh_token"])
    member = None if token is None else ctx.records.club_member(ctx.club.slug, token.member_id)
    if token is None or member is None or not refreshable(token, ctx.now):
        found = "unknown" if token is None or member is None else "used or revoked" if token.revoked else "expired"
        expected = "a refresh token that is new and has not expired"
        raise CheckFailed("bad_refresh_token", "refresh token", found, expected)
    ctx.member = member
    ctx.passed("refresh token", member.id)
    _revoke(ctx, token)
    return token


def _by_refresh_token(ctx: RequestContext, value: str) -> Token | None:
    return next((token for token in ctx.records.tokens.values() if token.refresh_token == value), None)


def _revoke(ctx: RequestContext, token: Token) -> None:
    if not token.revoked:
        ctx.apply(TokensPut((replace(token, revoked=True),)))


def _new_token(ctx: RequestContext, member_id: int) -> Token:
    """Make a token whose values cannot be guessed, but are the same in the same world at the same time."""
    tokens, count = ctx.records.tokens, len(ctx.records.tokens)
    while (value := _value(ctx, member_id, "access", count)) in tokens:
        count += 1
    refresh_token = _value(ctx, member_id, "refresh", count)
    return Token(token=value, member_id=member_id, refresh_token=refresh_token, created_at=ctx.now)


def _value(ctx: RequestContext, member_id: int, kind: str, count: int) -> str:
    text = f"{kind}\0{ctx.world.name}\0{ctx.club.slug}\0{member_id}\0{ctx.now}\0{count}"
    return hmac.digest(ctx.world.secret, text.encode(), hashlib.sha256).hex()
