"""The journal: list, wait, one exchange, why, verify, clear, HAR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.api.routes import record_id
from mockserver.api.table import OPERATIONS
from mockserver.api.why import explain
from mockserver.control.absent import existing_world, when_made
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused
from mockserver.control.expectation import read_expectation
from mockserver.control.models import BOOLEAN, COUNT, DURATION, INTEGER, TEXT
from mockserver.control.reading import each_of, status
from mockserver.control.routes import route
from mockserver.control.waiting import ExchangeCounter, JournalQuery
from mockserver.documents.reading import Part
from mockserver.errors import REFUSALS
from mockserver.exchange import Response, Wait, json_response
from mockserver.journal import Entry, view
from mockserver.journal.curl import curl
from mockserver.journal.filters import Filter
from mockserver.journal.har import archive
from mockserver.records.effects import JournalCleared
from mockserver.values.instants import Instant, parse_iso
from mockserver.worlds.world import World

FILTERS = {
    "operation": TEXT, "status": TEXT, "member_id": INTEGER, "offer_id": INTEGER, "refusal": TEXT, "rule": TEXT, "trace": TEXT,
    "matched": {"enum": ["yes", "no"]}, "since": TEXT,
    "delivered": BOOLEAN,
}  # fmt: skip
LISTED = FILTERS | {"limit": COUNT, "wait": DURATION, "count": COUNT}
LONGEST_WAIT = 600_000
NOTHING_ASKED = {"requests": [], "matched": 0, "dropped": 0, "complete": False}


@route("GET", "requests", world="awaited", query=LISTED, response="Requests", statuses=(200, 409), long=True)
def list_requests(ctx: ControlContext) -> Any:
    """List exchanges, newest first; with ``wait``, block until ``count`` of them match or the time is up."""
    fields = ctx.query()
    chosen = read_filter(fields)
    limit = fields["limit"].integer() if "limit" in fields else None
    wait = read_wait(fields["wait"]) if "wait" in fields else None
    count = fields["count"].integer() if "count" in fields else 1
    ctx.finish()
    if wait is None:
        return JournalQuery(ctx.mock, existing_world(ctx), chosen, limit).response()
    _check_kept(ctx)

    def begin(world: World, left: int) -> Response:
        asked = ExchangeCounter(JournalQuery(ctx.mock, world, chosen, limit, count))
        return asked.poll() or Response(200, wait=Wait(asked.poll, asked.expired, left, asked.subscribe))

    return when_made(ctx, wait, begin, NOTHING_ASKED)


@route("GET", "requests/{id}", response="Request", statuses=(200, 404), long=True)
def get_request(ctx: ControlContext) -> Any:
    """Show one exchange whole: headers and bodies of request and response, and the delivery."""
    return view.whole(find_entry(ctx), ctx.redactor)


@route("GET", "requests/{id}/why", response="Why", statuses=(200, 404), long=True)
def explain_request(ctx: ControlContext) -> Any:
    """Explain the response: each check with the values compared, and each rule that was considered."""
    return explain(find_entry(ctx), ctx.redactor)


@route("GET", "requests/{id}/curl", response="Curl", statuses=(200, 404))
def copy_request_as_curl(ctx: ControlContext) -> Any:
    """Return a request as a curl command with the same response, and the parts that it cannot reproduce."""
    command, unsaid = curl(find_entry(ctx), ctx.redactor)
    return {"curl": command, "unsaid": unsaid}


@route("DELETE", "requests", response="Cleared")
def clear_requests(ctx: ControlContext) -> Any:
    """Delete all exchanges."""
    cleared = len(ctx.world.journal)
    ctx.world.apply(JournalCleared())
    return {"cleared": cleared}


@route("GET", "requests.har", query=FILTERS, response="Object", long=True)
def export_requests(ctx: ControlContext) -> Any:
    """Export exchanges as an HTTP Archive 1.2 for a browser's developer tools."""
    chosen = read_filter(ctx.query())
    ctx.finish()
    entries = list(chosen.choose(ctx.world.journal.newest_first()))
    body = orjson.dumps(archive(reversed(entries), ctx.world.name, ctx.redactor))
    name = f"{ctx.world.name}.har"
    headers = (("content-type", "application/json"), ("content-disposition", f'attachment; filename="{name}"'))
    return Response(200, body, headers)


@route(
    "POST", "requests/verify", world="there", body="Expectation", response="Verified", statuses=(200, 409), long=True
)
def verify_requests(ctx: ControlContext) -> Any:
    """Check the number of matching requests: 200, or 409 with those found and the nearest misses."""
    expectation = read_expectation(ctx.fields(), tuple(OPERATIONS))
    ctx.finish()
    verified = expectation.verify(ctx.world.journal, ctx.redactor)
    return json_response(200 if verified["ok"] else 409, verified)


def _check_kept(ctx: ControlContext) -> None:
    """Refuse the call if the journal stores nothing."""
    if ctx.mock.settings.journal == 0:
        raise CallRefused(409, "this server keeps no journal", hint="start it without --journal 0")


def read_filter(fields: Mapping[str, Part]) -> Filter:
    """Read the query parameters that filter exchanges; each may have several values."""
    after, since = _since(fields["since"]) if "since" in fields else (None, None)
    return Filter(
        operations=_each(fields, "operation", lambda part: part.one_of(tuple(OPERATIONS))),
        statuses=_each(fields, "status", status),
        member_ids=_each(fields, "member_id", Part.integer),
        offer_ids=_each(fields, "offer_id", Part.integer),
        refusals=_each(fields, "refusal", lambda part: part.one_of(tuple(REFUSALS))),
        rules=_each(fields, "rule", Part.text),
        traces=_each(fields, "trace", Part.text),
        matched=fields["matched"].one_of(("yes", "no")) if "matched" in fields else None,  # type: ignore[arg-type]
        delivered=fields["delivered"].one_of(("true", "false")) == "true" if "delivered" in fields else None,
        after=after,
        since=since,
    )


def _each(fields: Mapping[str, Part], name: str, read: Any) -> frozenset[Any]:
    return frozenset(read(part) for part in each_of(fields[name])) if name in fields else frozenset()


def _since(part: Part) -> tuple[int | None, Instant | None]:
    """Read the id of an exchange (exclusive), or a time of the world (inclusive)."""
    text = str(part.value)
    if text.isascii() and text.isdigit() and len(text) < 16 and not (len(text) == 8 and text[:2] in ("19", "20")):
        return int(text), None
    try:
        return None, parse_iso(text.replace(" ", "+"))
    except ValueError:
        part.wrong("the id of a request, or an ISO 8601 time")
        return None, None


def read_wait(part: Part) -> int:
    """Read how long a call may wait, in milliseconds."""
    wait = part.duration()
    if wait > LONGEST_WAIT:
        part.wrong("a duration of at most 10m")
    return wait


def find_entry(ctx: ControlContext) -> Entry:
    """Return the exchange in the path. Raise CallRefused, 404 if the journal does not have it."""
    text, journal = ctx.path["id"], ctx.world.journal
    entry = journal.find(record_id(text) or 0)
    if entry is None:
        kept = len(journal)
        hint = f"{kept} are kept, {journal.dropped} were dropped" if kept else "the journal is empty"
        raise CallRefused(404, f"there is no request {text} in this world's journal", hint=hint)
    return entry
