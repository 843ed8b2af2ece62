"""``delay``: delays the response by a constant time, or by one drawn from a distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct

from mockserver.documents.reading import Part
from mockserver.scenarios.actions.action import ActionKind
from mockserver.scenarios.verdict import ActionContext, Verdict
from mockserver.values.durations import write_duration
from mockserver.values.instants import DAY


class Constant(Struct, frozen=True):
    """The same delay each time, in milliseconds."""

    ms: int

    def drawn(self, _context: ActionContext, /) -> int:
        """Return the delay."""
        return self.ms

    def __str__(self) -> str:
        return write_duration(self.ms)


class Uniform(Struct, frozen=True):
    """A delay between two bounds in milliseconds, uniformly distributed."""

    low: int
    high: int

    def drawn(self, context: ActionContext) -> int:
        """Draw a delay in milliseconds."""
        return context.draw().randint(self.low, self.high)

    def __str__(self) -> str:
        return f"{write_duration(self.low)} to {write_duration(self.high)}"


class Lognormal(Struct, frozen=True):
    """Delays around a median in milliseconds, with the long tail of real networks; ``sigma`` is of the logarithm."""

    median: int
    sigma: float

    def drawn(self, context: ActionContext) -> int:
        """Draw a delay in milliseconds, at most a day."""
        return min(round(context.draw().lognormvariate(math.log(self.median), self.sigma)), DAY)

    def __str__(self) -> str:
        return f"{write_duration(self.median)} at the median"


class Delay(Struct, frozen=True):
    """A delay; those of several rules add up."""

    by: Constant | Uniform | Lognormal

    def apply(self, verdict: Verdict, context: ActionContext) -> bool:
        """Add the delay."""
        verdict.delay_ms += self.by.drawn(context)
        return True

    def sentence(self) -> str:
        """Describe the delay."""
        return f"the answer takes {self.by} longer"


def read(part: Part) -> Delay:
    """Read ``250ms``, ``{uniform: [100ms, 400ms]}`` or ``{lognormal: {median: 200ms, sigma: 0.4}}``."""
    if not isinstance(part.value, Mapping):
        return Delay(Constant(part.duration()))
    fields = part.fields(("uniform", "lognormal"))
    if len(part.value) != 1:
        part.wrong("either uniform or lognormal")
    if "uniform" in fields:
        return Delay(_uniform(fields["uniform"]))
    if "lognormal" in fields:
        return Delay(_lognormal(fields["lognormal"]))
    return Delay(Constant(0))


def _uniform(part: Part) -> Uniform:
    bounds = [each.duration() for each in part.elements()]
    if len(bounds) != 2 or bounds[0] > bounds[1]:
        part.wrong("two durations, the shorter first")
        return Uniform(0, 0)
    return Uniform(*bounds)


def _lognormal(part: Part) -> Lognormal:
    fields = part.fields(("median", "sigma"), required=("median", "sigma"))
    median = fields["median"].duration() if "median" in fields else 1
    sigma = fields["sigma"].number(0, 5) if "sigma" in fields else 0.0
    if median < 1:
        fields["median"].wrong("a duration of 1ms or more")
    return Lognormal(max(median, 1), sigma)


KIND = ActionKind(
    read,
    ("`250ms`, `35s`, a number of seconds, `{uniform: [100ms, 400ms]}` or `{lognormal: {median: 200ms, sigma: 0.4}}`"),
)
