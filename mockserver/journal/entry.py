"""One exchange as raw facts: it is formatted, and its secrets are hidden, only when somebody reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver.domain.checks import Check
from mockserver.exchange import Answer, Call, Note


@dataclass(slots=True)
class Entry:
    """One exchange. ``at`` is the world's time, ``took_ns`` real time.

    ``operation`` is None where no documented operation answers. ``considered`` is what the rules' engine says about each rule
    that could have acted. ``shed`` tells that the bodies were let go to keep the journal small.
    """

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
    considered: Sequence[Any] = ()
    shed: bool = False
