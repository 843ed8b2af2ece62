"""What active scenarios have arranged, and how it is undone without undoing what anybody else did meanwhile.

Each attribute that a scenario arranges has a slot: the value that stood there before, and what each scenario wants, the
latest last. As long as the world still shows what the latest wants, the slot is in force. Where it shows anything else,
somebody has set it since: that value stays, and the claims on it are given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from mockserver.clock import Clock
from mockserver.worlds.records import Records

Place = tuple[str, Any, str]
"""Table, key of the record, attribute."""
CLOCK: Place = ("clock", None, "clock")
_ABSENT = object()


class Arranged(Protocol):
    """The part of a world that can be arranged."""

    records: Records
    clock: Clock


class Slot(Struct):
    """The value before any claim, and the claims as (scenario id, value), the one in force last."""

    before: Any
    claims: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def wanted(self) -> Any:
        """The value that should stand there now."""
        return self.claims[-1][1] if self.claims else self.before

    def confirm(self, found: Any) -> None:
        """Take what stands there for what is wanted: a clock that was restored shows another time than it was given."""
        if self.claims:
            self.claims[-1] = (self.claims[-1][0], found)


class Ledger:
    """All slots of a world."""

    def __init__(self) -> None:
        self._slots: dict[Place, Slot] = {}

    def claim(self, world: Arranged, scenario_id: str, values: Mapping[Place, Any]) -> None:
        """Set values for a scenario, over those of scenarios before it."""
        for place, value in values.items():
            found = _read(world, place)
            slot = self._slots.get(place)
            if slot is None or slot.wanted != found:
                slot = self._slots[place] = Slot(found)
            else:
                slot.confirm(found)
            slot.claims.append((scenario_id, value))
        _write(world, values)

    def release(self, world: Arranged, scenario_id: str) -> None:
        """Take back what a scenario has set, where it still stands."""
        restored: dict[Place, Any] = {}
        for place, slot in list(self._slots.items()):
            if all(claimant != scenario_id for claimant, _ in slot.claims):
                continue
            found = _read(world, place)
            if slot.wanted != found:
                del self._slots[place]
                continue
            slot.claims = [claim for claim in slot.claims if claim[0] != scenario_id]
            if slot.wanted != found:
                restored[place] = slot.wanted
            if not slot.claims:
                del self._slots[place]
        _write(world, restored)

    def reorder(self, world: Arranged, ids: Sequence[str]) -> None:
        """Let claims win in a new order of their scenarios, the last of ``ids`` most; give up those not in force."""
        rank = {scenario_id: place for place, scenario_id in enumerate(ids)}
        rewritten: dict[Place, Any] = {}
        for place, slot in list(self._slots.items()):
            found = _read(world, place)
            if slot.wanted != found:
                del self._slots[place]
                continue
            slot.claims.sort(key=lambda claim: rank.get(claim[0], len(rank)))
            if slot.wanted != found:
                rewritten[place] = slot.wanted
        _write(world, rewritten)

    @contextmanager
    def lifted(self, world: Arranged) -> Iterator[None]:
        """Take off the records what is arranged, for as long as a block changes them, and lay it over what is there then.

        Claims on a record that is gone are given up. The clock stays as it is.
        """
        slots = {place: slot for place, slot in self._slots.items() if place != CLOCK}
        for place, slot in list(slots.items()):
            if slot.wanted != _read(world, place):
                del slots[place], self._slots[place]
        _write(world, {place: slot.before for place, slot in slots.items()})
        try:
            yield
        finally:
            for place, slot in list(slots.items()):
                slot.before = _read(world, place)
                if slot.before is _ABSENT:
                    del slots[place], self._slots[place]
            _write(world, {place: slot.wanted for place, slot in slots.items()})

    def clear(self) -> None:
        """Forget all claims; the world stays as it is."""
        self._slots = {}

    def copy(self) -> Ledger:
        """Return a ledger for a copy of the world."""
        twin = Ledger()
        twin._slots = {place: Slot(slot.before, list(slot.claims)) for place, slot in self._slots.items()}
        return twin


def _read(world: Arranged, place: Place) -> Any:
    table, key, attribute = place
    if place == CLOCK:
        return world.clock.copy()
    record = getattr(world.records, table).get(key)
    return _ABSENT if record is None else getattr(record, attribute)


def _write(world: Arranged, values: Mapping[Place, Any]) -> None:
    changes: dict[tuple[str, Any], dict[str, Any]] = {}
    for place, value in values.items():
        if place == CLOCK:
            world.clock.take(value)
        else:
            changes.setdefault(place[:2], {})[place[2]] = value
    if changes:
        world.records.put(*_changed(world.records, changes.items()))


def _changed(records: Records, changes: Iterable[tuple[tuple[str, Any], dict[str, Any]]]) -> Iterable[Any]:
    for (table, key), attributes in changes:
        yield replace(getattr(records, table)[key], **attributes)
