"""A check: what was compared with what, and whether it passed."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mockserver.errors import Refused


class Check(Struct, frozen=True):
    """One check that a request went through. ``name`` is what was checked, or the refusal that the check guards."""

    name: str
    passed: bool
    found: Any = None
    expected: Any = None


class CheckFailed(Refused):
    """A request is refused by a check that compared ``found`` with ``expected``; ``facts`` are the refusal's."""

    def __init__(self, refusal_id: str, name: str, found: Any = None, expected: Any = None, /, **facts: Any) -> None:
        super().__init__(refusal_id, **facts)
        self.check = Check(name, False, found, expected)
