"""The large bodies and heads of a journal's exchanges: their total size, and the exchange that loses its bodies next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from mockserver.exchange import Headers
from mockserver.headers import SentHeaders

Weighty = SentHeaders | Headers | Mapping[str, str] | bytes | str
"""A body, a text, or headers."""
SMALL_BODY = 4_096  # bodies up to this size are bounded by the number of exchanges alone
BODY_BUDGET = 32 * 1024 * 1024


class Bodies:
    """The exchanges with large bodies. A shared body counts once; cached responses share theirs.

    ``oldest`` is the id of the oldest exchange with one, 0 if there is none.
    """

    __slots__ = ("_budget", "_bytes", "_holders", "_ids", "oldest")

    def __init__(self, budget: int = BODY_BUDGET) -> None:
        self._budget = budget
        self.clear()

    @property
    def too_many(self) -> bool:
        """Whether their size exceeds the budget."""
        return self._bytes > self._budget

    def hold(self, id_: int, bodies: Iterable[Weighty]) -> None:
        """Add the large bodies of the newest exchange."""
        self._ids.append(id_)
        self.oldest = self._ids[0]
        for body in bodies:
            holders = self._holders[id(body)] = self._holders.get(id(body), 0) + 1
            self._bytes += weight(body) if holders == 1 else 0

    def release(self, bodies: Iterable[Weighty]) -> None:
        """Subtract the bodies of the oldest exchange."""
        self._ids.popleft()
        self.oldest = self._ids[0] if self._ids else 0
        for body in bodies:
            self._holders[id(body)] -= 1
            if not self._holders[id(body)]:
                del self._holders[id(body)]
                self._bytes -= weight(body)

    def clear(self) -> None:
        """Remove all."""
        self._bytes = self.oldest = 0
        self._holders: dict[int, int] = {}  # number of exchanges with a body, by the body's ``id()``
        self._ids: deque[int] = deque()


def weight(part: Weighty) -> int:
    """Return the size in bytes of a body, a text or headers."""
    if isinstance(part, SentHeaders):
        return part.size
    return len(part) if isinstance(part, bytes | str) else 0  # other headers occur in tests only


def is_large(part: Weighty) -> bool:
    """Return whether its size is counted."""
    return weight(part) > SMALL_BODY
