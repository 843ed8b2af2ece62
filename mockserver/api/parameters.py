"""A request's parameters: what its revision accepts, validated by the operation's schemas."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from mockserver.api.operations import Operation
from mockserver.api.visit import Visit
from mockserver.revisions import Revision
from mockserver.schemas.validation import load_payload, load_query, unknown_attributes

_TRUE = frozenset({"true", "1"})


def peek(visit: Visit) -> None:
    """Look at the parameters that earlier checks need: ``scope`` for its permit, ``preview`` for the member."""
    visit.guest = visit.context == "guest"
    if not visit.call.query:
        return
    operation, accepted = visit.operation, visit.revision.read_parameters
    raw = parse_qs(visit.call.query, keep_blank_values=True, errors="replace", max_num_fields=10_000)
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
    query = visit.operation.query
    if query is None:
        if visit.call.query:
            _note_unknown(visit, parse_qs(visit.call.query, keep_blank_values=True, errors="replace"))
        return
    visit.params, unknown = load_query(query, visit.call.query, accepted(visit.operation, visit.revision))
    _note_unknown(visit, unknown)
    if visit.call.query:
        visit.passed("parameters", visit.params)


def _note_unknown(visit: Visit, names: Any) -> None:
    for name in names:
        text = f"{name} is not a parameter of {visit.operation.name} in {visit.revision.name}; it was ignored"
        visit.note("parameter", name, text)


def read_payload(visit: Visit, body: Any) -> None:
    """Validate the body by the operation's schema."""
    assert visit.operation.payload is not None
    visit.payload = load_payload(visit.operation.payload, body)
    for path in unknown_attributes(visit.operation.payload, body) if body else ():
        visit.note("attribute", path, f"{path} is not an attribute that {visit.operation.name} takes; it was ignored")
    visit.passed("payload")
