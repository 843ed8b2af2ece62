"""A request's parameters: what its revision accepts, validated by the operation's schemas.

Schemas are looked at when something was sent for them to read, so that a server that is asked for an offer answers
without having imported marshmallow.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from mockserver.api.operations import Operation, schema_named
from mockserver.api.strictness import undocumented
from mockserver.api.visit import Visit
from mockserver.revisions import Revision

_TRUE = frozenset({"true", "1"})


def peek(visit: Visit) -> None:
    """Look at the parameters that earlier checks need: ``scope`` for its permit, ``preview`` for the member."""
    visit.guest = visit.context == "guest"
    if not visit.call.query:
        return
    operation, accepted = visit.operation, visit.revision.read_parameters
    raw = parse_qs(visit.call.query, keep_blank_values=True, errors="replace")
    if operation.scoped and "scope" in accepted and "scope" in raw:
        visit.scope = raw["scope"][-1]
    if operation.preview and visit.context == "me" and "preview" in accepted:
        visit.guest = raw.get("preview", [""])[-1].lower() in _TRUE


def accepted(operation: Operation, revision: Revision) -> frozenset[str] | None:
    """Answer the query parameters that a member operation knows in a revision; None is all of its schema."""
    if not operation.scoped:
        return None
    if operation.name == "list_offers":
        return revision.list_parameters
    return revision.read_parameters if operation.preview else revision.read_parameters - {"preview"}


def read_query(visit: Visit) -> None:
    """Validate the query parameters; those that are not documented are noted and left out."""
    schema, query = visit.operation.query_of(guest=visit.guest), visit.call.query
    if not query:
        return
    if schema is None:
        _note_unknown(visit, parse_qs(query, keep_blank_values=True, errors="replace"))
        return
    from mockserver.schemas.validation import load_query

    visit.validated, unknown = load_query(schema_named(schema), query, accepted(visit.operation, visit.revision))
    _note_unknown(visit, unknown)
    visit.passed("parameters", visit.validated)


def _note_unknown(visit: Visit, names: Any) -> None:
    where = f"{visit.operation.name} in {visit.revision.name}"
    texts = {name: (name, f"{name} is not a parameter of {where}; it was ignored") for name in names}
    undocumented(visit, "parameter", texts)


def read_payload(visit: Visit, body: Any) -> None:
    """Validate the body by the operation's schema."""
    from mockserver.schemas.validation import load_payload, unknown_attributes

    assert visit.operation.payload is not None
    schema = schema_named(visit.operation.payload)
    visit.payload = load_payload(schema, body)
    found = unknown_attributes(schema, body) if body else ()
    where = visit.operation.name
    texts = {path: (path, f"{path} is not an attribute that {where} takes; it was ignored") for path in found}
    undocumented(visit, "attribute", texts)
    visit.passed("payload")


def read_item(schema: str, item: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Read one item of a batch; answer its sound attributes, absent ones as None, and the others' plain messages."""
    from mockserver.schemas.validation import load_item

    return load_item(schema_named(schema), item)
