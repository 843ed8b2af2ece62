"""``respond``: a response that the rule defines."""

from __future__ import annotations

import orjson
from msgspec import Struct

from mockserver.documents.reading import Part
from mockserver.exchange import JSON_HEADERS
from mockserver.scenarios.actions.action import ActionKind
from mockserver.scenarios.actions.headers import read_pairs
from mockserver.scenarios.verdict import ActionContext, CannedResponse, Pairs, Verdict, with_headers


class Respond(Struct, frozen=True):
    """A fixed response."""

    response: CannedResponse

    def apply(self, verdict: Verdict, _context: ActionContext, /) -> bool:
        """Return the response."""
        verdict.respond = self.response
        return True

    def sentence(self) -> str:
        """Describe status and body."""
        body = self.response.body.decode(errors="replace")
        return f"{self.response.status} {body}" if body else f"{self.response.status} with an empty body"


def read(part: Part) -> Respond:
    """Read ``{status, headers, body}``, or a status alone. A body that is not text is written as JSON."""
    if not isinstance(part.value, dict):
        return Respond(CannedResponse(part.integer(200, 599), (), b""))
    fields = part.fields(("status", "headers", "body"))
    status = fields["status"].integer(200, 599) if "status" in fields else 200
    given = read_pairs(fields["headers"]) if "headers" in fields else ()
    body = fields["body"].value if "body" in fields else None
    own: Pairs = ()
    if body is not None and not isinstance(body, str):
        own = JSON_HEADERS
    elif body:
        own = (("content-type", "text/plain; charset=utf-8"),)
    return Respond(CannedResponse(status, with_headers(own, given), _bytes(fields.get("body"))))


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


KIND = ActionKind(
    read,
    (
        'an answer of your own: `{status: 503, headers: {Retry-After: "5"}, body: {error: Not now}}`, or '
        "a status alone; a header may have a list of values"
    ),
    decides=True,
)
