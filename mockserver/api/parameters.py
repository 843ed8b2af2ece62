"""A request's parameters: what its revision accepts, validated by the operation's schemas.

Schemas are looked at when something was sent for them to read, so that a server that is asked for an offer answers
without having imported marshmallow.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from mockserver.api.context import RequestContext
from mockserver.api.operations import Operation, schema_named
from mockserver.api.strictness import undocumented
from mockserver.revisions import Revision

_TRUE = frozenset({"true", "1"})


def peek(ctx: RequestContext) -> None:
    """Look at the parameters that earlier checks need: ``scope`` for its permit, ``preview`` for the member."""
    ctx.guest = ctx.context == "guest"
    if not ctx.request.query:
        return
    operation, accepted = ctx.operation, ctx.revision.read_parameters
    raw = parse_qs(ctx.request.query, keep_blank_values=True, errors="replace")
    if operation.scoped and "scope" in accepted and "scope" in raw:
        ctx.scope = raw["scope"][-1]
    if operation.preview and ctx.context == "me" and "preview" in accepted:
        ctx.guest = raw.get("preview", [""])[-1].lower() in _TRUE


def accepted(operation: Operation, revision: Revision) -> frozenset[str] | None:
    """Return the query parameters that a member operation knows in a revision; None is all of its schema."""
    if not operation.scoped:
        return None
    if operation.name == "list_offers":
        return revision.list_parameters
    return revision.read_parameters if operation.preview else revision.read_parameters - {"preview"}


def read_query(ctx: RequestContext) -> None:
    """Validate the query parameters; those that are not documented are noted and left out."""
    schema, query = ctx.operation.query_of(guest=ctx.guest), ctx.request.query
    if not query:
        return
    if schema is None:
        _note_unknown(ctx, parse_qs(query, keep_blank_values=True, errors="replace"))
        return
    from mockserver.schemas.validation import load_query

    ctx.validated, unknown = load_query(schema_named(schema), query, accepted(ctx.operation, ctx.revision))
    _note_unknown(ctx, unknown)
    ctx.passed("parameters", ctx.validated)


def _note_unknown(ctx: RequestContext, names: Any) -> None:
    where = f"{ctx.operation.name} in {ctx.revision.name}"
    texts = {name: (name, f"{name} is not a parameter of {where}; it was ignored") for name in names}
    undocumented(ctx, "parameter", texts)


def read_payload(ctx: RequestContext, body: Any) -> None:
    """Validate the body by the operation's schema."""
    from mockserver.schemas.validation import load_payload, unknown_attributes

    assert ctx.operation.payload is not None
    schema = schema_named(ctx.operation.payload)
    ctx.payload = load_payload(schema, body)
    found = unknown_attributes(schema, body) if body else ()
    where = ctx.operation.name
    texts = {path: (path, f"{path} is not an attribute that {where} takes; it was ignored") for path in found}
    undocumented(ctx, "attribute", texts)
    ctx.passed("payload")


def read_item(schema: str, item: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Read one item of a batch; answer its sound attributes, absent ones as None, and the others' plain messages."""
    from mockserver.schemas.validation import load_item

    return load_item(schema_named(schema), item)
