"""A small mall for tests that need records but no fixtures."""

from __future__ import annotations

from typing import Any

from mockserver.domain.model import Club, Member, Offer, Token
from mockserver.records.effects import ClockSet, Record, RecordsPut, TokensPut, UseBooked
from mockserver.records.tables import Records, Undo, together
from mockserver.values.instants import Instant, parse_iso
from mockserver.worlds.world import World

_NOTHING = (TokensPut(()), RecordsPut(()))
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


def put(world: World, *records: Record) -> Undo:
    """Put records into a world, as the control API does; tokens are put as operations do. Return what undoes it."""
    tokens = tuple(record for record in records if isinstance(record, Token))
    others = tuple(record for record in records if not isinstance(record, Token))
    return together(
        [world.apply(effect) for effect in (TokensPut(tokens), RecordsPut(others)) if effect not in _NOTHING]
    )


def use(world: World, offer_id: int, member_id: int, at: Instant) -> None:
    """Book a use of an offer by a member of a world."""
    world.apply(UseBooked(offer_id, member_id, at))


def move(world: World, now: Instant) -> None:
    """Hold the clock of a world at a moment."""
    world.apply(ClockSet(world.clock.moved(now, frozen=True)))
