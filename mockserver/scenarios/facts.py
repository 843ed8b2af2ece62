"""The facts of a request that conditions of rules use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct, field

from mockserver.clock import system_now
from mockserver.headers import SentHeaders
from mockserver.limits import COMPARED
from mockserver.revisions import REVISIONS, UNION, Revision
from mockserver.values.instants import Instant
from mockserver.values.nesting import loads

NOT_JSON = object()
"""The value of ``Facts.json`` for a body that is not JSON, is empty, or is nested too deep."""


class TooMuchToCompareError(Exception):
    """The rules would compare more values of one request's body than they may."""


class HeaderLookup(Protocol):
    """Request headers by lower-case name."""

    def get(self, name: str, /) -> str | None:
        """Return a header's value, or None."""


class Facts(Struct):
    """One request as rules see it, known once it has been routed.

    ``operation`` is None for an image and an unknown path. ``query`` maps a parameter's name
    to all its values. ``body`` is raw; it is parsed once, for the first rule that needs it. ``now`` is the world's time.
    A rule forces no refusal that ``revision`` lacks.
    """

    operation: str | None
    method: str
    path: str
    club: str | None = None
    offer_id: int | None = None
    member_id: int | None = None
    headers: HeaderLookup = field(default_factory=dict[str, str])
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    body: bytes = b""
    now: Instant = 0
    revision: Revision = REVISIONS[UNION]
    real: Instant = field(default_factory=system_now)
    _json: Any = None
    _compared: int = 0

    def header(self, name: str) -> tuple[str, ...]:
        """Return all values of a header."""
        if isinstance(self.headers, SentHeaders):
            return self.headers.get_all(name)
        value = self.headers.get(name)
        return () if value is None else (value,)

    def compare(self) -> None:
        """Count two values that are compared. Raise TooMuchToCompareError where they are too many for one request."""
        self._compared += 1
        if self._compared > COMPARED:
            raise TooMuchToCompareError

    def json(self) -> Any:
        """Return the parsed body, or ``NOT_JSON``."""
        if self._json is None:
            try:
                self._json = (loads(self.body),) if self.body else (NOT_JSON,)
            except ValueError:
                self._json = (NOT_JSON,)
        return self._json[0]
