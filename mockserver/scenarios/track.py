"""One rule in one world: its memory, and its decision on a request."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from functools import partial
from random import Random

from msgspec import Struct, field

from mockserver.records.effects import Count
from mockserver.records.tables import Undo
from mockserver.scenarios.actions.refuse import Refuse
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.model import IDLE, Rule
from mockserver.scenarios.verdict import ActionContext, Considered, Verdict
from mockserver.values.instants import Instant


class RuleMemory(Struct):
    """The memory of one rule in a world.

    ``calls`` counts the matching calls, ``hits`` those on which it acted, ``draws`` its draws of chance; ``window`` has
    the instants, in order, that its rate limit let pass.
    """

    calls: int = 0
    hits: int = 0
    draws: int = 0
    window: list[Instant] = field(default_factory=list)

    def copy(self) -> RuleMemory:
        """Return an independent copy."""
        return RuleMemory(self.calls, self.hits, self.draws, list(self.window))

    def count(self, count: Count) -> Undo:
        """Store a count of the rule."""
        before, window = (self.calls, self.hits, self.draws), self.window
        self.calls, self.hits, self.draws = count.calls, count.hits, count.draws
        ahead: list[Instant] = []
        past: list[Instant] = []
        if count.since is not None:
            end, start = bisect_right(window, count.now), bisect_right(window, count.since)
            ahead, past = window[end:], window[:start]
            del window[end:], window[:start]
            if count.passed:
                window.append(count.now)
        return partial(self._back, before, past, ahead, passed=count.passed)

    def _back(self, before: tuple[int, int, int], past: list[Instant], ahead: list[Instant], *, passed: bool) -> None:
        self.calls, self.hits, self.draws = before
        if passed:
            self.window.pop()
        self.window[:] = [*past, *self.window, *ahead]


class Track(Struct):
    """A rule of a scenario (None: an ad-hoc rule) with its memory.

    ``once`` says that the scenario is for one request alone: its calls count from 1, while draws and rates continue.
    """

    rule: Rule
    scenario: str | None
    memory: RuleMemory = field(default_factory=RuleMemory)
    once: bool = False

    @property
    def calls(self) -> int:
        """The number of matching calls so far."""
        return self.memory.calls

    @property
    def hits(self) -> int:
        """The number of calls on which it acted."""
        return self.memory.hits

    @property
    def label(self) -> str:
        """The rule's name with its scenario's, as the journal and ``X-Mock-Rule`` show it."""
        return self.rule.name if self.scenario is None else f"{self.scenario}/{self.rule.name}"

    def copy(self) -> Track:
        """Return an independent copy."""
        return Track(self.rule, self.scenario, self.memory.copy(), self.once)


class Draws:
    """The chance of one rule: its n-th draw is a function of the seed, the scenario, the rule's name and n alone."""

    __slots__ = ("count", "name")

    def __init__(self, seed: int, track: Track) -> None:
        self.name = f"{seed}/{track.scenario or ''}/{track.rule.name}"
        self.count = track.memory.draws

    def next(self) -> Random:
        """Return the source of the next draw."""
        self.count += 1
        return Random(f"{self.name}/{self.count}")


def consider(track: Track, facts: Facts, states: Mapping[str | None, str], verdict: Verdict, seed: int) -> Considered:
    """Return the consideration of one rule, and write its actions and counts into the verdict; nothing else changes.

    ``states`` are those before the request, so that it moves a scenario by one step at most.
    """
    rule, scenario = track.rule, track.scenario
    difference = rule.when.difference(facts)
    if difference is not None:
        return Considered(rule.name, scenario, "when", None, *difference)
    state = states.get(scenario, IDLE)
    if rule.state is not None and rule.state != state:
        return Considered(rule.name, scenario, "state", None, "in", rule.state, state)
    absent = _absent_refusal(rule, facts)
    if absent is not None:
        return Considered(rule.name, scenario, "revision", None, "refuse", absent, facts.revision.name)
    call, draws = track.memory.calls + 1, Draws(seed, track)
    context = ActionContext(facts.now, draws.next, track.memory.window, facts.real)
    considered = _considered(track, call, context, verdict)
    hits = track.memory.hits + considered.acted
    since, passed = context.since, context.passed
    verdict.counts.append(
        Count(
            rule.name,
            scenario,
            call,
            hits,
            draws.count,
            since,
            context.at,
            passed,
            track.once,
        )
    )
    return considered


def _absent_refusal(rule: Rule, facts: Facts) -> str | None:
    """Return the refusal that a rule would force but the request's revision lacks, or None."""
    forced = (action.id for action in rule.actions if isinstance(action, Refuse))
    return next((each for each in forced if each in facts.revision.absent_refusals), None)


def _considered(track: Track, call: int, context: ActionContext, verdict: Verdict) -> Considered:
    rule, scenario = track.rule, track.scenario
    if not rule.calls.includes(call):
        return Considered(rule.name, scenario, "calls", call, "calls", str(rule.calls), call)
    drawn = context.draw().random() if 0.0 < rule.chance < 1.0 else 0.0
    if drawn >= rule.chance:
        return Considered(rule.name, scenario, "chance", call, "chance", rule.chance, round(drawn, 4))
    return _act(track, call, context, verdict)


def _act(track: Track, call: int, context: ActionContext, verdict: Verdict) -> Considered:
    rule, scenario = track.rule, track.scenario
    acted = [action.apply(verdict, context) for action in rule.actions]
    if acted and not any(acted):
        return Considered(rule.name, scenario, "within_limit", call)
    verdict.rule, verdict.scenario = rule.name, scenario
    verdict.acted.append(track.label)
    if verdict.decides:
        verdict.at = rule.at
    if rule.go is not None and not track.once:
        verdict.moves[scenario] = rule.go
    return Considered(rule.name, scenario, "acted", call)
