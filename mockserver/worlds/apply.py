"""How each effect changes a world. Only ``World.apply`` calls these functions; each returns a function that undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from mockserver.clock import Clock, ClockState
from mockserver.records import effects
from mockserver.records.changes import OF_RECORDS
from mockserver.records.effects import Effect
from mockserver.records.tables import Records, Undo, together
from mockserver.scenarios.claims import values_of
from mockserver.scenarios.engine import Engine
from mockserver.scenarios.library import Library
from mockserver.values.instants import Instant


class WorldParts(Protocol):
    """The parts of a world that effects change."""

    records: Records
    clock: Clock
    engine: Engine
    library: Library
    revision: str
    auth: str

    def keep_snapshot(self, name: str, at: Instant, clock: ClockState) -> Undo:
        """Save a copy of the world as it is now."""

    def drop_snapshot(self, name: str) -> Undo:
        """Delete a saved copy."""

    def clear_journal(self) -> None:
        """Delete all exchanges."""


def change(world: WorldParts, effect: Effect) -> Undo:
    """Apply an effect to a world; return a function that undoes it, valid until the next change."""
    of_records = OF_RECORDS.get(type(effect))
    return of_records(world.records, effect) if of_records is not None else _OF_WORLDS[type(effect)](world, effect)


def _clock_set(world: WorldParts, effect: effects.ClockSet) -> Undo:
    before = world.clock.setting()
    world.clock.take(effect.setting)
    return partial(world.clock.take, before)


def _settings_changed(world: WorldParts, effect: effects.SettingsChanged) -> Undo:
    before = (world.revision, world.auth)

    def answer_by(revision: str, auth: str) -> None:
        world.revision, world.auth = revision, auth

    answer_by(effect.revision, effect.auth)
    return partial(answer_by, *before)


def _journal_cleared(world: WorldParts, _effect: effects.JournalCleared) -> Undo:
    world.clear_journal()
    return lambda: None


def _scenario_put(world: WorldParts, effect: effects.ScenarioPut) -> Undo:
    return together([world.library.take(effect.id, effect.document), world.engine.forget_once(effect.id)])


def _scenario_forgotten(world: WorldParts, effect: effects.ScenarioForgotten) -> Undo:
    return together([world.library.forget(effect.id), world.engine.forget_once(effect.id)])


def _scenario_activated(world: WorldParts, effect: effects.ScenarioActivated) -> Undo:
    scenario = world.library.read(effect.id, effect.document)
    claimed = world.engine.claim_table.claim(world, effect.id, values_of(effect.claims))
    return together([claimed, world.engine.add(scenario)])


def _scenario_deactivated(world: WorldParts, effect: effects.ScenarioDeactivated) -> Undo:
    removed = world.engine.remove(effect.id)
    return together([removed, world.engine.claim_table.release(world, effect.id)])


def _scenarios_ordered(world: WorldParts, effect: effects.ScenariosOrdered) -> Undo:
    return together([world.engine.claim_table.reorder(world, effect.ids), world.engine.order(effect.ids)])


def _rule_added(world: WorldParts, effect: effects.RuleAdded) -> Undo:
    return world.engine.add_rule(world.library.rule(effect.document, effect.name), effect.named)


_OF_WORLDS: Mapping[type[Effect], Callable[[WorldParts, Any], Undo]] = {
    effects.ClockSet: _clock_set,
    effects.SettingsChanged: _settings_changed,
    effects.JournalCleared: _journal_cleared,
    effects.ScenarioPut: _scenario_put,
    effects.ScenarioForgotten: _scenario_forgotten,
    effects.ScenarioActivated: _scenario_activated,
    effects.ScenarioDeactivated: _scenario_deactivated,
    effects.ScenariosOrdered: _scenarios_ordered,
    effects.RuleAdded: _rule_added,
    effects.RuleRemoved: lambda world, removed: world.engine.remove_rule(removed.name),
    effects.RulesCleared: lambda world, _: world.engine.clear_rules(),
    effects.RulesCounted: lambda world, counted: world.engine.count(counted),
    effects.SnapshotTaken: lambda world, taken: world.keep_snapshot(taken.name, taken.at, taken.clock),
    effects.SnapshotDropped: lambda world, dropped: world.drop_snapshot(dropped.name),
}
