"""One barrier: its definition in a rule, the held requests, and the released ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, Literal

from msgspec import Struct, field

from mockserver.clock import stopwatch
from mockserver.exchange import Note, Response

HoldAt = Literal["before", "before_commit", "after_commit"]
MOMENTS: tuple[HoldAt, ...] = ("before", "before_commit", "after_commit")
DEFAULT_TIMEOUT = 30_000  # milliseconds
Because = Literal["until", "release", "timeout", "rule removed", "reset", "world dropped"]
MS = 1_000_000  # nanoseconds
_TOLD = 10  # the number of past releases that are stored


class Hold(Struct, frozen=True):
    """Holds requests at a barrier until ``until`` of them have arrived; None means until a tester releases them.

    ``release`` are the numbers of those released first, in that order; ``seed`` shuffles instead. ``timeout_ms`` is real time
    from the first arrival. ``at`` is the rule's.
    """

    barrier: str
    until: int | None = None
    release: tuple[int, ...] = ()
    seed: int | None = None
    timeout_ms: int = DEFAULT_TIMEOUT
    at: HoldAt = "before"

    def order(self, numbers: Iterable[int], release: int) -> list[int]:
        """Return the numbers of requests in the order of their release; ``release`` counts the barrier's releases."""
        arrived = sorted(numbers)
        if self.seed is not None:
            Random(f"{self.seed}/{self.barrier}/{release}").shuffle(arrived)
            return arrived
        first = [number for number in self.release if number in arrived]
        return first + [number for number in arrived if number not in first]


class Release(Struct):
    """One release: its reason, and the numbers of its requests in order; ``gone`` are the handled ones, with request ids."""

    because: Because
    order: tuple[int, ...]
    gone: list[tuple[int, int | None]] = field(default_factory=list)


class HeldRequest(Struct, eq=False):
    """One request at a barrier, the ``number``-th to arrive. ``run`` handles it, with a note on how it was held.

    ``about`` describes it for people. ``taken`` says that it is being handled, or has been.
    """

    number: int
    hold: Hold
    about: dict[str, Any]
    run: Callable[[Note], Response]
    since: int
    released: Release | None = None
    taken: bool = False
    response: Response | None = None
    wake: Callable[[], None] = lambda: None

    def note(self) -> Note:
        """Return the requests that it waited for, and the reason of its release."""
        released = self.released or Release("timeout", ())
        place = released.order.index(self.number) + 1 if self.number in released.order else 1
        after = released.gone[-_TOLD:]
        before = [f"request {id_} (number {number})" if id_ else f"number {number}" for number, id_ in after]
        came = "first" if not before else f"after {' and '.join(before)}"
        why = f"{released.because} {self.hold.until}" if released.because == "until" else released.because
        held_ms = (stopwatch() - self.since) // MS
        text = (
            f"waited {self.hold.at} as number {self.number}; let go by {why}, {place} of {len(released.order)}: {came}"
        )
        return Note("barrier", self.hold.barrier, text, {
            "number": self.number, "at": self.hold.at, "because": released.because, "order": list(released.order),
            "after": [{"number": number, "request": id_} for number, id_ in after], "held_ms": held_ms,
        })  # fmt: skip


class Barrier(Struct):
    """One barrier: the waiting requests by number, and the released ones whose turn has not ended (``queue``)."""

    held: dict[int, HeldRequest] = field(default_factory=dict)
    queue: list[HeldRequest] = field(default_factory=list)
    arrived: int = 0
    releases: int = 0
    listed: dict[int, Hold] = field(default_factory=dict)
    """The ``Hold`` objects of rules that have held a request here, by identity."""

    def release(self, because: Because, order: Sequence[int]) -> None:
        """Release requests one after the other; once none waits, numbers start again at 1."""
        self.releases += 1
        released = Release(because, tuple(order))
        for number in order:
            held = self.held.pop(number)
            held.released = released
            self.queue.append(held)
        if not self.held:
            self.arrived = 0
