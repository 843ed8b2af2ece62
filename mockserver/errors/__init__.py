"""The catalogue of refusals: every error of the API with its id, status, body, meaning and recipe.

A rule refuses by raising ``Refused("already_active")``; ``api/refusals.py`` makes the HTTP response.
"""

from __future__ import annotations

from typing import Any

from mockserver.errors.gate import GATE
from mockserver.errors.operations import OF_OPERATIONS
from mockserver.errors.refusal import Refusal as Refusal
from mockserver.errors.routing import ROUTING

REFUSALS: dict[str, Refusal] = {refusal.id: refusal for refusal in (*ROUTING, *GATE, *OF_OPERATIONS)}


class Refused(Exception):
    """A request is refused with a refusal of the catalogue; ``facts`` fill its text."""

    def __init__(self, refusal_id: str, /, **facts: Any) -> None:
        super().__init__(refusal_id)
        if refusal_id not in REFUSALS:
            raise KeyError(f"no refusal is called {refusal_id}: add its row to errors/")
        self.refusal = REFUSALS[refusal_id]
        self.facts = facts

    @property
    def id(self) -> str:
        """The refusal's id in the catalogue."""
        return self.refusal.id

    def body(self) -> dict[str, Any] | None:
        """Return the JSON body, or None for an empty one."""
        refusal = self.refusal
        if refusal.text is None:
            return None
        text = refusal.text.format_map(_Facts(self.facts)) if "{" in refusal.text else refusal.text
        return {"error": text} | {name: self.facts[name] for name in refusal.extra if name in self.facts}


class _Facts(dict[str, Any]):
    """The facts of a forced refusal: unknown ones read as a dash."""

    def __missing__(self, key: str) -> str:
        return "-"
