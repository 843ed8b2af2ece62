"""How each effect changes a world. ``World.apply`` is the one door to these functions; each returns what undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mockserver.domain.model import Uses
from mockserver.worlds import effects
from mockserver.worlds.effects import Effect
from mockserver.worlds.records import Records, Undo


class Parts(Protocol):
    """The parts of a world that effects change."""

    records: Records


_OF_RECORDS: Mapping[type[Effect], Callable[[Records, Any], Undo]] = {
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


def change(world: Parts, effect: Effect) -> Undo:
    """Change a world as an effect says; return what undoes that, as long as nothing has changed since."""
    return _OF_RECORDS[type(effect)](world.records, effect)
