"""Members signing in: tokens by password or refresh token, their revocation and what is known of them.

Source: the contract, section 4. A refresh token is used up by its use, and takes its access token with it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from msgspec.structs import replace

from mockserver.api.operations import operation
from mockserver.api.visit import Visit
from mockserver.domain.model import Member, Token
from mockserver.domain.oauth import member_named, refreshable, token_answer, token_info
from mockserver.errors import Refused

_PERMIT = "BL:Api:Members:OAuth"
_DOCUMENT = "the contract, section 4"


@operation(
    "POST",
    "members/oauth/token",
    document=_DOCUMENT,
    permits={"": (_PERMIT,)},
    payload="TokenPayload",
    needs_offers_api=False,
    answer="TokenAnswer",
    refusals=("bad_credentials", "bad_refresh_token"),
    writes=True,
)
def create_token(visit: Visit) -> dict[str, Any]:
    """Create token."""
    by_password = visit.payload["grant_type"] == "password"
    token = _new_token(visit, _member_by_password(visit).id if by_password else _use_up(visit).member_id)
    visit.records.put(token)
    visit.committed = True
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
def revoke_token(visit: Visit) -> dict[str, Any]:
    """Revoke token."""
    value = visit.payload["token"]
    token = None if value is None else visit.records.tokens.get(value) or _by_refresh_token(visit, value)
    if token is not None and visit.records.club_member(visit.club.slug, token.member_id) is not None:
        _revoke(visit, token)
        visit.committed = True
    return {}


@operation(
    "GET",
    "members/oauth/token/info",
    document=_DOCUMENT,
    contexts=("me",),
    permits={"me": (_PERMIT,)},
    needs_offers_api=False,
    answer="TokenInfo",
)
def get_token_info(visit: Visit) -> dict[str, Any]:
    """Get token info."""
    _, _, value = (visit.call.headers.get("authorization") or "").strip().partition(" ")
    token = visit.records.tokens.get(value.strip())
    if token is None or token.member_id != visit.acting_member.id:  # any token was accepted: tell of a fresh one
        token = Token(token=value, member_id=visit.acting_member.id, created_at=visit.now)
    return token_info(token, visit.now)


def _member_by_password(visit: Visit) -> Member:
    sent = visit.payload
    members = visit.records.of_club("members", visit.club.slug)
    member = member_named(members, sent["identifier_type"], sent["identifier"])
    if member is None or member.password is None or member.password != sent["password"]:
        found = "no such member" if member is None else "another password" if member.password else "no password"
        visit.failed("credentials", found, "a member with this identifier and password")
        raise Refused("bad_credentials")
    visit.member = member
    visit.passed("credentials", member.id)
    return member


def _use_up(visit: Visit) -> Token:
    """Answer the token of the refresh token that was sent, revoking it."""
    token = _by_refresh_token(visit, visit.payload["refresh_token"])
    member = None if token is None else visit.records.club_member(visit.club.slug, token.member_id)
    if token is None or member is None or not refreshable(token, visit.now):
        found = "unknown" if token is None or member is None else "used or revoked" if token.revoked else "expired"
        visit.failed("refresh token", found, "a refresh token that is new and has not expired")
        raise Refused("bad_refresh_token")
    visit.member = member
    visit.passed("refresh token", member.id)
    _revoke(visit, token)
    return token


def _by_refresh_token(visit: Visit, value: str) -> Token | None:
    return next((token for token in visit.records.tokens.values() if token.refresh_token == value), None)


def _revoke(visit: Visit, token: Token) -> None:
    if not token.revoked:
        visit.records.put(replace(token, revoked=True))


def _new_token(visit: Visit, member_id: int) -> Token:
    """Make a token whose values nobody can guess, and which come out the same in the same world at the same time."""
    tokens, count = visit.records.tokens, len(visit.records.tokens)
    while (value := _value(visit, member_id, "access", count)) in tokens:
        count += 1
    refresh_token = _value(visit, member_id, "refresh", count)
    return Token(token=value, member_id=member_id, refresh_token=refresh_token, created_at=visit.now)


def _value(visit: Visit, member_id: int, kind: str, count: int) -> str:
    text = f"{kind}\0{visit.world.name}\0{visit.club.slug}\0{member_id}\0{visit.now}\0{count}"
    return hmac.digest(visit.world.secret, text.encode(), hashlib.sha256).hex()
