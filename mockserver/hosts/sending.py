"""A response as ASGI messages."""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from mockserver.exchange import FRAMING, HeaderPairs, Response
from mockserver.hosts.granian_host import Channel

NO_PHRASE = "HTTP/1.1 says <none> after this status: it has no registered phrase"
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")


def send_whole(channel: Channel, response: Response) -> None:
    """Send a response at once."""
    start(channel, response.status, response.headers)
    channel.send({"type": "http.response.body", "body": response.body})


def phrase_note(response: Response, http_version: str) -> str | None:
    """Return the receipt's note on the status line: granian writes the phrase, and has none for codes such as 471."""
    return NO_PHRASE if http_version != "2" and response.status not in HTTPStatus._value2member_map_ else None


def start(channel: Channel, status: int, headers: HeaderPairs) -> None:
    """Begin a response; nothing is sent before its first piece. An invalid status, which would end granian, becomes 500."""
    pairs = [*_known(headers[:-1]), *_encoded(headers[-1:])]  # the last one is the request's own id
    message = {"type": "http.response.start", "status": status if 200 <= status <= 999 else 500, "headers": pairs}
    try:
        channel.send(message)
    except Exception:  # an invalid header is left out rather than the whole response
        message["headers"] = [pair for pair in pairs if _NAME.fullmatch(pair[0]) and _VALUE.fullmatch(pair[1])]
        channel.send(message)


def _encoded(headers: HeaderPairs) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("utf-8", "replace")) for name, value in headers]


_known = lru_cache(maxsize=100)(_encoded)  # few: a rule's headers may be 64 KB


def begin(channel: Channel, status: int, headers: HeaderPairs, length: int | None) -> None:
    """Begin a response in pieces, of ``length`` bytes if that is known; its head is sent at once."""
    kept = tuple(pair for pair in headers if pair[0] not in FRAMING)
    start(channel, status, kept if length is None else (*kept, ("content-length", str(length))))
    channel.send({"type": "http.response.body", "body": b"", "more_body": True})


def piece(channel: Channel, data: bytes) -> Any:
    """Send a piece of a response; return an awaitable for ``outcome``, ready when there is room for more."""
    return channel.send({"type": "http.response.body", "body": data, "more_body": True})


def end(channel: Channel) -> None:
    """End a response in pieces."""
    channel.send({"type": "http.response.body", "body": b""})
