"""One rule in one world: what it remembers, and how it meets a request."""

from __future__ import annotations

from collections import deque
from random import Random

from msgspec import Struct, field

from mockserver.domain.instants import Instant
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.model import IDLE, Rule
from mockserver.scenarios.verdict import Considered, Moment, Verdict


class Track(Struct):
    """What an engine remembers of one rule. ``calls`` counts the matching ones, ``hits`` those on which it acted."""

    rule: Rule
    scenario: str | None
    chance: Random
    calls: int = 0
    hits: int = 0
    window: deque[Instant] = field(default_factory=deque)

    @property
    def label(self) -> str:
        """The rule's name with its scenario's, as the journal and ``X-Mock-Rule`` show it."""
        return self.rule.name if self.scenario is None else f"{self.scenario}/{self.rule.name}"

    def copy(self) -> Track:
        """Return a track that goes on from here on its own."""
        chance = Random()
        chance.setstate(self.chance.getstate())
        return Track(self.rule, self.scenario, chance, self.calls, self.hits, deque(self.window))


class States:
    """States by scenario as they were before a request; ``now`` is where moves are written."""

    __slots__ = ("before", "now")

    def __init__(self, now: dict[str | None, str]) -> None:
        self.before = dict(now)
        self.now = now


def consider(track: Track, facts: Facts, states: States, verdict: Verdict) -> Considered:
    """Let one rule act on the request if it may; answer what became of it."""
    rule, scenario = track.rule, track.scenario
    difference = rule.when.difference(facts)
    if difference is not None:
        return Considered(rule.name, scenario, "when", None, *difference)
    state = states.before.get(scenario, IDLE)
    if rule.state is not None and rule.state != state:
        return Considered(rule.name, scenario, "state", None, "in", rule.state, state)
    track.calls += 1
    call = track.calls
    if not rule.calls.includes(call):
        return Considered(rule.name, scenario, "calls", call, "calls", str(rule.calls), call)
    drawn = track.chance.random() if 0.0 < rule.chance < 1.0 else 0.0
    if drawn >= rule.chance:
        return Considered(rule.name, scenario, "chance", call, "chance", rule.chance, round(drawn, 4))
    return _act(track, facts, states, verdict)


def _act(track: Track, facts: Facts, states: States, verdict: Verdict) -> Considered:
    rule, scenario, call = track.rule, track.scenario, track.calls
    moment = Moment(facts.now, track.chance, track.window)
    acted = [effect.apply(verdict, moment) for effect in rule.effects]
    if acted and not any(acted):
        return Considered(rule.name, scenario, "within_limit", call)
    track.hits += 1
    verdict.rule, verdict.scenario = rule.name, scenario
    verdict.acted.append(track.label)
    if verdict.decides:
        verdict.at = rule.at
    if rule.go is not None:
        states.now[scenario] = rule.go
    return Considered(rule.name, scenario, "acted", call)
