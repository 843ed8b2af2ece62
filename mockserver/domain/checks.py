"""A check: two values compared, and whether it passed."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mockserver.errors import Refused


class Check(Struct, frozen=True, gc=False):
    """One check of a request. ``name`` is the thing checked, or the refusal of a failed check."""

    name: str
    passed: bool
    found: Any = None
    expected: Any = None


class CheckFailed(Refused):
    """A request is refused by a check that compared ``found`` with ``expected``; ``facts`` fill the refusal's text."""

    def __init__(self, refusal_id: str, name: str, found: Any = None, expected: Any = None, /, **facts: Any) -> None:
        super().__init__(refusal_id, **facts)
        self.check = Check(name, False, found, expected)
