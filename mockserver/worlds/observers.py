"""The interface of caches and indexes that are notified of every change of a world."""

from __future__ import annotations

from typing import Protocol

from mockserver.records.effects import Effect


class Observer(Protocol):
    """Notified after each change, while the world's lock is held."""

    def applied(self, effect: Effect) -> None:
        """Update for one effect."""

    def rebased(self) -> None:
        """Update for a new state of the whole world: a reset, a restored snapshot, a reload, an undo."""
