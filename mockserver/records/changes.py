"""Applies effects to records; ``worlds/apply.py`` applies those on other parts of a world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.domain.model import Uses
from mockserver.records import effects
from mockserver.records.effects import Effect
from mockserver.records.tables import Records, Undo

OF_RECORDS: Mapping[type[Effect], Callable[[Records, Any], Undo]] = {
    effects.UseBooked: lambda records, use: records.book_use(use.offer_id, use.member_id, use.at),
    effects.Liked: lambda records, like: records.like(like.offer_id, like.member_id, like.at),
    effects.Unliked: lambda records, like: records.unlike(like.offer_id, like.member_id),
    effects.GrantsAdded: lambda records, added: records.add_grants(added.grants),
    effects.UsesPut: lambda records, put: records.put_uses(put.offer_id, put.member_id, Uses(put.uses)),
    effects.GrantsPut: lambda records, put: records.put_grants(put.offer_id, put.member_id, put.grants),
    effects.EventsAdded: lambda records, added: records.add_events(added.events),
    effects.TokensPut: lambda records, put: records.put(*put.tokens),
    effects.RecordsPut: lambda records, put: records.put(*put.records),
}


def change_records(records: Records, effect: Effect) -> Undo:
    """Apply an effect to records; return a function that undoes it."""
    return OF_RECORDS[type(effect)](records, effect)
