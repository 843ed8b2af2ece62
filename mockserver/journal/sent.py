"""Request headers as the journal keeps them: those of requests that are alike are kept once.

A server's own header object holds on to the buffer that the request was read into, kilobytes for each request.
"""

from __future__ import annotations

from collections.abc import Iterable

MOST = 1_000
Pairs = tuple[tuple[str, str], ...]


class SentHeaders:
    """Headers that do not change; names are lower case."""

    __slots__ = ("_pairs", "_values")

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs
        self._values = dict(reversed(pairs))  # the first of several counts

    def get(self, name: str, /) -> str | None:
        """Answer a header's value, or None."""
        return self._values.get(name)

    def __contains__(self, name: str, /) -> bool:
        """Tell whether a header was sent."""
        return name in self._values

    def items(self) -> Pairs:
        """Answer all (name, value) pairs."""
        return self._pairs


class Alike:
    """Makes one object of all headers that are alike, and forgets them now and then."""

    def __init__(self) -> None:
        self._known: dict[Pairs, SentHeaders] = {}

    def __call__(self, pairs: Iterable[tuple[str, str]]) -> SentHeaders:
        """Answer the headers of these pairs."""
        key = tuple(pairs)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            found = self._known[key] = SentHeaders(key)
        return found
