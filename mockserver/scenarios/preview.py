"""What a rule would do to the next request that matches it, without counting one."""

from __future__ import annotations

from random import Random

from msgspec import Struct

from mockserver.scenarios.model import Rule
from mockserver.scenarios.verdict import ActionContext, Verdict
from mockserver.values.instants import Instant

_FURTHEST = 10_000  # calls looked ahead


class Preview(Struct, frozen=True):
    """What the rule decides, and when.

    ``call`` is the number of the next matching call, ``acts_on`` that of the next one on which the rule acts (None: none soon).
    ``verdict`` is what the rule decides there; a delay drawn by chance is one of those that may be drawn.
    """

    rule: Rule
    call: int
    acts_on: int | None
    verdict: Verdict


def preview(rule: Rule, calls: int, now: Instant, seed: int) -> Preview:
    """Look ahead from ``calls`` matching calls that have been made."""
    ahead = range(calls + 1, calls + 1 + _FURTHEST)
    acts_on = next((call for call in ahead if rule.calls.includes(call)), None) if rule.chance else None
    verdict, context = Verdict(), ActionContext(now, lambda: Random(seed), ())
    if acts_on is not None:
        for action in rule.actions:
            action.apply(verdict, context)
    return Preview(rule, calls + 1, acts_on, verdict)
