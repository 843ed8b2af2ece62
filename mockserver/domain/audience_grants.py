"""Granting offers to whole audiences (the contract, ``grant_offers``).

A batch is all or nothing. An item grants to every eligible member of its audience: banned members, and members outside the
offer's own audience, are skipped. An audience without members succeeds and grants nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from mockserver.domain.granting import grant_checks, granted
from mockserver.domain.model import Audience, Grant, Member, Offer
from mockserver.errors import REFUSALS
from mockserver.values.instants import Instant

Unmet = dict[str, dict[str, str]]
"""What items should have had: by index, then by attribute."""
_WANTED = {
    "not_grantable": "an offer whose type needs granting",
    "global_limit_exceeded": "an offer with stock left",
    "member_not_in_audience": "an audience with members of the offer's own",
}


class GrantTables(Protocol):
    """The tables that decide grants."""

    audiences: dict[int, Audience]
    members: dict[int, Member]
    uses_count: dict[int, int]

    def club_offer(self, club: str, offer_id: int) -> Offer | None:
        """Return an offer of a club, or None."""


def grant_to_audiences(
    items: Iterable[dict[str, Any]], tables: GrantTables, club: str, now: Instant
) -> tuple[list[Grant], Unmet]:
    """Return the grants of a batch; an item's ``id`` is an offer's, its ``audience_id`` that of the receivers.

    If anything is unmet, no grant may be made.
    """
    grants: list[Grant] = []
    unmet: Unmet = {}
    for index, item in enumerate(items):
        offer, audience = tables.club_offer(club, item["id"]), tables.audiences.get(item["audience_id"])
        wrong = {} if offer is not None else {"id": f"an offer of {club}"}
        if audience is None or audience.club != club:
            wrong["audience_id"] = f"an audience of {club}"
        elif offer is not None:
            receivers = _receivers(offer, audience, tables, now)
            wrong = _refusals(offer, tables, in_audience=bool(receivers) or not _barred(offer, audience, tables))
            grants += (granted(offer, id_, now, item["usable_for_seconds"]) for id_ in receivers)
        if wrong:
            unmet[str(index)] = wrong
    return grants, unmet


def _receivers(offer: Offer, audience: Audience, tables: GrantTables, now: Instant) -> list[int]:
    members = (tables.members.get(id_) for id_ in sorted(audience.member_ids & _eligible(offer, audience, tables)))
    return [
        member.id
        for member in members
        if member is not None and (member.banned_until is None or member.banned_until <= now)
    ]


def _eligible(offer: Offer, audience: Audience, tables: GrantTables) -> frozenset[int]:
    if offer.audience_id is None:
        return audience.member_ids
    own = tables.audiences.get(offer.audience_id)
    return own.member_ids if own is not None else frozenset()


def _barred(offer: Offer, audience: Audience, tables: GrantTables) -> bool:
    """Return whether the offer's own audience excludes all members of an audience that has some."""
    return bool(audience.member_ids) and not audience.member_ids & _eligible(offer, audience, tables)


def _refusals(offer: Offer, tables: GrantTables, *, in_audience: bool) -> dict[str, str]:
    for check in grant_checks(offer, tables.uses_count.get(offer.id, 0), in_audience):
        if not check.passed:
            attribute = "audience_id" if check.name == "member_not_in_audience" else "id"
            return {attribute: f"{_WANTED[check.name]} ({REFUSALS[check.name].text})"}
    return {}
