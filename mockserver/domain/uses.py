"""The uses of one offer by one member."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from mockserver.values.instants import Instant


class Uses:
    """The uses of one offer by one member: an append-only, immutable sequence of instants in ascending order.

    A sequence and its extensions share one list, so that booking a use takes constant time, and a shorter sequence in a
    snapshot does not change.
    """

    __slots__ = ("_instants", "_length")

    def __init__(self, instants: Iterable[Instant] = ()) -> None:
        self._instants = array("q", sorted(instants))
        self._length = len(self._instants)

    def booked(self, at: Instant) -> Uses:
        """Return the sequence with one more use; ``at`` is not before the last one."""
        shared = self._instants
        if len(shared) != self._length:  # another branch was appended here: copy instead
            shared = shared[: self._length]
        last = self.last
        at = at if last is None else max(at, last)
        shared.append(at)
        if len(shared) != self._length + 1:  # another world appended to the same sequence meanwhile
            shared = shared[: self._length]
            shared.append(at)
        grown = Uses.__new__(Uses)
        grown._instants, grown._length = shared, self._length + 1
        return grown

    def between(self, since: Instant, until: Instant) -> int:
        """Count the uses with ``since <= at < until``."""
        low = bisect_left(self._instants, since, 0, self._length)
        return bisect_left(self._instants, until, low, self._length) - low

    def until(self, instant: Instant) -> int:
        """Count the uses at or before an instant."""
        return bisect_right(self._instants, instant, 0, self._length)

    @property
    def last(self) -> Instant | None:
        """The latest use."""
        return self._instants[self._length - 1] if self._length else None

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Instant]:
        return iter(self._instants[: self._length])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Uses) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


NO_USES = Uses()
