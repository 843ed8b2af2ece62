"""The changes of active scenarios to a world, which are undone unless somebody has changed the same attribute since.

Each attribute that a scenario changes has a slot: the value before, and the value of each scenario, the
latest last. The slot is in force as long as the world has the latest value. If the world has another value,
somebody has set it since: that value stays, and the slot is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from mockserver.clock import Clock, ClockState
from mockserver.records.tables import Records, Undo, together

Place = tuple[str, Any, str]
"""Table, key of the record, attribute."""
CLOCK: Place = ("clock", None, "clock")
_ABSENT = object()


class ArrangeableWorld(Protocol):
    """The part of a world that scenarios change."""

    records: Records
    clock: Clock


class ClaimStack(Struct, frozen=True):
    """The value before any claim, and the claims as (scenario id, value), the one in force last."""

    before: Any
    claims: tuple[tuple[str, Any], ...] = ()

    @property
    def wanted(self) -> Any:
        """The value that the world should have now."""
        return self.claims[-1][1] if self.claims else self.before

    def stands(self, found: Any) -> bool:
        """Return whether the world has the wanted value; a restored clock shows a later time than the one it was given."""
        wanted = self.wanted
        if isinstance(wanted, ClockState) and isinstance(found, ClockState):
            return wanted.is_same(found)
        return bool(wanted == found)

    def claimed(self, scenario_id: str, value: Any, found: Any) -> ClaimStack:
        """Return the slot with a further claim, over the value ``found``, which is the one wanted so far."""
        before = tuple((each, found if n == len(self.claims) else old) for n, (each, old) in enumerate(self.claims, 1))
        return ClaimStack(self.before, (*before, (scenario_id, value)))


class ClaimTable:
    """All slots of a world. Methods that change something return a function that undoes it."""

    def __init__(self, slots: Mapping[Place, ClaimStack] | None = None) -> None:
        self.slots: dict[Place, ClaimStack] = dict(slots or {})

    def claim(self, world: ArrangeableWorld, scenario_id: str, values: Mapping[Place, Any]) -> Undo:
        """Set values for a scenario, over those of scenarios before it."""
        slots = dict(self.slots)
        for place, value in values.items():
            found = _read(world, place)
            slot = slots.get(place)
            if slot is None or not slot.stands(found):
                slot = ClaimStack(found)
            slots[place] = slot.claimed(scenario_id, value, found)
        return self._set(world, slots, values)

    def release(self, world: ArrangeableWorld, scenario_id: str) -> Undo:
        """Undo the changes of a scenario that are still in force."""
        slots, restored = dict(self.slots), {}
        for place, slot in self.slots.items():
            if all(claimant != scenario_id for claimant, _ in slot.claims):
                continue
            found = _read(world, place)
            left = ClaimStack(slot.before, tuple(claim for claim in slot.claims if claim[0] != scenario_id))
            if slot.stands(found) and not left.stands(found):
                restored[place] = left.wanted
            if slot.stands(found) and left.claims:
                slots[place] = left
            else:
                del slots[place]
        return self._set(world, slots, restored)

    def reorder(self, world: ArrangeableWorld, ids: Sequence[str]) -> Undo:
        """Reorder claims by their scenarios, so that the last of ``ids`` wins; drop slots that are not in force."""
        rank = {scenario_id: place for place, scenario_id in enumerate(ids)}
        slots, rewritten = {}, {}
        for place, slot in self.slots.items():
            found = _read(world, place)
            if slot.stands(found):
                claims = sorted(slot.claims, key=lambda claim: rank.get(claim[0], len(rank)))
                slots[place] = ClaimStack(slot.before, tuple(claims))
                if not slots[place].stands(found):
                    rewritten[place] = slots[place].wanted
        return self._set(world, slots, rewritten)

    def _set(self, world: ArrangeableWorld, slots: dict[Place, ClaimStack], values: Mapping[Place, Any]) -> Undo:
        before, self.slots = self.slots, slots
        return together([partial(setattr, self, "slots", before), _write(world, values)])

    @contextmanager
    def lifted(self, world: ArrangeableWorld) -> Iterator[None]:
        """Remove the scenarios' changes from the records while a block changes these, and make them again afterwards.

        Claims on a removed record are dropped. The clock stays as it is.
        """
        slots = {
            place: slot for place, slot in self.slots.items() if place == CLOCK or slot.stands(_read(world, place))
        }
        of_records = {place: slot for place, slot in slots.items() if place != CLOCK}
        _write(world, {place: slot.before for place, slot in of_records.items()})
        try:
            yield
        finally:
            for place, slot in of_records.items():
                slots[place] = ClaimStack(_read(world, place), slot.claims)
            self.slots = {place: slot for place, slot in slots.items() if slot.before is not _ABSENT}
            _write(world, {place: self.slots[place].wanted for place in of_records if place in self.slots})

    def without(self, record: Any, table: str, key: Any) -> Any:
        """Return a record without the scenarios' changes."""
        wanted = {place[2]: slot for place, slot in self.slots.items() if place[:2] == (table, key)}
        changes = {name: slot.before for name, slot in wanted.items() if slot.stands(getattr(record, name))}
        return replace(record, **changes) if changes else record

    def copy(self) -> ClaimTable:
        """Return a table for a copy of the world."""
        return ClaimTable(self.slots)


def _read(world: ArrangeableWorld, place: Place) -> Any:
    table, key, attribute = place
    if place == CLOCK:
        return world.clock.setting()
    record = getattr(world.records, table).get(key)
    return _ABSENT if record is None else getattr(record, attribute)


def _write(world: ArrangeableWorld, values: Mapping[Place, Any]) -> Undo:
    changes: dict[tuple[str, Any], dict[str, Any]] = {}
    before = world.clock.setting()
    for place, value in values.items():
        if place == CLOCK:
            world.clock.take(value)
        else:
            changes.setdefault(place[:2], {})[place[2]] = value
    put = world.records.put(*_changed(world.records, changes.items()))
    return together([partial(world.clock.take, before), put])


def _changed(records: Records, changes: Iterable[tuple[tuple[str, Any], dict[str, Any]]]) -> Iterator[Any]:
    for (table, key), attributes in changes:
        yield replace(getattr(records, table)[key], **attributes)
