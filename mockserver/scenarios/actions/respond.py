"""``respond``: an answer of the tester's own."""

from __future__ import annotations

import re

import orjson
from msgspec import Struct

from mockserver.documents.reading import Part
from mockserver.exchange import JSON_HEADERS
from mockserver.scenarios.verdict import Moment, Response, Verdict

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class Respond(Struct, frozen=True):
    """A fixed response."""

    response: Response

    def apply(self, verdict: Verdict, _moment: Moment, /) -> bool:
        """Return the response."""
        verdict.respond = self.response
        return True

    def sentence(self) -> str:
        """Say status and body."""
        body = self.response.body.decode(errors="replace")
        return f"{self.response.status} {body}" if body else f"{self.response.status} with an empty body"


def read(part: Part) -> Respond:
    """Read ``{status, headers, body}``, or a status alone. A body that is not text is JSON; none is an empty body."""
    if not isinstance(part.value, dict):
        return Respond(Response(part.integer(200, 599), (), b""))
    fields = part.fields(("status", "headers", "body"))
    status = fields["status"].integer(200, 599) if "status" in fields else 200
    headers = _headers(fields["headers"]) if "headers" in fields else {}
    body = fields["body"].value if "body" in fields else None
    if body is not None and not isinstance(body, str):
        headers = dict(JSON_HEADERS) | headers
    elif body:
        headers = {"content-type": "text/plain; charset=utf-8"} | headers
    return Respond(Response(status, tuple(headers.items()), _bytes(fields.get("body"))))


def _bytes(part: Part | None) -> bytes:
    if part is None or part.value is None:
        return b""
    if isinstance(part.value, str):
        return part.value.encode("utf-8", "replace")
    try:
        return orjson.dumps(part.value)
    except orjson.JSONEncodeError:
        part.wrong("a JSON value or a text")
        return b""


def _headers(part: Part) -> dict[str, str]:
    headers = {}
    for name, each in part.entries().items():
        value = each.text()
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            each.wrong("a header's name and value, on one line")
        headers[name.lower()] = value
    return headers
