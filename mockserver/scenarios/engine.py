"""The engine of one world: which rules are active, which of them act on a request, and why the others do not.

Rules are considered in order: those for one request alone, ad-hoc rules, then those of the active scenarios, in the
order of their activation. A rule *acts* if, in this order, its ``when`` is met, its scenario is in the
required state, the call is one of ``calls``, and the draw is below its chance. A call counts for a rule once
``when`` and state are met. Delays of all rules that act add up; the first that decides the answer (refuse, respond,
fault, an exceeded rate) is the last that is considered.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from mockserver.records.effects import Count, RulesCounted
from mockserver.records.tables import Undo, together
from mockserver.scenarios.claim_table import ClaimTable
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.model import IDLE, Rule, Scenario
from mockserver.scenarios.track import RuleMemory, Track, consider
from mockserver.scenarios.verdict import Verdict

__all__ = ["Engine", "Track"]


class EngineState(Struct, frozen=True):
    """The state of an engine: everything but the memories of the rules is replaced, never changed.

    ``once`` has the memories of (scenario, rule) of scenarios named for single requests. ``named`` counts the
    generated names of rules.
    """

    scenarios: dict[str, Scenario] = field(default_factory=dict)
    tracks: dict[str, tuple[Track, ...]] = field(default_factory=dict)
    ad_hoc: tuple[Track, ...] = ()
    states: dict[str | None, str] = field(default_factory=dict)
    once: dict[tuple[str, str], RuleMemory] = field(default_factory=dict)
    named: int = 0

    def copy(self) -> EngineState:
        """Return an independent copy, whose rules continue counting from here."""
        return replace(
            self,
            tracks={each: tuple(track.copy() for track in tracks) for each, tracks in self.tracks.items()},
            ad_hoc=tuple(track.copy() for track in self.ad_hoc),
            once={key: memory.copy() for key, memory in self.once.items()},
        )


class Engine:
    """Active scenarios and ad-hoc rules of one world, with their counters and states. Hold the world's lock.

    What changes something returns what undoes it, and is called by the world's effects alone. ``claim_table`` holds what active
    scenarios have arranged (``arrange.py``). ``idle`` is true while no rule is active.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.idle = True
        self.knows = EngineState()
        self.claim_table = ClaimTable()

    # -- deciding

    def consider(self, facts: Facts, once: Sequence[Scenario] = ()) -> Verdict:
        """Return the verdict on a request, with the counts of the rules; nothing changes yet.

        ``once`` are scenarios for this request alone: their calls count from 1 and their states begin anew
        with each such request, while chance and rate limits continue from one to the next. One that is active anyway is
        not applied twice.
        """
        verdict, knows = Verdict(), self.knows
        for track in itertools.chain(self._for_once(once), knows.ad_hoc, *knows.tracks.values()):
            considered = consider(track, facts, {} if track.once else knows.states, verdict, self.seed)
            verdict.considered.append(considered)
            if considered.acted and verdict.decides:
                break
        return verdict

    def _for_once(self, scenarios: Iterable[Scenario]) -> Iterator[Track]:
        for scenario in {each.id: each for each in scenarios if each.id not in self.knows.scenarios}.values():
            for rule in scenario.rules:
                kept = self.knows.once.get((scenario.id, rule.name))
                memory = RuleMemory() if kept is None else RuleMemory(draws=kept.draws, window=kept.window)
                yield Track(rule, scenario.id, memory, once=True)

    def count(self, counted: RulesCounted) -> Undo:
        """Store the counts of the rules, and move to new states."""
        undo = self._set(states=self.knows.states | dict(counted.states)) if counted.states else self._set()
        kept = {
            (scenario, track.rule.name): track.memory
            for scenario in {count.scenario for count in counted.counts if not count.once}
            for track in self.tracks(scenario)
        }
        memories = (self._once(count) if count.once else kept[count.scenario, count.rule] for count in counted.counts)
        return together([undo, *(memory.count(count) for memory, count in zip(memories, counted.counts, strict=True))])

    def _once(self, count: Count) -> RuleMemory:
        key = (count.scenario or "", count.rule)
        if key not in self.knows.once:
            self._set(once=self.knows.once | {key: RuleMemory()})
        return self.knows.once[key]

    @property
    def rules(self) -> Iterator[Rule]:
        """The active rules, in the order in which they are considered."""
        return (track.rule for track in itertools.chain(self.knows.ad_hoc, *self.knows.tracks.values()))

    # -- scenarios

    @property
    def active(self) -> tuple[str, ...]:
        """The ids of the active scenarios, in order."""
        return tuple(self.knows.scenarios)

    def scenario(self, scenario_id: str) -> Scenario | None:
        """Return an active scenario as of its activation, or None."""
        return self.knows.scenarios.get(scenario_id)

    def add(self, scenario: Scenario) -> Undo:
        """Activate a scenario, last in order, with counters and state at their start; one of the same id is replaced."""
        undo, knows = self.remove(scenario.id), self.knows
        tracks = tuple(Track(rule, scenario.id) for rule in scenario.rules)
        self._set(scenarios=knows.scenarios | {scenario.id: scenario}, tracks=knows.tracks | {scenario.id: tracks})
        return undo

    def remove(self, scenario_id: str) -> Undo:
        """Deactivate a scenario, if it is active."""
        knows = self.knows
        return self._set(
            scenarios=_without(knows.scenarios, scenario_id),
            tracks=_without(knows.tracks, scenario_id),
            states=_without(knows.states, scenario_id),
        )

    def order(self, ids: Iterable[str]) -> Undo:
        """Reorder the active scenarios; ``ids`` has all of their ids."""
        knows, ids = self.knows, tuple(ids)
        return self._set(
            scenarios={each: knows.scenarios[each] for each in ids}, tracks={each: knows.tracks[each] for each in ids}
        )

    def forget_once(self, scenario_id: str) -> Undo:
        """Drop the memories of a scenario that was named for single requests."""
        return self._set(once={key: memory for key, memory in self.knows.once.items() if key[0] != scenario_id})

    def hits(self, scenario_id: str) -> int:
        """Count the requests on which rules of a scenario acted since it became active."""
        return sum(track.hits for track in self.knows.tracks.get(scenario_id, ()))

    def state(self, scenario_id: str | None) -> str:
        """Return the state of an active scenario, or (None) that of the ad-hoc rules."""
        return self.knows.states.get(scenario_id, IDLE)

    # -- rules

    def tracks(self, scenario_id: str | None = None) -> tuple[Track, ...]:
        """Return the rules of an active scenario, or (None) the ad-hoc rules, with their counters."""
        return self.knows.ad_hoc if scenario_id is None else self.knows.tracks.get(scenario_id, ())

    def add_rule(self, rule: Rule, named: int = 0) -> Undo:
        """Add an ad-hoc rule after the others; one of the same name is replaced in place, with new counters."""
        rules = {track.rule.name: track for track in self.knows.ad_hoc} | {rule.name: Track(rule, None)}
        return self._set(ad_hoc=tuple(rules.values()), named=max(self.knows.named, named))

    def remove_rule(self, name: str) -> Undo:
        """Remove an ad-hoc rule, if it exists."""
        return self._set(ad_hoc=tuple(track for track in self.knows.ad_hoc if track.rule.name != name))

    def clear_rules(self) -> Undo:
        """Remove all ad-hoc rules, and their state."""
        return self._set(ad_hoc=(), states=_without(self.knows.states, None))

    # -- the whole

    def copy(self) -> Engine:
        """Return an independent copy, whose rules continue counting from here."""
        twin = Engine(self.seed)
        twin.take(self)
        return twin

    def take(self, other: Engine) -> None:
        """Copy the rules, counters and states of another engine."""
        self.know(other.knows.copy())
        self.claim_table = other.claim_table.copy()

    def _set(self, **changes: Any) -> Undo:
        before = self.knows
        self.know(replace(before, **changes) if changes else before)
        return partial(self.know, before)

    def know(self, state: EngineState) -> None:
        """Replace the state, with the memories of its rules."""
        self.knows = state
        self.idle = not state.ad_hoc and not any(state.tracks.values())


def _without(table: dict[Any, Any], key: str | None) -> dict[Any, Any]:
    return {name: value for name, value in table.items() if name != key}
