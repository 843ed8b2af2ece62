"""Messages that several readers get: each is made once, and kept for a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEPT = 256


class Messages:
    """The last messages that were made, so that a thousand streams of one world do not each make the same."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], bytes] = {}

    def message(self, key: tuple[Any, ...], make: Callable[[], bytes]) -> bytes:
        """Return the message of a key, made if it is none of the last."""
        found = self._made.get(key)
        if found is None:
            found = make()
            if len(self._made) >= KEPT:
                self._made.clear()
            self._made[key] = found
        return found
