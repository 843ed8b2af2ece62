"""Validates a request's parameters by the operation's schemas, as far as its revision has them.

Schemas are imported when something was sent for them to read, so that a server answers a request for an offer
without importing marshmallow.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs

from mockserver.api import codec
from mockserver.api.context import RequestContext
from mockserver.api.operations import Operation
from mockserver.api.strictness import undocumented
from mockserver.domain.checks import Check
from mockserver.revisions import Revision

_TRUE = frozenset({"true", "1"})


def peek(ctx: RequestContext) -> None:
    """Read the parameters that earlier checks need: ``scope`` for its permit, ``preview`` for the member."""
    ctx.guest = ctx.context == "guest"
    if not ctx.request.query:
        return
    operation, accepted = ctx.operation, ctx.revision.read_parameters
    raw = parse_qs(ctx.request.query, errors="replace")
    last = {name: next(filter(str.strip, reversed(texts)), "") for name, texts in raw.items()}  # a blank one is absent
    if operation.scoped and "scope" in accepted:
        ctx.scope = last.get("scope") or ctx.scope
    if operation.preview and ctx.context == "me" and "preview" in accepted:
        ctx.guest = last.get("preview", "").lower() in _TRUE


def accepted(operation: Operation, revision: Revision) -> frozenset[str] | None:
    """Return the query parameters of a member operation in a revision; None means all of its schema."""
    if not operation.scoped:
        return None
    if operation.name == "list_offers":
        return revision.list_parameters
    return revision.read_parameters if operation.preview else revision.read_parameters - {"preview"}


def query_valid(ctx: RequestContext) -> Check | None:
    """Validate the query parameters; note and drop undocumented ones."""
    query = ctx.request.query
    if not query:
        return None
    schema = ctx.operation.query_of(ctx.viewer)
    if schema is None:
        _note_unknown(ctx, parse_qs(query, keep_blank_values=True, errors="replace"))
        return None
    known, reader = accepted(ctx.operation, ctx.revision), ctx.world.codec or codec
    ctx.validated, unknown, spellings = reader.read_query(schema, query, known, ctx.revision.name)
    for name, text in spellings:
        ctx.note("array", name, text)
    _note_unknown(ctx, unknown)
    return Check("parameters", True, ctx.validated)


def _note_unknown(ctx: RequestContext, names: Collection[str]) -> None:
    if not names:
        return
    where = f"{ctx.operation.name} in {ctx.revision.name}"
    sent = parse_qs(ctx.request.query, keep_blank_values=True, errors="replace")
    undocumented(
        ctx,
        "parameter",
        {name: f"{name} is not a parameter of {where}; it was ignored" for name in names},
        [((name,), sent.get(name, [""])[-1]) for name in names],
    )


def payload_valid(ctx: RequestContext) -> Check | None:
    """Validate the body by the operation's schema."""
    schema, revision = ctx.operation.payload, ctx.revision.name
    if schema is None:
        return None
    ctx.payload = (ctx.world.codec or codec).read_payload(schema, ctx.body, revision)
    _note_attributes(ctx, schema, ctx.body)
    return Check("payload", True)


def _note_attributes(ctx: RequestContext, schema: str, body: Any) -> None:
    if not body:
        return
    from mockserver.api.schemas.reading import unknown_attributes

    found, where = unknown_attributes(schema, body, ctx.revision.name), ctx.operation.name
    paths = dict.fromkeys(".".join(step for step in path if isinstance(step, str)) for path, _ in found)
    texts = {path: f"{path} is not an attribute that {where} takes; it was ignored" for path in paths}
    undocumented(ctx, "attribute", texts, found)


def read_item(ctx: RequestContext, schema: str, item: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the valid attributes of one item of a batch, absent ones as None, and the messages on the others."""
    from mockserver.api.schemas.reading import load_item

    return load_item(schema, item, ctx.revision.name)
