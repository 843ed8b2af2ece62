"""The rules of a world as one value: active scenarios, counters and overlays."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mockserver.scenarios.claim_table import ClaimStack, ClaimTable, Place
from mockserver.scenarios.claims import plain, typed
from mockserver.scenarios.engine import Engine, EngineState
from mockserver.scenarios.library import Library
from mockserver.scenarios.track import RuleMemory, Track
from mockserver.worlds.pools import Pools, Shared


class SlotValue(Struct, frozen=True, array_like=True):
    """The overlays at one place (see ``Claim``): the value below them, then the values of scenarios, in order."""

    table: str
    key: int | str | None
    attribute: str
    before: Any
    claims: tuple[tuple[str, Any], ...]


class RulesValue(Struct, frozen=True, omit_defaults=True):
    """An engine. ``active`` are indexes of scenarios, ``ad_hoc`` rules as (name, document).

    ``memories`` are the counters of rules by scenario (None: ad-hoc rules), ``once`` those of scenarios named for single
    requests; ``states`` are the current states of scenarios.
    """

    active: tuple[int, ...] = ()
    ad_hoc: tuple[tuple[str, dict[str, Any]], ...] = ()
    memories: tuple[tuple[str | None, str, RuleMemory], ...] = ()
    once: tuple[tuple[str, str, RuleMemory], ...] = ()
    states: tuple[tuple[str | None, str], ...] = ()
    named: int = 0
    slots: tuple[SlotValue, ...] = ()


def rules_of(engine: Engine, pools: Pools) -> RulesValue:
    """Return an engine as a value."""
    knows = engine.knows
    tracks = [track for each in (knows.ad_hoc, *knows.tracks.values()) for track in each]
    return RulesValue(
        active=pools.places_of(knows.scenarios.values()),
        ad_hoc=tuple((track.rule.name, dict(track.rule.value)) for track in knows.ad_hoc),
        memories=tuple((track.scenario, track.rule.name, track.memory.copy()) for track in tracks),
        once=tuple((*key, memory.copy()) for key, memory in knows.once.items()),
        states=tuple(knows.states.items()),
        named=knows.named,
        slots=tuple(_slot_value(place, slot) for place, slot in engine.claim_table.slots.items()),
    )


def engine_of(rules: RulesValue, shared: Shared, library: Library, seed: int) -> Engine:
    """Return the engine made from a value; ``library`` reads its rules."""
    memories = {(scenario, rule): memory.copy() for scenario, rule, memory in rules.memories}
    active = {scenario.id: scenario for scenario in shared.scenarios(rules.active)}
    tracks = {
        id_: tuple(Track(rule, id_, memories[id_, rule.name]) for rule in scenario.rules)
        for id_, scenario in active.items()
    }
    ad_hoc = tuple(Track(library.rule(value, name), None, memories[None, name]) for name, value in rules.ad_hoc)
    once = {(scenario, rule): memory.copy() for scenario, rule, memory in rules.once}
    engine = Engine(seed)
    engine.know(EngineState(active, tracks, ad_hoc, dict(rules.states), once, rules.named))
    engine.claim_table = ClaimTable(dict(map(_slot, rules.slots)))
    return engine


def _slot_value(place: Place, slot: ClaimStack) -> SlotValue:
    return SlotValue(*place, plain(slot.before), tuple((claimant, plain(value)) for claimant, value in slot.claims))


def _slot(value: SlotValue) -> tuple[Place, ClaimStack]:
    place = (value.table, value.key, value.attribute)
    claims = tuple((claimant, typed(place, wanted)) for claimant, wanted in value.claims)
    return place, ClaimStack(typed(place, value.before), claims)
