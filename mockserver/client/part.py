"""The base class of the client's parts: formats of documents and times, and the transport."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mockserver.client.transport import Transport

JsonObject = dict[str, Any]
Time = str | datetime
"""An ISO 8601 text, or a datetime (a naive one is taken as UTC)."""


class ClientPart:
    """A group of a world's control calls."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _ask(self, method: str, path: str, body: JsonObject | None = None, **query: Any) -> JsonObject:
        """Send a call whose response is an object; query parameters that are None are left out."""
        return dict(self._transport.json(method, path, body, query))


def given(**values: Any) -> JsonObject:
    """Return the values that are not None, by name."""
    return {name: value for name, value in values.items() if value is not None}


def iso(time: Time) -> str:
    """Return a time as the server reads it."""
    if isinstance(time, str):
        return time
    return time.isoformat() if time.tzinfo else time.isoformat() + "Z"
