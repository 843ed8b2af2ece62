"""Makes scenarios active in a world and stops them: their rules, and what they arrange.

Activation is all or nothing: what a scenario names is looked up first, and nothing is changed if anything is missing.
The functions hold the world's lock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from mockserver.clock import Clock
from mockserver.documents.problems import DocumentError, Problem, suggestion
from mockserver.domain.instants import Instant, parse_iso
from mockserver.scenarios.arrangement import EVERY, STOCK_LEFT, convert
from mockserver.scenarios.engine import Engine
from mockserver.scenarios.ledger import CLOCK, Arranged, Place
from mockserver.scenarios.model import Arrangement, Scenario
from mockserver.schemas.moments import at
from mockserver.worlds.records import Records

_ONCE = "for one request: "


class Stage(Arranged, Protocol):
    """A world, as far as scenarios need it."""

    engine: Engine
    lock: threading.RLock

    def changed(self) -> None:
        """Raise the world's revision and tell those who watch."""


def activate(world: Stage, scenario: Scenario) -> None:
    """Make a scenario active, last in order. Raise DocumentError if it names what the world does not have.

    One that is active already begins again: its rules count anew, and the world is arranged anew.
    """
    with world.lock:
        check(world, [scenario])
        _stop(world, scenario.id)
        _start(world, scenario)
        world.changed()


def deactivate(world: Stage, scenario_id: str) -> bool:
    """Stop a scenario and undo what it arranged; answer whether it was active."""
    with world.lock:
        stopped = _stop(world, scenario_id)
        if stopped:
            world.changed()
        return stopped


def set_active(world: Stage, scenarios: Sequence[Scenario]) -> None:
    """Make exactly these scenarios active, in this order. Raise DocumentError and change nothing if one cannot be.

    Those that stay active keep their counters and what they have arranged; where two arrange the same, the later wins.
    """
    wanted = {scenario.id: scenario for scenario in scenarios}
    with world.lock:
        engine = world.engine
        staying = [each for each in engine.active if wanted.get(each) is engine.scenario(each)]
        check(world, [scenario for scenario in wanted.values() if scenario.id not in staying])
        for each in engine.active:
            if each not in staying:
                _stop(world, each)
        for scenario in wanted.values():
            if scenario.id not in staying:
                _start(world, scenario)
        if engine.active != tuple(wanted):
            engine.ledger.reorder(world, list(wanted))
            engine.order(wanted)
        world.changed()


def _start(world: Stage, scenario: Scenario) -> None:
    _arrange(world, scenario.id, scenario.world)
    world.engine.add(scenario)


def _stop(world: Stage, scenario_id: str) -> bool:
    if not world.engine.remove(scenario_id):
        return False
    world.engine.ledger.release(world, scenario_id)
    return True


@contextmanager
def for_one_request(world: Stage, scenarios: Sequence[Scenario]) -> Iterator[None]:
    """Arrange the world for one request (``X-Mock-Scenario``), and undo it afterwards; the caller holds the lock.

    What the request itself changes stays. Scenarios that are active anyway are left alone.
    """
    arranged = [each for each in scenarios if each.world and world.engine.scenario(each.id) is None]
    check(world, arranged)
    for scenario in arranged:
        _arrange(world, _ONCE + scenario.id, scenario.world)
    try:
        yield
    finally:
        for scenario in reversed(arranged):
            world.engine.ledger.release(world, _ONCE + scenario.id)


# -- from an arrangement to values at places


def check(world: Stage, scenarios: Sequence[Scenario]) -> None:
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


def _arrange(world: Stage, claimant: str, arrangement: Arrangement) -> None:
    if arrangement:
        world.engine.ledger.claim(world, claimant, _values(world, arrangement))


def _values(world: Stage, arrangement: Arrangement) -> dict[Place, Any]:
    values: dict[Place, Any] = {}
    clock = world.clock
    if arrangement.clock:
        clock = values[CLOCK] = _clock(world.clock, arrangement.clock)
    now = clock.now()
    for table, arranged in arrangement.records.items():
        for key, attributes in sorted(arranged.items(), key=lambda item: item[0] != EVERY):
            keys = list(getattr(world.records, table)) if key == EVERY else [_key(table, key)]
            for name, raw in attributes.items():
                value = convert(table, name, raw)
                values.update(_placed(world.records, table, keys, name, value, now))
    return values


def _clock(clock: Clock, wanted: Mapping[str, Any]) -> Clock:
    moved = clock.copy()
    now = parse_iso(wanted["now"]) if "now" in wanted else None
    moved.set(now, frozen=wanted.get("frozen"), rate=wanted.get("rate"))
    return moved


def _placed(
    records: Records, table: str, keys: Sequence[Any], name: str, value: Any, now: Instant
) -> Iterator[tuple[Place, Any]]:
    if name == STOCK_LEFT:
        return (((table, key, "stock"), records.uses_count.get(key, 0) + value) for key in keys)
    value = at(value, now)
    return (((table, key, name), value) for key in keys)
