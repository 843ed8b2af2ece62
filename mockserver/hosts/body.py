"""Reading a request's body from the embedded server, on the thread that delivers its pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.hosts.granian_host import Channel, result_of, when_ready

BodyResult = bytes | None
"""A whole body; None if it is incomplete or malformed."""


class Body:
    """A body that is read until it is complete, breaks off, or exceeds ``limit`` bytes.

    ``length`` is the ``Content-Length``, or None; trailers are left out. One of the two callbacks is called, once.
    """

    __slots__ = ("_channel", "_length", "_limit", "_over", "_pieces", "_read", "_size")

    def __init__(
        self,
        channel: Channel,
        length: int | None,
        limit: int,
        read: Callable[[BodyResult], None],
        over: Callable[[], None],
    ) -> None:
        self._channel = channel
        self._length = length
        self._limit = limit
        self._read = read
        self._over = over
        self._pieces: list[bytes] = []
        self._size = 0

    def start(self) -> None:
        """Request the next piece."""
        when_ready(self._channel.receive(), self._received)

    def _received(self, future: Any) -> None:
        message = result_of(future)
        if message["type"] == "http.disconnect":
            self._read(None)
            return
        piece = message.get("body", b"")
        self._size += len(piece)
        if self._size > self._limit:
            self._over()
        elif self._size == self._length or not message.get("more_body"):
            self._read(piece if not self._pieces else b"".join((*self._pieces, piece)))
        else:
            self._pieces.append(piece)
            self.start()
