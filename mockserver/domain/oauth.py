"""Signing in: finding a member by identifier, and the validity of tokens and refresh tokens (the reference, ``15_oauth.md``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from mockserver.domain.model import Member, Token
from mockserver.values.instants import SECOND, Instant

_DIGITS = re.compile(r"[0-9]{1,18}")


def member_named(members: Iterable[Member], identifier_type: str, identifier: str) -> Member | None:
    """Return the member with an ``id``, an ``email`` (in any case) or an ``msisdn`` (digits alone count), or None."""
    wanted = _plain(identifier_type, identifier)
    if not wanted:
        return None
    return next((member for member in members if _own(member, identifier_type) == wanted), None)


def _own(member: Member, identifier_type: str) -> str:
    value = {"id": str(member.id), "email": member.email, "msisdn": member.msisdn}[identifier_type]
    return _plain(identifier_type, value or "")


def _plain(identifier_type: str, text: str) -> str:
    if identifier_type == "msisdn":
        return re.sub(r"\D", "", text).removeprefix("00")
    if identifier_type == "email":
        return text.strip().casefold()
    return str(int(text)) if _DIGITS.fullmatch(text) else ""


def refreshable(token: Token, now: Instant) -> bool:
    """Return whether a token's refresh token is still valid."""
    return token.refresh_token is not None and not token.revoked and now < token.refresh_expires_at


def token_answer(token: Token) -> dict[str, Any]:
    """Return the response for a new token; ``created_at`` is in seconds since the epoch, ``expires_in`` in seconds."""
    return {
        "access_token": token.token,
        "token_type": "bearer",
        "expires_in": token.expires_in,
        "refresh_token": token.refresh_token,
        "created_at": token.created_at // SECOND,
        "resource_owner_id": token.member_id,
    }


def token_info(token: Token, now: Instant) -> dict[str, Any]:
    """Return the token info of a token that is valid now."""
    return {
        "resource_owner_id": token.member_id,
        "scopes": [],
        "expires_in_seconds": (token.expires_at - now) // SECOND,
        "application": {"uid": None},
        "created_at": token.created_at // SECOND,
    }
