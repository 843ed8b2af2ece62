"""Records as one value, and pools that several such values share: each record, use, grant, event and scenario is written once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct

from mockserver.domain.model import Event, Grant, Uses
from mockserver.records.effects import Record
from mockserver.records.relative import NO_DISTANCES, Distances
from mockserver.records.tables import EVENTS_KEPT, TABLES, Records, key_of
from mockserver.scenarios.library import Library
from mockserver.scenarios.model import Scenario
from mockserver.values.instants import Instant

Row = TypeVar("Row")
UsesRow = tuple[int, int, tuple[Instant, ...]]
ScenarioRow = tuple[str, dict[str, Any]]


class TablesValue(Struct, frozen=True, omit_defaults=True):
    """The data of a world. ``records``, ``uses``, ``grants``, ``events`` and ``distances`` are indexes into pools."""

    records: tuple[int, ...] = ()
    uses: tuple[int, ...] = ()
    grants: tuple[int, ...] = ()
    events: tuple[int, ...] = ()
    likes: tuple[tuple[int, int, Instant], ...] = ()
    events_total: int = 0
    highest_offer_id: int = 0
    moment: Instant = 0
    distances: int | None = None


class Pool(Generic[Row]):
    """Rows by index; a row added twice is written once."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows = list(rows)
        self._places: dict[Hashable, int] = {}
        self._things: list[Any] = []  # referenced, so that their ids are not reused

    def add(self, thing: Any, row: Row, *key: Hashable) -> int:
        """Add a row, and return its index; ``thing`` (by identity) and a further key tell rows apart."""
        places, known = self._places, (id(thing), *key)
        if known not in places:
            places[known] = len(self.rows)
            self.rows.append(row)
            self._things.append(thing)
        return places[known]


class Pools:
    """All pools of a base, for writing or for reading."""

    def __init__(
        self,
        records: Iterable[Record] = (),
        uses: Iterable[UsesRow] = (),
        grants: Iterable[Grant] = (),
        events: Iterable[Event] = (),
        scenarios: Iterable[ScenarioRow] = (),
        distances: Iterable[Distances] = (),
    ) -> None:
        self.records = Pool(records)
        self.uses = Pool(uses)
        self.grants = Pool(grants)
        self.events = Pool(events)
        self.scenarios = Pool(scenarios)
        self.distances = Pool(distances)

    # -- writing

    def tables_of(self, records: Records) -> TablesValue:
        """Return records as a value; their rows go to the pools."""
        rows = [record for name, _ in TABLES.values() for record in getattr(records, name).values()]
        return TablesValue(
            tuple(self.records.add(record, record) for record in rows),
            tuple(self.uses.add(uses, (*pair, tuple(uses)), pair) for pair, uses in records.uses.items()),
            tuple(self.grants.add(grant, grant) for grants in records.grants.values() for grant in grants),
            tuple(self.events.add(event, event) for event in records.events),
            tuple((*pair, at) for pair, at in records.likes.items()),
            records.events_total,
            records.highest_offer_id,
            records.moment,
            self.distances.add(records.distances, records.distances) if records.distances.rows else None,
        )

    def places_of(self, scenarios: Iterable[Scenario]) -> tuple[int, ...]:
        """Return the indexes of scenarios, which go to their pool as documents."""
        return tuple(self.scenarios.add(each, (each.id, dict(each.value))) for each in scenarios)


class Shared:
    """The objects that rows of pools describe, each made once and shared."""

    def __init__(self, pools: Pools, known: Library) -> None:
        self._pools = pools
        self._uses = [(offer_id, member_id, Uses(instants)) for offer_id, member_id, instants in pools.uses.rows]
        self._scenarios = [known.read(scenario_id, document) for scenario_id, document in pools.scenarios.rows]

    def scenarios(self, places: Sequence[int]) -> list[Scenario]:
        """Return scenarios by their indexes."""
        return [self._scenarios[place] for place in places]

    def records(self, tables: TablesValue) -> Records:
        """Return the records of a value."""
        pools, made = self._pools, Records()
        for place in tables.records:
            record = pools.records.rows[place]
            name, key = key_of(record)
            getattr(made, name)[key] = record
        for place in tables.uses:
            offer_id, member_id, uses = self._uses[place]
            made.uses[offer_id, member_id] = uses
            made.uses_count[offer_id] = made.uses_count.get(offer_id, 0) + len(uses)
        grants: defaultdict[tuple[int, int], list[Grant]] = defaultdict(list)
        for place in tables.grants:
            grant = pools.grants.rows[place]
            grants[grant.offer_id, grant.member_id].append(grant)
        made.grants = {pair: tuple(each) for pair, each in grants.items()}
        made.likes = {(offer_id, member_id): at for offer_id, member_id, at in tables.likes}
        made.events.extend(pools.events.rows[place] for place in tables.events[-EVENTS_KEPT:])
        made.events_total, made.highest_offer_id = tables.events_total, tables.highest_offer_id
        made.moment = tables.moment
        made.distances = NO_DISTANCES if tables.distances is None else pools.distances.rows[tables.distances]
        return made
