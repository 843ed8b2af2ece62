"""A refusal: one documented error, one row of the catalogue."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mockserver.errors.recipe import Recipe
from mockserver.revisions import REVISIONS

Stage = Literal["routing", "gate", "operation"]


class Refusal(Struct, frozen=True):
    """One documented error.

    ``text`` is the ``error`` of the body, with ``{fact}`` placeholders; ``None`` means an empty body.
    ``extra`` names the facts in the body beside ``error``. ``stage`` is its place in the order of checks.
    A revision may give it another status (``Revision.statuses``). ``{id}`` in the text is the path's id of ``about``.
    ``recipe`` says how to reach it.
    """

    id: str
    status: int
    text: str | None
    meaning: str
    recipe: Recipe
    stage: Stage = "operation"
    extra: tuple[str, ...] = ()
    about: str = "id"

    @property
    def statuses(self) -> dict[str, int]:
        """Its status in each revision that has another."""
        return {name: of.statuses[self.id] for name, of in REVISIONS.items() if self.id in of.statuses}

    def status_in(self, revision: str) -> int:
        """Return the HTTP status under a revision."""
        return REVISIONS[revision].statuses.get(self.id, self.status)
