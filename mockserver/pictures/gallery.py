"""A cache of finished pictures by everything that they are made from, so that none is ever stale."""

from __future__ import annotations

import threading
from collections import OrderedDict


class Gallery:
    """Files by key, up to ``max_bytes`` in all; the least recently used go first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """Return a file, or None if it is not cached."""
        with self._lock:
            if key in self._files:
                self._files.move_to_end(key)
            return self._files.get(key)

    def keep(self, key: str, file: bytes) -> bytes:
        """Cache and return a file."""
        with self._lock:
            self._bytes += len(file) - len(self._files.pop(key, b""))
            self._files[key] = file
            while self._bytes > self._max_bytes:
                _, oldest = self._files.popitem(last=False)
                self._bytes -= len(oldest)
        return file
