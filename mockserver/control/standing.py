"""An offer's state for one member at one time: visibility, usage, and the result of a use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import asdict

from mockserver.domain.model import Member, Offer
from mockserver.domain.usage import Usage, UseAttempt, check_not_banned, stock_left, taken, usage_by, use_checks
from mockserver.domain.visibility import is_in_audience, visible
from mockserver.errors import Refused
from mockserver.records.tables import Records
from mockserver.revisions import Revision
from mockserver.values.instants import Instant, iso


def standing(
    offer: Offer, member: Member | None, records: Records, now: Instant, revision: Revision
) -> Mapping[str, Any]:
    """Return ``visible``, ``uses_count``, ``stock_left`` and ``usage``; for a member also ``use_refused_by``.

    ``use_refused_by`` is the refusal of a use without a usage token now, ignoring scenarios; None is success.
    """
    member_id = None if member is None else member.id
    uses, grants = taken(records, offer.id, member_id)
    count = records.uses_count.get(offer.id, 0)
    usage = usage_by(records, offer, records.clubs[offer.club], now, member_id, periods=revision.has_periods)
    seen = visible(offer, now, offer.scope, is_in_audience(offer, member_id, records.audiences))
    found = {
        "visible": seen,
        "uses_count": count,
        "stock_left": stock_left(offer, count),
        "usage": _shown(usage),
    }
    if member is None:
        return found
    attempt = UseAttempt(
        offer, records.clubs[offer.club], member, now, uses, count, grants, None,
        revision.has_periods, revision.has_required_tokens,
    )  # fmt: skip
    return found | {"use_refused_by": _refused_by(attempt, seen, revision)}


def _shown(usage: Usage) -> dict[str, Any]:
    return asdict(usage) | {
        "active_until": None if usage.active_until is None else iso(usage.active_until),
        "period": None if usage.period is None else asdict(usage.period),
    }


def _refused_by(attempt: UseAttempt, seen: bool, revision: Revision) -> str | None:
    if not attempt.club.offers_api_enabled:
        return "offers_api_not_enabled"
    if not seen:
        return "offer_not_found"
    if revision.has_bans:
        try:
            check_not_banned(attempt.member, attempt.now)
        except Refused as refused:
            return refused.id
    return next((check.name for check in use_checks(attempt) if not check.passed), None)
