"""Activates and deactivates scenarios of a world: their rules, and their changes of the world.

Activation is all or nothing: records that a scenario names are looked up first, and nothing changes if one is missing.
The caller holds the world's lock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from mockserver.clock import Clock, ClockState
from mockserver.documents.problems import DocumentError, Problem, suggestion
from mockserver.records.effects import Claim, Effect, ScenarioActivated, ScenarioDeactivated, ScenariosOrdered
from mockserver.records.tables import Records
from mockserver.scenarios.arrangement import EVERY, STOCK_LEFT, convert
from mockserver.scenarios.claim_table import CLOCK, ArrangeableWorld, Place
from mockserver.scenarios.claims import plain
from mockserver.scenarios.engine import Engine
from mockserver.scenarios.model import Arrangement, Scenario
from mockserver.values.instants import Instant, parse_iso
from mockserver.values.moments import Relative, at


class ScenarioWorld(ArrangeableWorld, Protocol):
    """The part of a world that scenarios need."""

    engine: Engine
    lock: threading.RLock

    def apply(self, effect: Effect, /) -> object:
        """Change the world."""


def activate(world: ScenarioWorld, scenario: Scenario) -> None:
    """Activate a scenario, last in order. Raise DocumentError if it names a record that the world does not have.

    One that is already active starts again: its counters are reset, and its changes of the world are made again.
    """
    with world.lock:
        check(world, [scenario])
        deactivate(world, scenario.id)
        _start(world, scenario)


def deactivate(world: ScenarioWorld, scenario_id: str) -> bool:
    """Deactivate a scenario and undo its changes; return whether it was active."""
    with world.lock:
        active = world.engine.scenario(scenario_id) is not None
        if active:
            world.apply(ScenarioDeactivated(scenario_id))
        return active


def set_active(world: ScenarioWorld, scenarios: Sequence[Scenario], now: Instant | None = None) -> None:
    """Activate exactly these scenarios, in this order. Raise DocumentError and change nothing if one cannot be active.

    Those that stay active keep their counters and changes; if two change the same attribute, the later one wins.
    Relative dates count from ``now``, the world's time unless given.
    """
    wanted = {scenario.id: scenario for scenario in scenarios}
    with world.lock:
        engine = world.engine
        staying = [each for each in engine.active if wanted.get(each) is engine.scenario(each)]
        check(world, [scenario for scenario in wanted.values() if scenario.id not in staying])
        for each in engine.active:
            if each not in staying:
                deactivate(world, each)
        for scenario in wanted.values():
            if scenario.id not in staying:
                _start(world, scenario, now)
        if engine.active != tuple(wanted):
            world.apply(ScenariosOrdered(tuple(wanted)))


def _start(world: ScenarioWorld, scenario: Scenario, now: Instant | None = None) -> None:
    claims = tuple(Claim(*place, plain(value)) for place, value in arranged(world, scenario.world, now).items())
    world.apply(ScenarioActivated(scenario.id, dict(scenario.value), claims))


# -- from an arrangement to values at places


def check(world: ArrangeableWorld, scenarios: Sequence[Scenario]) -> None:
    """Raise DocumentError with every record that the scenarios name and the world does not have."""
    problems = [problem for scenario in scenarios for problem in _missing(world.records, scenario)]
    if problems:
        raise DocumentError(problems)


def _missing(records: Records, scenario: Scenario) -> Iterator[Problem]:
    for table, arranged in scenario.world.records.items():
        known = getattr(records, table)
        for key in arranged:
            if key != EVERY and _key(table, key) not in known:
                found = f"no such record among the world's {len(known)} {table}"
                hint = suggestion(key, map(str, known))
                key = f"world.{table}.{key}"
                yield Problem(file=scenario.id, key=key, found=found, expected="a record that exists", hint=hint)


def _key(table: str, key: str) -> Any:
    return int(key) if table in ("offers", "members") else key


def arranged(world: ArrangeableWorld, arrangement: Arrangement, now: Instant | None = None) -> dict[Place, Any]:
    """Return the values of an arrangement in this world by place; ``now`` is the world's time unless given."""
    values: dict[Place, Any] = {}
    now = world.clock.now() if now is None else now
    if arrangement.clock:
        setting = values[CLOCK] = _clock(world.clock, arrangement.clock, now)
        now = setting.now
    for table, records in arrangement.records.items():
        for key, attributes in sorted(records.items(), key=lambda item: item[0] != EVERY):
            keys = list(getattr(world.records, table)) if key == EVERY else [_key(table, key)]
            for name, raw in attributes.items():
                value = convert(table, name, raw)
                values.update(_placed(world.records, table, keys, name, value, now))
    return values


def relative_dates(world: ArrangeableWorld, engine: Engine) -> Iterator[Place]:
    """Yield the places of dates that an active scenario gave as relative ones."""
    for place, slot in engine.claim_table.slots.items():
        table, key, name = place
        scenario = engine.scenario(slot.claims[-1][0]) if slot.claims else None
        if place == CLOCK or scenario is None:
            continue
        given = scenario.world.records.get(table, {})
        raw = {**given.get(EVERY, {}), **given.get(str(key), {})}.get(name)
        relative = isinstance(raw, str) and isinstance(convert(table, name, raw), Relative)
        if relative and slot.stands(getattr(getattr(world.records, table).get(key), name, None)):
            yield place


def _clock(clock: Clock, wanted: Mapping[str, Any], now: Instant) -> ClockState:
    now = parse_iso(wanted["now"]) if "now" in wanted else now
    return clock.moved(now, frozen=wanted.get("frozen"), rate=wanted.get("rate"))


def _placed(
    records: Records, table: str, keys: Sequence[Any], name: str, value: Any, now: Instant
) -> Iterator[tuple[Place, Any]]:
    if name == STOCK_LEFT:
        return (((table, key, "stock"), records.uses_count.get(key, 0) + value) for key in keys)
    value = at(value, now)
    return (((table, key, name), value) for key in keys)
