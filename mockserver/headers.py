"""Request headers as they were sent: those of requests that are alike are one object, and read once.

A server's own header object holds on to the buffer that the request was read into, kilobytes for each request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.exchange import REQUIRED_HEADERS, Headers

MOST = 1_000
Pairs = tuple[tuple[str, str], ...]


def bearer_token(headers: Headers | Mapping[str, str]) -> str | None:
    """Return the token of ``Authorization: Bearer TOKEN``; None where that is not sent."""
    scheme, _, token = (headers.get("authorization") or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class SentHeaders:
    """Headers that do not change; names are lower case.

    ``missing`` names the required ones that are not among them, ``unreadable`` those that were sent in bytes that no header
    may hold. ``derived`` is for what others make of these headers, and want to make once.
    """

    __slots__ = ("_pairs", "_values", "derived", "missing", "unreadable")

    def __init__(self, pairs: Pairs, unreadable: tuple[str, ...] = ()) -> None:
        self._pairs = pairs
        self._values = dict(reversed(pairs))  # the first of several counts
        self.missing = tuple(name for name in REQUIRED_HEADERS if name not in self._values)
        self.unreadable = unreadable
        self.derived: dict[str, Any] = {}

    def get(self, name: str, /) -> str | None:
        """Return a header's value, or None."""
        return self._values.get(name)

    def __contains__(self, name: str, /) -> bool:
        """Return whether a header was sent, be it unreadable."""
        return name in self._values or name in self.unreadable

    def items(self) -> Pairs:
        """Return all (name, value) pairs."""
        return self._pairs


class Alike:
    """Makes one object of all headers that are alike, and forgets them now and then."""

    def __init__(self) -> None:
        self._known: dict[Pairs, SentHeaders] = {}

    def __call__(self, pairs: Iterable[tuple[str, str]]) -> SentHeaders:
        """Return the headers of these pairs."""
        key = tuple(pairs)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            found = self._known[key] = SentHeaders(key)
        return found

    def of(self, headers: Headers) -> SentHeaders:
        """Return these headers, as they were sent."""
        return headers if type(headers) is SentHeaders else self(headers.items())
