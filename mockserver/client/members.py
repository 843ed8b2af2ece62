"""Changes of one member's tokens, uses, grants, likes and audiences. Each returns ``{did, ...}``: what it did, in words."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from mockserver.client.part import ClientPart, JsonObject, Time, given, iso


class MemberControl(ClientPart):
    """Tokens, uses, grants, likes and audiences of members."""

    def activity(self, member_id: int) -> JsonObject:
        """Return a member with its tokens, uses, grants, likes and audiences."""
        return self._ask("GET", f"state/members/{member_id}/activity")

    def add_use(self, member_id: int, offer_id: int, at: Time | None = None) -> JsonObject:
        """Add a use, now or at a time, without checking the rules of uses."""
        body = given(offer_id=offer_id, at=None if at is None else iso(at))
        return self._ask("POST", f"state/members/{member_id}/uses", body)

    def take_back_use(self, member_id: int, offer_id: int) -> JsonObject:
        """Take back the latest use of an offer."""
        return self._ask("DELETE", f"state/members/{member_id}/uses/{offer_id}")

    def grant(
        self, member_id: int, offer_id: int, usable_for_seconds: int | None = None, **as_it_was: Any
    ) -> JsonObject:
        """Grant an offer; ``granted_at``, ``expires_at`` and ``uses`` restore a grant that was taken back."""
        body = given(offer_id=offer_id, usable_for_seconds=usable_for_seconds, **as_it_was)
        return self._ask("POST", f"state/members/{member_id}/grants", body)

    def take_back_grant(self, member_id: int, offer_id: int) -> JsonObject:
        """Take back the latest grant of an offer."""
        return self._ask("DELETE", f"state/members/{member_id}/grants/{offer_id}")

    def like(self, member_id: int, offer_id: int) -> JsonObject:
        """Add a like of an offer."""
        return self._ask("PUT", f"state/members/{member_id}/likes/{offer_id}")

    def unlike(self, member_id: int, offer_id: int) -> JsonObject:
        """Remove a like."""
        return self._ask("DELETE", f"state/members/{member_id}/likes/{offer_id}")

    def join(self, member_id: int, audience_id: int) -> JsonObject:
        """Put the member into an audience."""
        return self._ask("PUT", f"state/members/{member_id}/audiences/{audience_id}")

    def leave(self, member_id: int, audience_id: int) -> JsonObject:
        """Take the member out of an audience."""
        return self._ask("DELETE", f"state/members/{member_id}/audiences/{audience_id}")

    def set_token(
        self,
        member_id: int,
        token: str,
        *,
        revoked: bool | None = None,
        created_at: Time | None = None,
        expires_in: int | None = None,
    ) -> JsonObject:
        """Revoke an access token or allow it again, or move its lifetime (``expires_in`` seconds)."""
        at = None if created_at is None else iso(created_at)
        body = given(revoked=revoked, created_at=at, expires_in=expires_in)
        return self._ask("PATCH", f"state/members/{member_id}/tokens/{quote(token, safe='')}", body)
