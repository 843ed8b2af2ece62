"""One rule in one world: what it remembers, and how it meets a request."""

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
    """What a world remembers of one rule.

    ``calls`` counts the matching ones, ``hits`` those on which it acted, ``draws`` what it drew from its chance; ``window`` has
    the instants, in order, that its rate limit let pass.
    """

    calls: int = 0
    hits: int = 0
    draws: int = 0
    window: list[Instant] = field(default_factory=list)

    def copy(self) -> RuleMemory:
        """Return a memory that goes on from here on its own."""
        return RuleMemory(self.calls, self.hits, self.draws, list(self.window))

    def count(self, count: Count) -> Undo:
        """Take over what a rule has counted."""
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
    """A rule of a scenario (None: an ad-hoc rule) with what is remembered of it.

    ``once`` tells that the scenario holds for one request alone: its calls are counted from 1, but draws and rates go on.
    """

    rule: Rule
    scenario: str | None
    memory: RuleMemory = field(default_factory=RuleMemory)
    once: bool = False

    @property
    def calls(self) -> int:
        """The calls that matched so far."""
        return self.memory.calls

    @property
    def hits(self) -> int:
        """The calls on which it acted."""
        return self.memory.hits

    @property
    def label(self) -> str:
        """The rule's name with its scenario's, as the journal and ``X-Mock-Rule`` show it."""
        return self.rule.name if self.scenario is None else f"{self.scenario}/{self.rule.name}"

    def copy(self) -> Track:
        """Return a track that goes on from here on its own."""
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
    """Return what becomes of one rule, and write into the verdict what it does and counts; nothing else changes.

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
    """Return the refusal that a rule would force and the API lacks as of the request's date; None where there is none."""
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
