"""The journal: what was asked and answered, newest first, bounded."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from mockserver.exchange import Answer, Call, Note


@dataclass(slots=True)
class Check:
    """One check that a request went through, in order: what was compared, and whether it passed."""

    name: str
    passed: bool
    found: Any = None
    expected: Any = None


@dataclass(slots=True)
class Entry:
    """One exchange as raw facts; it is formatted only when somebody reads it. ``at`` is the world's time."""

    id: int
    at: int
    call: Call
    answer: Answer
    operation: str | None = None
    refusal: str | None = None
    club: str | None = None
    member_id: int | None = None
    offer_id: int | None = None
    revision: str = "union"
    rule: str | None = None
    committed: bool = False
    notes: list[Note] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    took_ns: int = 0


class Journal:
    """The last ``size`` exchanges of one world; 0 keeps none."""

    def __init__(self, size: int = 1_000) -> None:
        self.size = size
        self.dropped = 0
        self.total = 0
        self._entries: deque[Entry] = deque(maxlen=size)

    def add(self, entry: Entry) -> None:
        """Keep an exchange; the oldest goes when the journal is full."""
        self.total += 1
        if len(self._entries) == self.size:
            self.dropped += 1
        self._entries.append(entry)

    def newest_first(self) -> list[Entry]:
        """Answer the exchanges that are kept."""
        return list(reversed(self._entries))

    def clear(self) -> None:
        """Forget all exchanges."""
        self._entries.clear()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._entries)
