"""What tells whether something that was found out earlier still holds: a stamp, which is good until what it stands for changes.

Whoever keeps something for later keeps the stamp with it and looks at that one place; whatever changes a world voids its
stamps. Revisions would have to be gathered from all parts of the world with each look.
"""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.worlds.effects import Effect, TokensPut
from mockserver.worlds.meaning import MEANING, Scope, readers
from mockserver.worlds.records import Records

_OF_THE_GATE = (Scope.CATALOGUE, Scope.EVERYTHING)


class Stamp:
    """Good until it is voided, once for all."""

    __slots__ = ("good",)

    def __init__(self) -> None:
        self.good = True


class Stamps:
    """The stamps of one world that are good now, an observer of it. Hold the world's lock.

    ``gate`` is that of what the gate looks at: all but uses, likes, grants and events.
    """

    __slots__ = ("_records", "_views", "gate")

    def __init__(self, records: Records) -> None:
        self._records = records
        self._views: dict[int | None, Stamp] = {}
        self.gate = Stamp()

    def applied(self, effect: Effect) -> None:
        """Void the stamps of those who may read something else after an effect."""
        forgets = MEANING[type(effect)].forgets
        if forgets is Scope.NOTHING:
            return
        members = readers(effect, self._records.offers)
        if members is None:
            self.void_views()
        else:
            self.void_views_of(members)
        if forgets in _OF_THE_GATE or isinstance(effect, TokensPut):
            self.void_gate()

    def rebased(self) -> None:
        """Void all."""
        self.void_gate()
        self.void_views()

    def view(self, member_id: int | None) -> Stamp:
        """Return the stamp of what a member (None: a guest) reads about offers.

        Other members' uses do not count unless they draw on a stock. ``uses_count``, which staff see, is not covered.
        """
        stamp = self._views.get(member_id)
        if stamp is None:
            stamp = self._views[member_id] = Stamp()
        return stamp

    def void_gate(self) -> None:
        """Void the gate's."""
        self.gate.good = False
        self.gate = Stamp()

    def void_views(self) -> None:
        """Void the stamps of all that is read."""
        for stamp in self._views.values():
            stamp.good = False
        self._views.clear()

    def void_views_of(self, members: Iterable[int]) -> None:
        """Void the stamps of what these members read."""
        for member_id in members:
            stamp = self._views.pop(member_id, None)
            if stamp is not None:
                stamp.good = False
