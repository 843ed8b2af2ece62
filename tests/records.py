"""A small mall for tests that need records but no fixtures."""

from __future__ import annotations

from typing import Any

from mockserver.domain.instants import Instant, parse_iso
from mockserver.domain.model import Club, Member, Offer
from mockserver.worlds.records import Records

NOON = parse_iso("2019-03-13T12:00:00Z")
CLUB = Club(slug="mall", timezone="Europe/Oslo", activated_seconds_time=35)


def offer(offer_id: int, **attributes: Any) -> Offer:
    """A published offer of the club ``mall``."""
    return Offer(id=offer_id, club="mall", name=f"Offer {offer_id}", **({"status": "published"} | attributes))


def records_of(*offers: Offer, members: tuple[int, ...] = (42, 43)) -> Records:
    """The club, some members, and some offers."""
    records = Records()
    records.put(CLUB, *(Member(id=member_id, club="mall") for member_id in members), *offers)
    return records


def small_records(_now: Instant = NOON) -> Records:
    """Two offers of which one has a stock of 5."""
    return records_of(offer(1), offer(2, stock=5))
