"""Previews what a rule does to its next matching requests, without counting any."""

from __future__ import annotations

from random import Random

from msgspec import Struct

from mockserver.scenarios.model import Rule
from mockserver.scenarios.verdict import ActionContext, Verdict
from mockserver.values.instants import Instant

_FURTHEST = 10_000  # calls looked ahead


class Preview(Struct, frozen=True):
    """The rule's next decision.

    ``call`` is the number of the next matching call, ``acts_on`` that of the next one on which the rule acts, or None.
    ``verdict`` is its decision there; a delay drawn by chance is only an example.
    """

    rule: Rule
    call: int
    acts_on: int | None
    verdict: Verdict


def preview(rule: Rule, calls: int, now: Instant, seed: int) -> Preview:
    """Look ahead after ``calls`` matching calls."""
    ahead = range(calls + 1, calls + 1 + _FURTHEST)
    acts_on = next((call for call in ahead if rule.calls.includes(call)), None) if rule.chance else None
    verdict, context = Verdict(), ActionContext(now, lambda: Random(seed), ())
    if acts_on is not None:
        for action in rule.actions:
            action.apply(verdict, context)
    return Preview(rule, calls + 1, acts_on, verdict)
