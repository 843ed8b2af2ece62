"""The engine of one world: which rules are active, which of them act on a request, and why the others do not.

Rules are considered in order: those for one request alone, ad-hoc rules, then those of the active scenarios, in the
order in which these were made active. A rule *acts* if, in this order, its ``when`` is met, its scenario is in the
state that it wants, the call is one that ``calls`` means, and chance will have it. A call counts for a rule once
``when`` and state are met. Delays of all rules that act add up; the first that decides the answer (refuse, respond,
fault, an exceeded rate) is the last that is considered.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from mockserver.scenarios.facts import Facts
from mockserver.scenarios.ledger import Ledger
from mockserver.scenarios.model import IDLE, Rule, Scenario
from mockserver.scenarios.track import States, Track, consider
from mockserver.scenarios.verdict import Verdict

__all__ = ["Engine", "States", "Track"]


class Engine:
    """Active scenarios and ad-hoc rules of one world, with their counters and states; safe to call from many threads.

    ``ledger`` holds what active scenarios have arranged (``arrange.py``). ``idle`` is true while no rule is
    active. ``rev`` rises, and ``tell`` is called, whenever rules or scenarios change (not when they count); ``lock`` is the
    world's.
    """

    def __init__(self, seed: int = 0, lock: Any = None, tell: Callable[[], None] = lambda: None) -> None:
        self.seed = seed
        self.idle = True
        self.rev = 0
        self._lock = threading.RLock() if lock is None else lock
        self._tell = tell
        self._scenarios: dict[str, Scenario] = {}
        self._tracks: dict[str, list[Track]] = {}
        self._ad_hoc: list[Track] = []
        self._states: dict[str | None, str] = {}
        self._once: dict[str, list[Track]] = {}
        self.ledger = Ledger()
        self._watching: dict[str | None, bool] = {}
        self._named = 0

    # -- deciding

    def watches(self, operation: str | None) -> bool:
        """Return whether some active rule may act on a request for this operation."""
        watched = self._watching.get(operation)
        if watched is None:
            with self._lock:
                watched = any(track.rule.watches(operation) for track, _ in self._in_order())
                self._watching[operation] = watched
        return watched

    def decide(self, facts: Facts, once: Sequence[Scenario] = ()) -> Verdict:
        """Count the request for every rule that it matches, and answer what is to be done with it.

        ``once`` are scenarios that hold for this request alone: their calls count from 1 and their states begin anew
        with each such request, while chance and rate limits go on from one to the next. One that is active anyway is
        not doubled.
        """
        verdict = Verdict()
        with self._lock:
            for track, states in (*self._for_once(once), *self._in_order()):
                considered = consider(track, facts, states, verdict)
                verdict.considered.append(considered)
                if considered.acted and verdict.decides:
                    break
        return verdict

    def _in_order(self) -> list[tuple[Track, States]]:
        """All rules with the states before this request, so that a request moves a scenario by one step at most."""
        tracks = itertools.chain(self._ad_hoc, *self._tracks.values())
        states = States(self._states)
        return [(track, states) for track in tracks]

    def _for_once(self, scenarios: Sequence[Scenario]) -> list[tuple[Track, States]]:
        found = []
        for scenario in scenarios:
            if scenario.id not in self._scenarios:
                kept = self._kept(scenario)
                states = States({})
                found += [(Track(k.rule, k.scenario, k.chance, window=k.window), states) for k in kept]
        return found

    def _kept(self, scenario: Scenario) -> list[Track]:
        """Return what is remembered of a scenario that is named for single requests."""
        kept = self._once.get(scenario.id)
        if kept is None or tuple(track.rule for track in kept) != scenario.rules:
            kept = self._once[scenario.id] = self._new_tracks(scenario)
        return kept

    # -- scenarios

    @property
    def active(self) -> tuple[str, ...]:
        """The ids of the active scenarios, in order."""
        return tuple(self._scenarios)

    def scenario(self, scenario_id: str) -> Scenario | None:
        """Return an active scenario as it was when it became active, or None."""
        return self._scenarios.get(scenario_id)

    def add(self, scenario: Scenario) -> None:
        """Make a scenario active, last in order, counters and state at their start; one of the same id is replaced."""
        with self._lock:
            self.remove(scenario.id)
            self._scenarios[scenario.id] = scenario
            self._tracks[scenario.id] = self._new_tracks(scenario)
            self._changed()

    def remove(self, scenario_id: str) -> bool:
        """Stop a scenario; answer whether it was active."""
        with self._lock:
            if self._scenarios.pop(scenario_id, None) is None:
                return False
            del self._tracks[scenario_id]
            self._states.pop(scenario_id, None)
            self._changed()
            return True

    def order(self, ids: Iterable[str]) -> None:
        """Put the active scenarios in a new order; ``ids`` are all of theirs."""
        with self._lock:
            self._scenarios = {each: self._scenarios[each] for each in ids}
            self._tracks = {each: self._tracks[each] for each in self._scenarios}
            self._changed()

    def hits(self, scenario_id: str) -> int:
        """Count the requests on which rules of a scenario acted since it became active."""
        return sum(track.hits for track in self._tracks.get(scenario_id, ()))

    def state(self, scenario_id: str | None) -> str:
        """Return the state of an active scenario, or (None) that of the ad-hoc rules."""
        return self._states.get(scenario_id, IDLE)

    # -- rules

    def tracks(self, scenario_id: str | None = None) -> tuple[Track, ...]:
        """Return the rules of an active scenario, or (None) the ad-hoc rules, with their counters."""
        with self._lock:
            return tuple(self._ad_hoc if scenario_id is None else self._tracks.get(scenario_id, ()))

    def next_name(self) -> str:
        """Return a name for an ad-hoc rule that has none: ``rule-1``, ``rule-2``, ..."""
        with self._lock:
            self._named += 1
            return f"rule-{self._named}"

    def add_rule(self, rule: Rule) -> None:
        """Add an ad-hoc rule after those that are there; one of the same name is replaced in place, afresh."""
        with self._lock:
            track = Track(rule, None, self._chance(None, rule.name))
            places = [place for place, each in enumerate(self._ad_hoc) if each.rule.name == rule.name]
            if places:
                self._ad_hoc[places[0]] = track
            else:
                self._ad_hoc.append(track)
            self._changed()

    def remove_rule(self, name: str) -> bool:
        """Remove an ad-hoc rule; answer whether it was there."""
        with self._lock:
            kept = [track for track in self._ad_hoc if track.rule.name != name]
            removed = len(kept) < len(self._ad_hoc)
            if removed:
                self._ad_hoc = kept
                self._changed()
            return removed

    def clear_rules(self) -> None:
        """Remove all ad-hoc rules, and their state."""
        with self._lock:
            self._ad_hoc = []
            self._states.pop(None, None)
            self._changed()

    # -- the whole

    def clear(self) -> None:
        """Forget everything: scenarios, ad-hoc rules, counters and states."""
        with self._lock:
            self._scenarios, self._tracks, self._ad_hoc, self._states, self._named = {}, {}, [], {}, 0
            self._once = {}
            self.ledger.clear()
            self._changed()

    def copy(self) -> Engine:
        """Return an engine with the same rules that goes on counting from here on its own."""
        twin = Engine(self.seed)
        twin.take(self)
        return twin

    def take(self, other: Engine) -> None:
        """Take over the rules, counters and states of another engine, which keeps its own."""
        with other._lock:
            scenarios, states, named = dict(other._scenarios), dict(other._states), other._named
            tracks = {each: [track.copy() for track in tracks] for each, tracks in other._tracks.items()}
            ad_hoc, ledger = [track.copy() for track in other._ad_hoc], other.ledger.copy()
        with self._lock:
            self._scenarios, self._states, self._named = scenarios, states, named
            self._tracks, self._ad_hoc, self._once = tracks, ad_hoc, {}
            self.ledger = ledger
            self._changed()

    def _new_tracks(self, scenario: Scenario) -> list[Track]:
        return [Track(rule, scenario.id, self._chance(scenario.id, rule.name)) for rule in scenario.rules]

    def _chance(self, scenario_id: str | None, rule: str) -> Random:
        """Return a rule's own source of chance: what other rules draw does not change its series."""
        return Random(f"{self.seed}/{scenario_id or ''}/{rule}")

    def _changed(self) -> None:
        self.rev += 1
        self._tell()
        self._watching = {}
        self.idle = not self._ad_hoc and not any(self._tracks.values())
