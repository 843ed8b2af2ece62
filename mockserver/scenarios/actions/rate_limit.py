"""``rate_limit``: a number of calls in a sliding window of the world's or real time; 429 with Retry-After beyond it."""

from __future__ import annotations

from bisect import bisect_right

import orjson
from msgspec import Struct

from mockserver.documents.reading import Part
from mockserver.exchange import JSON_HEADERS
from mockserver.scenarios.actions.action import ActionKind
from mockserver.scenarios.verdict import ActionContext, CannedResponse, Verdict
from mockserver.values.durations import write_duration

BODY = orjson.dumps({"error": "Too many requests"})


class RateLimit(Struct, frozen=True):
    """At most ``limit`` calls in any ``per_ms`` milliseconds. A call beyond it does not count towards it.

    ``real`` uses the system's clock, so that the limit recovers in a frozen world, too.
    """

    limit: int
    per_ms: int
    real: bool = False

    def apply(self, verdict: Verdict, context: ActionContext) -> bool:
        """Count a call within the limit, or respond with 429. Ignore later instants: the clock was moved back since."""
        window, now = context.window, context.real if self.real else context.now
        context.since, context.at = now - self.per_ms, now
        first, end = bisect_right(window, context.since), bisect_right(window, now)
        if end - first < self.limit:
            context.passed = True
            return False
        wait = self.per_ms if first == end else window[first] + self.per_ms - now
        retry_after = ("retry-after", str(max(1, -(-wait // 1000))))
        verdict.respond = CannedResponse(429, (*JSON_HEADERS, retry_after), BODY)
        return True

    def sentence(self) -> str:
        """Describe the limit."""
        time = " of real time" if self.real else ""
        return f"429 with Retry-After beyond {self.limit} calls in {write_duration(self.per_ms)}{time}"


def read(part: Part) -> RateLimit:
    """Read ``{limit: 5, per: 10s}``, perhaps with ``by: real`` (or ``world``, the default)."""
    fields = part.fields(("limit", "per", "by"), required=("limit", "per"))
    limit = fields["limit"].integer(0, 1_000_000) if "limit" in fields else 0
    per_ms = fields["per"].duration() if "per" in fields else 1
    if per_ms < 1:
        fields["per"].wrong("a duration of 1ms or more")
    by = fields["by"].one_of(("world", "real")) if "by" in fields else "world"
    return RateLimit(limit, per_ms, by == "real")


KIND = ActionKind(
    read,
    (
        "`{limit: 5, per: 10s}` of the world's time; 429 with `Retry-After` beyond it. `by: real` counts "
        "real time, for a frozen world"
    ),
    decides=True,
)
