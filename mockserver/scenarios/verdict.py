"""The rules' decision on one request, and its reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random
from typing import Any, Literal, NamedTuple

from msgspec import Struct, field

from mockserver.exchange import Fault
from mockserver.limits import RULE_HEADER_BYTES, RULE_HEADERS
from mockserver.records.effects import Count, RulesCounted
from mockserver.scenarios.barrier import Hold
from mockserver.values.instants import Instant

Pairs = tuple[tuple[str, str], ...]
"""Headers by lower-case name, which may repeat."""
At = Literal["before", "before_commit", "after_commit", "during_body"]
RuleOutcome = Literal["acted", "when", "state", "calls", "chance", "within_limit", "revision"]


class CannedResponse(Struct, frozen=True):
    """A rule's response in place of the operation's; header names are lower case."""

    status: int
    headers: Pairs
    body: bytes


class Considered(NamedTuple):
    """A rule that was considered for a request, and the first reason why it did not act.

    ``outcome`` is ``acted``, or the reason: a condition of ``when``, its ``state``, the number of the call, its
    ``chance``, a rate that is still ``within_limit``, or a ``revision`` that lacks the refusal. ``call`` numbers the matching
    calls from 1; ``key`` names what was compared.
    """

    rule: str
    scenario: str | None
    outcome: RuleOutcome
    call: int | None = None
    key: str | None = None
    expected: Any = None
    found: Any = None

    @property
    def acted(self) -> bool:
        """Return whether the rule had an effect on the request."""
        return self.outcome == "acted"

    def shown(self) -> dict[str, Any]:
        """Return it as JSON, without absent values."""
        row = {name: getattr(self, name) for name in self._fields}
        if self.outcome in ("acted", "within_limit"):
            return {name: value for name, value in row.items() if value is not None}
        kept = ("rule", "scenario", "outcome", "key", "expected", "found", *(("call",) if self.call else ()))
        return {name: row[name] for name in kept}


class Verdict(Struct):
    """The decision on one request; empty if no rule acted.

    ``rule`` and ``scenario`` name the rule that decides the response, else the last that acted (an ad-hoc rule has no
    scenario). ``delay_ms`` adds up over all rules that acted. At most one of ``refuse`` (an id of the catalogue, with
    the ``facts`` that the rule gives), ``respond`` and ``fault`` (of the connection) is set, and ``at`` says when. ``holds`` are
    the barriers at which the request waits first. ``counts`` and ``moves`` (scenario to state) are the rules' counts and
    the scenarios' new states after the request.
    """

    rule: str | None = None
    scenario: str | None = None
    delay_ms: int = 0
    refuse: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    respond: CannedResponse | None = None
    fault: Fault | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    at: At = "before"
    holds: list[Hold] = field(default_factory=list)
    acted: list[str] = field(default_factory=list)
    considered: list[Considered] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    moves: dict[str | None, str] = field(default_factory=dict)

    @property
    def decides(self) -> bool:
        """Return whether a rule replaces or breaks the response, rather than only delaying it."""
        return self.refuse is not None or self.respond is not None or self.fault is not None

    @property
    def counted(self) -> RulesCounted | None:
        """The effect of what the rules counted; None if they counted nothing."""
        return RulesCounted(tuple(self.counts), tuple(self.moves.items())) if self.counts else None


class ActionContext(Struct):
    """The input of an action: the world's time, the rule's chance, and the instants that its rate limit let pass.

    ``draw`` returns the source of the next draw. A rate limit does not change ``window``; it sets ``since``, up to which instants
    have expired, ``at``, its current instant, and ``passed``, whether it let the call pass. ``real`` is the system's time.
    """

    now: Instant
    draw: Callable[[], Random]
    window: Sequence[Instant]
    real: Instant = 0
    since: Instant | None = None
    at: Instant = 0
    passed: bool = False


def within_limits(pairs: Sequence[tuple[str, str]]) -> Pairs:
    """Return the headers of all rules that acted, as many as one response may have; clients fail on too many."""
    sizes = accumulate(len(name) + len(value) for name, value in pairs[:RULE_HEADERS])
    return tuple(pair for pair, size in zip(pairs, sizes, strict=False) if size <= RULE_HEADER_BYTES)


def with_headers(own: Pairs, added: Pairs) -> Pairs:
    """Return the headers of a response with those of rules, which replace any of the same name."""
    names = {name for name, _ in added}
    return (*(pair for pair in own if pair[0].lower() not in names), *added) if added else own
