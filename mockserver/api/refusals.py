"""Makes HTTP responses of refusals."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.api.context import RequestContext
from mockserver.domain.checks import Check, CheckFailed
from mockserver.errors import Refused
from mockserver.exchange import JSON_HEADERS, Response, sized
from mockserver.values.instants import iso
from mockserver.values.problems import leaves

_EMPTY: tuple[tuple[str, str], ...] = (("content-length", "0"),)


def refuse(ctx: RequestContext, refused: Refused) -> Response:
    """Return the response to a refused request, and record the failed check."""
    ctx.refusal = refused.id
    if isinstance(refused, CheckFailed):
        ctx.checks.append(refused.check)
    elif refused.id == "invalid_parameters":
        wrong = leaves(refused.facts.get("details"))
        ctx.checks += [Check(path, False, value, expected) for path, value, expected in wrong]
    return refusal_response(refused, ctx.revision.name)


def refusal_response(refused: Refused, revision: str) -> Response:
    """Return a refusal with its status in a revision, its exact body, and ``Allow`` where the method is wrong."""
    status, body = refused.refusal.status_in(revision), refusal_body(refused)
    if body is None:
        return Response(status, b"", _EMPTY)
    headers = JSON_HEADERS
    if "allow" in refused.facts:
        headers = (*headers, ("allow", refused.facts["allow"]))
    return Response(status, sized(orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS)), headers)


def refusal_body(refused: Refused) -> dict[str, Any] | None:
    """Return the JSON body of a refusal, its instants written as the API writes them; None for an empty one."""
    body = refused.body()
    if body is not None and isinstance(body.get("banned_until"), int):
        body["banned_until"] = iso(body["banned_until"])
    return body
