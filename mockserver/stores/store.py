"""The interface of stores. A stored world is a base and the records after it, numbered on and on; one process owns it at a time.

Every claim of a world's name raises its epoch, which never starts again; whoever appends with an older one is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from mockserver.values.instants import Instant

FORMAT = 1
"""The version of all that is written; a change that older versions cannot read increases it. A newer one is not opened."""


class StoreError(Exception):
    """The store cannot be reached, or refuses; the text is one line that says why. Nothing is known to be written."""


class InUseError(StoreError):
    """The store belongs to another process, which the text names."""


class NewerFormatError(StoreError):
    """The store, or a world in it, was written by a newer version."""


class LeaseLostError(StoreError):
    """This process has not renewed its lease in time: others may own what it owned."""


class OwnedError(Exception):
    """Another process owns the world."""

    def __init__(self, name: str, owner: Process) -> None:
        super().__init__(f"the world {name} belongs to {owner}")
        self.name = name
        self.owner = owner


class Process(Struct, frozen=True):
    """A process that uses a store: ``id`` and ``secret`` are made by chance; others reach it at ``address``."""

    id: str
    pid: int
    host: str
    address: str = ""
    secret: str = ""

    def __str__(self) -> str:
        at = f", {self.address}" if self.address else ""
        return f"process {self.pid} on {self.host}{at}"


class StoredWorld(Struct, frozen=True):
    """A world as it is stored. ``seq`` is the number of the last record; ``base`` stands for all up to ``seq - len(records)``.

    A ``base`` of None says that no such world is stored.
    """

    name: str
    epoch: int
    seq: int = 0
    base: bytes | None = None
    records: tuple[bytes, ...] = ()


class Portion(Struct, frozen=True):
    """What is appended to one world: an optional ``base``, which replaces all up to record ``seq``, then the records after it."""

    name: str
    epoch: int
    seq: int
    records: tuple[bytes, ...] = ()
    base: bytes | None = None


class StoredRow(Struct, frozen=True):
    """A stored world in a list: when it was last written, its size in bytes, and the number of records after its base."""

    name: str
    epoch: int
    written_at: Instant
    bytes: int
    records: int
    owner: Process | None = None


class WorldStore(Protocol):
    """A store, as one process uses it. Every method may raise StoreError. Safe to call from several threads."""

    process: Process
    atomic: bool
    """Whether nothing is written where ``append`` raises StoreError."""
    lease: float | None
    """Seconds for which this process owns its worlds after ``renew`` was asked for; None where it does as long as it lives."""

    def claim(self, name: str) -> StoredWorld:
        """Own a world, stored or not, with a new epoch. Raise OwnedError while another living process owns it."""

    def renew(self) -> None:
        """Lengthen the lease of this process. Raise LeaseLostError where it had ended: then all is to be claimed anew."""

    def append(self, portions: Iterable[Portion]) -> frozenset[str]:
        """Write portions, each all or nothing; return the names of worlds that this process owns no more.

        What was written before is left out: a portion may be sent again. On StoreError it is not known which were written,
        unless ``atomic``: then none was.
        """

    def load(self, name: str) -> StoredWorld | None:
        """Return a world without owning it, None where no such world is stored."""

    def compact(self, name: str, epoch: int, seq: int, base: bytes) -> bool:
        """Replace all up to record ``seq`` by a base; return whether this process still owns the world."""

    def release(self, name: str, epoch: int, *, forget: bool = False) -> None:
        """Own a world no longer; with ``forget``, delete it, which its epochs outlive."""

    def list(self) -> list[StoredRow]:
        """Return the stored worlds, by name."""

    def processes(self) -> Sequence[Process]:
        """Return the living processes that use the store."""

    def close(self) -> None:
        """Release everything."""
