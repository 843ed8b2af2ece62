"""The paths of a document: all endpoints of all operations."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mockserver.api.gate import REQUIRED_HEADERS, scope_permit
from mockserver.api.operations import MemberContext, Operation
from mockserver.api.schemas.answers import form_of
from mockserver.api.schemas.named import schema_named
from mockserver.contract.components import Components
from mockserver.contract.documented import evidence
from mockserver.contract.errors import error_responses
from mockserver.contract.facts import PREFIX, FactPlace, below
from mockserver.contract.links import links_of
from mockserver.contract.parameters import parameters_of
from mockserver.revisions import Revision
from mockserver.values.choices import SCOPES
from mockserver.values.kinds import Json

_SCHEMES = {"X-Client-Authorization": "client", "X-Product-Name": "product", "X-User-Agent": "userAgent"}
CLIENT: dict[str, list[str]] = {_SCHEMES[name]: [] for _, name, *_ in REQUIRED_HEADERS}
_CROP_TO: Json = {
    "type": "string",
    "description": "x_top_left,y_top_left,x_bottom_right,y_bottom_right (pixels of the upload): the part that the other "
    "sizes are made from, clamped to the picture; without it the picture is cropped about its centre",
    "examples": ["256,256,856,1056"],
}
_TAGS = (("/events/", "Offers Events"), ("/offers", "Offers"), ("offers", "Offers Admin"))  # by a part of the path
_ENDINGS: dict[MemberContext | None, str] = {
    None: "",
    "me": "",
    "member_id": "_by_member_id",
    "guest": "_as_guest",
}


class Endpoint(Struct, frozen=True):
    """One method and path of an operation. ``context`` is the member context; ``alias_of`` is set on another spelling."""

    operation: Operation
    id: str
    method: str
    path: str
    context: MemberContext | None
    alias_of: str | None = None


def ways(operation: Operation, revision: Revision) -> Iterator[Endpoint]:
    """Return the endpoints of an operation in a revision; the documented one has the operation's name."""
    if not operation.is_in(revision):
        return
    yield from _ways(operation, operation.method, operation.path, "", revision)
    for ending, path in operation.also.items():
        yield Endpoint(operation, f"{operation.name}_{ending}", operation.method, PREFIX + path, None)
    for number, (method, path) in enumerate(operation.aliases, 1):
        yield from _ways(operation, method, path, "_alias" if number == 1 else f"_alias_{number}", revision)


def _ways(operation: Operation, method: str, path: str, ending: str, revision: Revision) -> Iterator[Endpoint]:
    expanded = "{context}" in path
    for context in operation.contexts_in(revision) if expanded else operation.contexts[:1] or (None,):
        below = path.replace("{context}", "{member_id}" if context == "member_id" else context or "")
        name = operation.name + (_ENDINGS[context] if expanded else "")
        yield Endpoint(operation, name + ending, method, PREFIX + below, context, name if ending else None)


def path_items(components: Components, operations: Iterator[Operation], revision: Revision) -> dict[str, Json]:
    """Return the paths of a document, in the order of the operations table."""
    items: dict[str, Json] = {}
    found = [way for operation in operations for way in ways(operation, revision)]
    ids = frozenset(way.id for way in found)
    for way in found:
        items.setdefault(way.path, {})[way.method.lower()] = operation_object(components, way, revision, ids)
    return items


def operation_object(components: Components, way: Endpoint, revision: Revision, ids: frozenset[str]) -> Json:
    """Return the Operation Object of an endpoint; links lead to operations of ``ids``."""
    operation = way.operation
    made: Json = {
        "operationId": way.id,
        "summary": operation.summary.rstrip("."),
        "description": _description(way, revision),
        "tags": [tag_of(operation)],
        "security": _security(way, revision),
        "x-operation": operation.name,
        "x-evidence": evidence(revision.name, FactPlace(operation.name, "path", f"{way.method} {below(way.path)}")),
    }
    if way.alias_of:
        made["x-alias-of"] = way.alias_of
    permits = operation.permits.get(way.context or "", ())
    if permits:
        made["x-permit"] = permits[0] if len(permits) == 1 else {"anyOf": list(permits)}
    parameters = parameters_of(components, operation, way.path, way.context, revision)
    if any(parameter.get("name") == "scope" for parameter in parameters):
        made["x-scope-permits"] = {scope: scope_permit(scope) for scope in SCOPES}
    made["parameters"] = parameters
    body = _request_body(components, operation)
    if body:
        made["requestBody"] = body
    made["responses"] = {"200": _success(components, way, ids)}
    made["responses"] |= error_responses(components, revision, operation, way.context)
    return made


def tag_of(operation: Operation) -> str:
    """Return the tag of an operation, by a part of its path, or else by the path's beginning."""
    first = operation.path.partition("/")[0]
    tags = (tag for part, tag in _TAGS if first != "files" and part in operation.path)
    return next(tags, first.capitalize())


def _description(way: Endpoint, revision: Revision) -> str:
    operation = way.operation
    older = f"/v3/loyalty_clubs/{{loyalty_club_slug}}/{below(way.path)}"
    text = f"Source: {operation.source(revision)}. Also reached by its older spelling {older}."
    if way.alias_of:
        text = f"Another way to reach {way.alias_of}, as a curl command of the documents has it. {text}"
    permits = operation.permits.get(way.context or "", ())
    return f"{text} Requires {' or '.join(permits)}." if permits else text


def _security(way: Endpoint, revision: Revision) -> list[Json]:
    if way.context != "me":
        return [CLIENT]
    with_member = CLIENT | {"member": []}
    previews = way.operation.preview and "preview" in revision.read_parameters
    return [with_member, CLIENT] if previews else [with_member]


def _request_body(components: Components, operation: Operation) -> Json | None:
    if operation.multipart:
        return {
            "required": operation.name != "reprocess_file",
            "content": {"multipart/form-data": _form(components, operation)},
        }
    if operation.payload is None:
        return None
    schema = schema_named(operation.payload, components.revision.name)
    required = any(field.required for field in schema.fields.values())
    reference = components.reference(operation.payload)
    if not required:  # an empty body and null are valid
        reference = components.nullable(reference)
    return {"required": required, "content": {"application/json": {"schema": reference}}}


def _form(components: Components, operation: Operation) -> Json:
    if operation.name == "reprocess_file":
        schema: Json = {"description": "A part of a picture", "type": "object", "properties": {"crop_to": _CROP_TO}}
        schema["examples"] = [{"crop_to": "0,0,300,400"}]
        return {"schema": components.add("FileCrop", schema)}
    schema = {
        "description": "A picture to upload",
        "type": "object",
        "properties": {
            "file": {
                "type": "string",
                "format": "binary",
                "description": "A JPEG, PNG or GIF image, at least of the base size",
            },
            "crop_to": _CROP_TO,
        },
        "required": ["file"],
        "examples": [{"file": "(a picture)", "crop_to": "256,256,856,1056"}],
    }
    return {
        "schema": components.add("FileUpload", schema),
        "encoding": {"file": {"contentType": "image/jpeg, image/png, image/gif"}},
    }


def _success(components: Components, way: Endpoint, ids: frozenset[str]) -> Json:
    operation = way.operation
    form = form_of(operation.response)
    schema = components.reference(form.model)
    if form.is_array:
        schema = {"type": "array", "items": schema}
    made: Json = {"description": "Success", "content": {"application/json": {"schema": schema}}}
    links = links_of(way.id, ids)
    if links:
        made["links"] = links
    return made
