"""The data of a world: as one fixture document, or record by record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from mockserver.api.permits import served_permits
from mockserver.api.routes import record_id
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, invalid, not_found
from mockserver.control.past import MOMENT, read_moment, snapshot_at
from mockserver.control.routes import route
from mockserver.control.world import hashed
from mockserver.documents.problems import DocumentError, Problem, described, dotted, found_at
from mockserver.exchange import Response
from mockserver.fixtures.document import document_text, from_document
from mockserver.fixtures.references import dangling
from mockserver.fixtures.shape import Shape, problems
from mockserver.fixtures.shapes import SHAPES
from mockserver.fixtures.start import Fixtures
from mockserver.records.effects import RecordsPut
from mockserver.records.emptying import empty
from mockserver.records.tables import Records
from mockserver.values.instants import Instant
from mockserver.values.moments import Relative, at

_AT = {"at": MOMENT}
KEYS = {"offers": "id", "members": "id", "clubs": "slug"}


@route("GET", "state", query=_AT, response="State", statuses=(200, 404, 409), long=True)
def get_state(ctx: ControlContext) -> Any:
    """Return the world's data, now or `at` another moment, as one fixture document with absolute dates."""
    return Response(200, document_text(_records_at(ctx)))


def _records_at(ctx: ControlContext) -> Records:
    """Return the data of the moment that a call names."""
    moment = read_moment(ctx, ctx.query(), "at", ctx.world)
    ctx.finish()
    return snapshot_at(moment, ctx.world).records


@route("PUT", "state", body="State", response="Replaced", long=True, large=True)
def put_state(ctx: ControlContext) -> Any:
    """Replace the world's data by a fixture document, all or nothing; relative dates count from the world's time."""
    if not isinstance(ctx.value, dict):
        raise CallRefused(422, "found no document, expected a fixture document", hint="GET /__mock/state answers one")
    fixtures = read_data(ctx.value)
    world = ctx.world
    with world.lock:
        now = world.clock.now()
    records = fixtures.records_at(now)
    with world.lock:
        world.replace_records(records)
    return hashed(world)


def read_data(value: Any) -> Fixtures:
    """Read a fixture document, which is used up. Raise CallRefused, 422."""
    try:
        return from_document(value, served_permits())
    except DocumentError as problem:
        raise invalid(problem) from None
    finally:
        if isinstance(value, dict):
            empty(*(each for each in value.values() if isinstance(each, list)))


@route("GET", "state/offers/{id}", query=_AT, response="Record", statuses=(200, 404, 409))
def get_offer_state(ctx: ControlContext) -> Any:
    """Show one offer as fixtures write it, now or `at` another moment."""
    return _show(ctx, "offers")


@route("PATCH", "state/offers/{id}", body="Record", response="Record", statuses=(200, 404), large=True)
def patch_offer_state(ctx: ControlContext) -> Any:
    """Change some attributes of one offer."""
    return _patch(ctx, "offers")


@route("GET", "state/members/{id}", query=_AT, response="Record", statuses=(200, 404, 409))
def get_member_state(ctx: ControlContext) -> Any:
    """Show one member as fixtures write it, now or `at` another moment."""
    return _show(ctx, "members")


@route("PATCH", "state/members/{id}", body="Record", response="Record", statuses=(200, 404), large=True)
def patch_member_state(ctx: ControlContext) -> Any:
    """Change some attributes of one member."""
    return _patch(ctx, "members")


@route("GET", "state/clubs/{slug}", query=_AT, response="Record", statuses=(200, 404, 409))
def get_club_state(ctx: ControlContext) -> Any:
    """Show one club as fixtures write it, now or `at` another moment."""
    return _show(ctx, "clubs")


@route("PATCH", "state/clubs/{slug}", body="Record", response="Record", statuses=(200, 404), large=True)
def patch_club_state(ctx: ControlContext) -> Any:
    """Change some attributes of one club."""
    return _patch(ctx, "clubs")


def _show(ctx: ControlContext, table: str) -> Any:
    records = _records_at(ctx) if ctx.request.query else ctx.world.records
    return SHAPES[table].write(_record(ctx, table, records))


def _record(ctx: ControlContext, table: str, records: Records) -> Any:
    text = ctx.path[KEYS[table]]
    known: Mapping[Any, Any] = getattr(records, table)
    record = known.get(record_id(text) if KEYS[table] == "id" else text)
    if record is None:
        raise not_found(table.removesuffix("s"), text, known)
    return record


def _patch(ctx: ControlContext, table: str) -> Any:
    """Check the changed record, alone and with its references, and apply the attributes that were sent."""
    record, shape = _record(ctx, table, ctx.world.records), SHAPES[table]
    sent = ctx.body().fields(tuple(shape.attributes))
    for name in (KEYS[table], "club"):
        if name in sent and sent[name].value != getattr(record, name):
            sent[name].wrong(f"{described(getattr(record, name))}, which cannot be changed")
    ctx.finish()
    changed = _changed(record, {name: part.value for name, part in sent.items()}, shape, ctx.world.clock.now())
    _check_references(changed, ctx.world.records)
    ctx.world.apply(RecordsPut((changed,)))
    return shape.write(changed)


def _changed(record: Any, sent: dict[str, Any], shape: Shape, now: Instant) -> Any:
    raw = shape.write(record) | sent
    wrong = [
        Problem(expected=expected, found=described(found_at(raw, path)), key=dotted(path))
        for path, expected in problems(shape, raw)
    ]
    if wrong:
        raise invalid(DocumentError(wrong))
    read = shape.read(raw)
    # only sent attributes are applied: a document cannot express all others, such as an uploaded picture's bytes
    return replace(record, **{name: _resolved(getattr(read, name), now) for name in sent})


def _resolved(value: Any, now: Instant) -> Any:
    return at(value, now) if isinstance(value, Relative) else value


def _check_references(record: Any, records: Records) -> None:
    tables = {name: getattr(records, name, {}) for name in SHAPES}
    wrong = [
        Problem(expected=expected, found=described(found), key=dotted(path))
        for path, expected, found in dangling(record, tables)
    ]
    if wrong:
        raise invalid(DocumentError(wrong))
