"""Request headers as they were sent; equal headers of several requests are one object, parsed once.

A server's own header object references the buffer that the request was read into: kilobytes for each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mockserver.exchange import Headers

MOST, LARGE = 1_000, 4_096
SHORT, SHOWN = 100, 40  # characters of a value, and number of headers, that are stored of a large head
Pairs = tuple[tuple[str, str], ...]
BytePairs = Sequence[tuple[bytes, bytes]]


def decoded(value: bytes) -> str:
    """Return a header's value as text: UTF-8 where it is valid UTF-8, else Latin-1 (the contract, "Common rules")."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def bearer_token(headers: Headers | Mapping[str, str]) -> str | None:
    """Return the token of ``Authorization: Bearer TOKEN``; None if there is none."""
    scheme, _, token = (headers.get("authorization") or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def shortened(text: str) -> str:
    """Return a text; of a large one only its beginning and its length."""
    return text if len(text) <= SHORT else f"{text[:SHORT]}... ({len(text):,} characters)"


class SentHeaders:
    """Immutable headers; names are lower case.

    ``repeated`` names those that were sent more than once; ``size`` is the length of all names and values. ``derived`` is
    a cache for values that others derive from these headers. ``host`` is the single host that was sent, ``announces_body``
    tells that a body follows, ``for_mock`` that there are headers ``X-Mock-...``.
    """

    __slots__ = ("_pairs", "_values", "announces_body", "derived", "for_mock", "get", "host", "repeated", "size")
    get: Callable[[str], str | None]
    """Return a header's value, the first of several, or None."""

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs
        self._values = dict(reversed(pairs))  # the first of several counts
        self.get = self._values.get
        self.repeated: frozenset[str] = frozenset()
        if len(self._values) < len(pairs):
            names = [name for name, _ in pairs]
            self.repeated = frozenset(name for name in names if names.count(name) > 1)
        self.size = sum(len(name) + len(value) for name, value in pairs)
        self.derived: dict[str, Any] = {}
        self.host = None if "host" in self.repeated else self._values.get("host") or None
        self.announces_body = self._values.get("content-length", "0") != "0" or "transfer-encoding" in self._values
        self.for_mock = any(name.startswith("x-mock-") for name in self._values)

    def get_all(self, name: str, /) -> tuple[str, ...]:
        """Return all values of a header, in the order in which they were sent."""
        return tuple(value for key, value in self._pairs if key == name)

    def contradicting(self, name: str, /) -> bool:
        """Return whether a header was sent several times with different values."""
        return name in self.repeated and len(set(self.get_all(name))) > 1

    def __contains__(self, name: str, /) -> bool:
        """Return whether a header was sent."""
        return name in self._values

    def shortened(self) -> SentHeaders:
        """Return these headers with large values shortened, and no more of them than there is room for."""
        return SentHeaders(tuple((name[:SHORT], shortened(value)) for name, value in self._pairs[:SHOWN]))

    def items(self) -> Pairs:
        """Return all (name, value) pairs, in the order in which they were sent."""
        return self._pairs


def contradicting(headers: Headers, name: str) -> bool:
    """Return whether a header was sent several times with different values, if these headers know."""
    return isinstance(headers, SentHeaders) and headers.contradicting(name)


def by_name(pairs: Iterable[Sequence[str]]) -> dict[str, str | list[str]]:
    """Return headers by lower-case name: a text, or the list of several in the order in which they were sent."""
    found: dict[str, str | list[str]] = {}
    for name, value in pairs:
        before = found.get(name.lower())
        if before is None:
            found[name.lower()] = value
        else:
            found[name.lower()] = [*([before] if isinstance(before, str) else before), value]
    return found


class InternedHeaders:
    """A bounded cache that returns one object for equal headers."""

    def __init__(self) -> None:
        self._known: dict[Any, SentHeaders] = {}
        self._latest: tuple[BytePairs, SentHeaders] = ((), SentHeaders(()))

    def __call__(self, pairs: Iterable[tuple[str, str]]) -> SentHeaders:
        """Return the headers of these pairs."""
        key = tuple(pairs)
        found = self._known.get(key)
        return self._keep(key, SentHeaders(key)) if found is None else found

    def of_bytes(self, pairs: BytePairs) -> SentHeaders:
        """Return the headers of pairs as they came over the wire, names in lower case."""
        latest, found = self._latest
        if pairs == latest:
            return found
        key = tuple(pairs)
        known = self._known.get(key)
        if known is None:
            known = self._keep(key, SentHeaders(tuple((name.decode(), decoded(value)) for name, value in key)))
        if known.size <= LARGE:
            self._latest = pairs, known
        return known

    def of(self, headers: Headers) -> SentHeaders:
        """Return these headers, as they were sent."""
        return headers if type(headers) is SentHeaders else self(headers.items())

    def _keep(self, key: Any, headers: SentHeaders) -> SentHeaders:
        if headers.size > LARGE:  # the cache would retain them long after their last use
            return headers
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = headers
        return headers
