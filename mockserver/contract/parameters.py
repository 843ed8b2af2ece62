"""The parameters of an operation: path, query string and headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from marshmallow import Schema

from mockserver.api.operations import MemberContext, Operation
from mockserver.api.parameters import accepted
from mockserver.api.schemas.named import schema_named
from mockserver.api.schemas.queries import OrderBy
from mockserver.api.shown import kinds_in
from mockserver.contract.components import Components
from mockserver.contract.documented import evidence
from mockserver.contract.facts import FactKind, FactPlace
from mockserver.domain.ordering import BY_NAME
from mockserver.revisions import Revision, ViewerKind
from mockserver.values.fields import KindField
from mockserver.values.kinds import INT64, Integer, Json
from mockserver.values.lists import ListOf

_ID = INT64 | {"minimum": 0, "maximum": 10**18 - 1}
CLUB: Json = {
    "name": "loyalty_club_slug",
    "in": "path",
    "description": "The loyalty club",
    "required": True,
    "schema": {"type": "string"},
    "example": "infinity-mall",
}
_PATH: dict[str, tuple[str, Json]] = {
    "member_id": ("Id of the member", _ID),
    "id": ("Id of the offer", _ID),
    "store_id": ("The store's own id, a text", {"type": "string", "minLength": 1}),
    "owner": ("What the file belongs to", {"type": "string", "enum": ["offers", "collections"]}),
    "kind": ("The kind of file; the owner's, as get_file_schema lists them", {"type": "string"}),
}
EXAMPLES: dict[str, Any] = {
    "Id of the member": 42,
    "Id of the offer": 1000115,
    "Id of an offer to grant": 1000219,
    "Id of the offer or collection": 1000115,
    "Id of the store": 501,
    "The store's own id, a text": "101-B",
    "What the file belongs to": "offers",
    "The kind of file; the owner's, as get_file_schema lists them": "offer_default",
}
"""Examples of path parameters by their descriptions: records of the default fixtures."""
USAGE_TOKEN: Json = {
    "name": "X-Usage-Token",
    "in": "header",
    "description": "A usage authorization token (for example, out of a QR code); authorization_token in the body is as good",
    "schema": {"type": "string"},
    "example": "secret",
}


def parameters_of(
    components: Components, operation: Operation, path: str, context: MemberContext | None, revision: Revision
) -> list[Json]:
    """Return the parameters of an operation, on one of its paths, in a context and a revision."""
    found = [_path_parameter(name, path, revision) for name in re.findall(r"\{(\w+)\}", path)]
    if operation.query is not None:
        found += _query_parameters(
            components, operation, schema_named(operation.query, revision.name), context, revision
        )
    if operation.name == "use_offer":
        found.append(USAGE_TOKEN | _evidence(operation, "header", USAGE_TOKEN["name"], revision))
    return found


def _path_parameter(name: str, path: str, revision: Revision) -> Json:
    if name == CLUB["name"]:
        return {"$ref": f"#/components/parameters/{name}"}
    description, schema = _PATH[name]
    if name == "kind":
        schema = schema | {"enum": [kind.name for kind in kinds_in(revision.name)]}
    if name == "id" and "/stores/" in path:
        description = "Id of the store"
    elif name == "id" and path.endswith("/grant"):
        description = "Id of an offer to grant"
    elif name == "id" and "{owner}" in path:
        description = "Id of the offer or collection"
    told = {"name": name, "in": "path", "description": description, "required": True, "schema": schema}
    return told | {"example": EXAMPLES[description]}


def _query_parameters(
    components: Components,
    operation: Operation,
    query: Schema,
    context: MemberContext | None,
    revision: Revision,
) -> Iterator[Json]:
    known = accepted(operation, revision)
    for name, field in query.fields.items():
        if known is not None and name not in known:
            continue
        if name == "preview" and context != "me":  # it removes the member; other contexts have none
            continue
        assert isinstance(field, KindField)
        told = _evidence(operation, "parameter", name, revision)
        yield _query_parameter(components, name, field, context, revision) | told


def _evidence(operation: Operation, kind: FactKind, name: str, revision: Revision) -> Json:
    return {"x-evidence": evidence(revision.name, FactPlace(operation.name, kind, name))}


def _query_parameter(
    components: Components,
    name: str,
    field: KindField,
    context: MemberContext | None,
    revision: Revision,
) -> Json:
    schema, kind = components.field_schema(field), field.kind
    made: Json = {"name": name, "in": "query", "description": field.says}
    if isinstance(kind, ListOf):
        commas = f" and {name}=1,2" if isinstance(kind.inner, Integer) else ""
        made["name"] = f"{name}[]"
        made["description"] += f". Also accepted as {name}=1&{name}=2, as {name}[0]=1&{name}[1]=2{commas}"
        made |= {"style": "form", "explode": True}
    if isinstance(kind, OrderBy):
        default = ", ".join(f"{term.attribute} DESC" if term.descending else term.attribute for term in BY_NAME)
        schema |= {"default": default, "pattern": _order_pattern(revision, context)}
        made["description"] += ". " + _order_words(revision, context)
        made["example"] = "name ASC, created_at DESC"
    return made | {"schema": schema}


def _viewer(context: MemberContext | None) -> ViewerKind:
    return "guest" if context == "guest" else "member"


def _order_pattern(revision: Revision, context: MemberContext | None) -> str:
    names = "|".join(revision.order_attributes(_viewer(context), one_collection=True))
    term = rf" *({names})( +([Aa][Ss][Cc]|[Dd][Ee][Ss][Cc]))? *"
    return f"^( *|{term}(,{term})*)$"  # blank means by name


def _order_words(revision: Revision, context: MemberContext | None) -> str:
    names, more = revision.order_by[_viewer(context)], revision.order_by_one_collection
    text = f"Attributes: {', '.join(names)}"
    in_preview = revision.order_by.get("preview", names)
    if context == "me" and in_preview != names:
        text += f" (with preview=true {', '.join(in_preview)})"
    return f"{text}; with exactly one of collection_ids also {', '.join(more)}" if more else text
