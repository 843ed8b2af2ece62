"""A check: what was compared with what, and whether it passed."""

from __future__ import annotations

from typing import Any, NamedTuple


class Check(NamedTuple):
    """One check that a request went through. ``name`` is what was checked, or the refusal that the check guards."""

    name: str
    passed: bool
    found: Any = None
    expected: Any = None
