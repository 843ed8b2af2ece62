"""A small cache of messages that several readers get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEPT = 256


class Messages:
    """Caches the last messages, so that a thousand streams of one world do not each make the same ones."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], bytes] = {}

    def message(self, key: tuple[Any, ...], make: Callable[[], bytes]) -> bytes:
        """Return the message of a key, from the cache if possible."""
        found = self._made.get(key)
        if found is None:
            found = make()
            if len(self._made) >= KEPT:
                self._made.clear()
            self._made[key] = found
        return found
