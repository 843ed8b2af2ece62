"""Granting offers to whole audiences (the contract, ``grant_offers``).

An item grants to every member of its audience who may hold the offer: banned members, and those outside an audience
of the offer's own, are passed over. An audience without members goes through and grants nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mockserver.domain.admin import Batch, Item, Problems
from mockserver.domain.granting import grant_checks, granted
from mockserver.domain.model import Audience, Grant, Member, Offer
from mockserver.errors import REFUSALS
from mockserver.values.instants import Instant


class Tables(Protocol):
    """The tables that grants are decided by."""

    audiences: dict[int, Audience]
    members: dict[int, Member]
    uses_count: dict[int, int]

    def club_offer(self, club: str, offer_id: int) -> Offer | None:
        """Return an offer of a club, or None."""


def grant_to_audiences(items: Iterable[Item], tables: Tables, club: str, now: Instant) -> Batch[Grant]:
    """Make the grants of a batch; an item's ``id`` is an offer's, its ``audience_id`` that of who gets it."""
    batch: Batch[Grant] = Batch()
    for index, item in enumerate(items):
        offer, audience, problems = _found(item, tables, club)
        if offer is not None and audience is not None and not problems:
            receivers = _receivers(offer, audience, tables, now)
            problems = _refusals(offer, tables, in_audience=bool(receivers) or not _barred(offer, audience, tables))
            if not problems:
                seconds = item.attributes["usable_for_seconds"]
                batch.records.extend(granted(offer, id_, now, seconds) for id_ in receivers)
                batch.ids.append(offer.id)
        if problems:
            batch.errors[str(index)] = problems
    return batch


def _found(item: Item, tables: Tables, club: str) -> tuple[Offer | None, Audience | None, Problems]:
    problems = dict(item.problems)
    offer_id, audience_id = item.attributes.get("id"), item.attributes.get("audience_id")
    offer = None if offer_id is None else tables.club_offer(club, offer_id)
    audience = None if audience_id is None else tables.audiences.get(audience_id)
    audience = audience if audience is not None and audience.club == club else None
    if offer is None:
        problems.setdefault("id", [f"Offer#{offer_id} not found"])
    if audience is None:
        problems.setdefault("audience_id", [f"Audience#{audience_id} not found"])
    return offer, audience, problems


def _receivers(offer: Offer, audience: Audience, tables: Tables, now: Instant) -> list[int]:
    members = (tables.members.get(id_) for id_ in sorted(audience.member_ids & _eligible(offer, audience, tables)))
    return [
        member.id
        for member in members
        if member is not None and (member.banned_until is None or member.banned_until <= now)
    ]


def _eligible(offer: Offer, audience: Audience, tables: Tables) -> frozenset[int]:
    if offer.audience_id is None:
        return audience.member_ids
    own = tables.audiences.get(offer.audience_id)
    return own.member_ids if own is not None else frozenset()


def _barred(offer: Offer, audience: Audience, tables: Tables) -> bool:
    """Return whether the offer's own audience keeps out everybody of an audience that has members."""
    return bool(audience.member_ids) and not audience.member_ids & _eligible(offer, audience, tables)


def _refusals(offer: Offer, tables: Tables, *, in_audience: bool) -> Problems:
    for check in grant_checks(offer, tables.uses_count.get(offer.id, 0), in_audience):
        if not check.passed:
            attribute = "audience_id" if check.name == "member_not_in_audience" else "id"
            return {attribute: [REFUSALS[check.name].text or check.name]}
    return {}
