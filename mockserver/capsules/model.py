"""A capsule in memory: the world before the first request, all changes since, and the requests with their answers."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from mockserver.records.effects import Effect
from mockserver.values.instants import Instant
from mockserver.worlds.base import Base

Pairs = tuple[tuple[str, str], ...]
Change = Effect | Base
"""One step of a world: an effect, or the base that a reset, a restored snapshot or a reload made."""


class BadCapsuleError(ValueError):
    """The file is no capsule that this version can read; the text says why, in one line."""


class CapsuleTooLargeError(ValueError):
    """A capsule would exceed the limits within which one is read."""


class Surroundings(Struct, frozen=True):
    """The settings of the server that decide answers, beside those that the world has itself."""

    strict: bool = False
    cors: tuple[str, ...] = ()
    max_body: int = 10 * 1024 * 1024
    world_domain: tuple[str, ...] = ()


class RecordedAnswer(Struct, frozen=True, omit_defaults=True):
    """An answer with its own origin, world and request id as placeholders; of a picture there is only its size in pixels."""

    status: int
    headers: Pairs = ()
    body: int | None = None
    picture: tuple[int, int] | None = None
    fault: str | None = None


class Arrival(Struct, frozen=True):
    """When rules decided about a request that was held before it was carried out.

    It had seen ``saw`` changes then, at the world's time ``at``, and was held so many ``times``.
    """

    saw: int
    at: Instant
    times: int = 1


class RecordedRequest(Struct, frozen=True, omit_defaults=True):
    """A request as it was sent, with its answer.

    ``saw`` is how many of the capsule's changes came before it, ``made`` how many it made itself. ``shed`` says that its body
    is not known, so that it cannot be carried out again.
    """

    id: int
    at: Instant
    real_at: Instant
    saw: int
    made: int
    method: str
    path: str
    answer: RecordedAnswer
    query: str = ""
    raw_path: str | None = None
    headers: Pairs = ()
    body: int | None = None
    scheme: str = "http"
    host: str = "localhost"
    prefix: str = ""
    oversized: bool = False
    broken: bool = False
    shed: bool = False
    arrived: Arrival | None = None
    why: dict[str, object] = field(default_factory=dict)


class Capsule(Struct):
    """A capsule in memory: the world before the first request, the changes since, and the requests."""

    version: str
    saved_at: Instant
    surroundings: Surroundings
    base: Base
    changes: list[Change]
    requests: list[RecordedRequest]
    blobs: Blobs
    earlier: int = 0


class Blobs:
    """Bytes by number, each stored once."""

    def __init__(self, parts: Iterable[bytes] = ()) -> None:
        self.parts = list(parts)
        self._places = {part: place for place, part in enumerate(self.parts)}

    def add(self, part: bytes) -> int:
        """Store bytes, if they are not stored yet; return their number."""
        place = self._places.setdefault(part, len(self.parts))
        if place == len(self.parts):
            self.parts.append(part)
        return place

    def get(self, place: int | None) -> bytes:
        """Return bytes by their number; none for None. Raise BadCapsuleError if there are none of that number."""
        if place is None:
            return b""
        if not 0 <= place < len(self.parts):
            raise BadCapsuleError(f"it refers to blob {place}, and has {len(self.parts)}")
        return self.parts[place]
