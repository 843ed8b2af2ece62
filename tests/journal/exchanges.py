"""Exchanges for tests of the journal."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.exchange import Request, Response, json_response
from mockserver.journal import Entry
from tests.records import NOON

SECRETS = {"authorization": "Bearer 8433d608", "x-client-authorization": "B7t9U9", "x-usage-token": "another-secret"}


def exchange(entry_id: int = 1, *, sent: Any = None, answered: Any = None, status: int = 200, **facts: Any) -> Entry:
    """One exchange: JSON ``sent`` and ``answered``, with the usual headers."""
    body = facts.pop("body", b"") if sent is None else orjson.dumps(sent)
    headers = (
        {"host": "mock.test", **SECRETS}
        | facts.pop("headers", {})
        | ({"content-type": "application/json"} if body else {})
    )
    call = Request(
        "POST" if body else "GET",
        facts.pop("path", "/v3/mall/members/me/offers"),
        facts.pop("query", ""),
        headers,
        body,
    )
    answer = facts.pop("response", None) or (Response(status) if answered is None else json_response(status, answered))
    return Entry(entry_id, facts.pop("at", NOON + entry_id), call, answer, took_ns=1_500_000, **facts)
