"""Who is told of every change of a world: whatever keeps something that it found out earlier."""

from __future__ import annotations

from typing import Protocol

from mockserver.records.effects import Effect


class Observer(Protocol):
    """Told while the world's lock is held, after the change."""

    def applied(self, effect: Effect) -> None:
        """Take account of one effect."""

    def rebased(self) -> None:
        """Take account of a world that stands differently as a whole: a reset, a restored snapshot, a reload, an undo."""
