"""``hold``: the request waits at a barrier until others have arrived, or until a tester releases it."""

from __future__ import annotations

from msgspec import Struct

from mockserver.documents.reading import Part
from mockserver.limits import HELD_AT_ONCE, HOLD_TIMEOUT
from mockserver.scenarios.actions.action import ActionKind
from mockserver.scenarios.barrier import DEFAULT_TIMEOUT, Hold
from mockserver.scenarios.verdict import ActionContext, Verdict
from mockserver.values.durations import write_duration

_WHEN = {"before": "", "before_commit": " once its checks have passed", "after_commit": " once it is carried out"}


class WaitAtBarrier(Struct, frozen=True):
    """The request waits at a barrier."""

    hold: Hold

    def apply(self, verdict: Verdict, _context: ActionContext, /) -> bool:
        """Hold the request; other actions decide the response."""
        verdict.holds.append(self.hold)
        return True

    def sentence(self) -> str:
        """Describe how long the request waits."""
        hold = self.hold
        until = "it is let go" if hold.until is None else f"{hold.until} are there"
        time = write_duration(hold.timeout_ms)
        return f"the request waits at barrier {hold.barrier}{_WHEN[hold.at]} until {until}, for {time} at most"


def read(part: Part) -> WaitAtBarrier:
    """Read ``{barrier: last, until: 2, release: [2, 1], timeout: 10s}``; ``release`` may be ``{seed: 7}``."""
    fields = part.fields(("barrier", "until", "release", "timeout"), required=("barrier",))
    until = fields["until"].integer(1, HELD_AT_ONCE) if "until" in fields else None
    timeout = fields["timeout"].duration() if "timeout" in fields else DEFAULT_TIMEOUT
    if not 1 <= timeout <= HOLD_TIMEOUT:
        fields["timeout"].wrong(f"a duration of 1ms to {write_duration(HOLD_TIMEOUT)}")
    seed, release = _release(fields["release"], until) if "release" in fields else (None, ())
    hold = Hold(_name(fields["barrier"]) if "barrier" in fields else "", until, release, seed, timeout)
    return WaitAtBarrier(hold)


def _name(part: Part) -> str:
    name = part.text()
    if not 1 <= len(name) <= 64 or not all(each.isascii() and (each.isalnum() or each in "._-") for each in name):
        part.wrong("1 to 64 of A-Z a-z 0-9 . _ -")
    return name


def _release(part: Part, until: int | None) -> tuple[int | None, tuple[int, ...]]:
    if isinstance(part.value, dict):
        fields = part.fields(("seed",), required=("seed",))
        return fields["seed"].integer() if "seed" in fields else 0, ()
    return None, read_order(part, until or HELD_AT_ONCE)


def read_order(part: Part, most: int) -> tuple[int, ...]:
    """Read numbers of requests, each from 1 to ``most`` and unique."""
    order = tuple(each.integer(1, most) for each in part.elements())
    if len(set(order)) < len(order):
        part.wrong("each number once")
    return order


KIND = ActionKind(
    read,
    (
        "`{barrier: last, until: 2, release: [2, 1], timeout: 10s}`: the request waits at a barrier of that name until two are "
        "there, then the second to arrive goes first; see [make a race happen each time](races.md)"
    ),
)
