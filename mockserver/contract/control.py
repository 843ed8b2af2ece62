"""The OpenAPI 3.1 document of the control API, made from its table of calls and models."""

from __future__ import annotations

import re
from functools import lru_cache
from inspect import cleandoc
from typing import Any

import yaml

from mockserver.contract.control_examples import EXAMPLES
from mockserver.contract.document import DEFAULT_SERVER
from mockserver.contract.links import links_of
from mockserver.control.models import MODELS
from mockserver.control.routes import ControlRoute
from mockserver.control.table import ROUTES
from mockserver.values.kinds import Json

_PREFIX = "/__mock/"
_DESCRIPTION = """Drives a running mock: its worlds, clock, scenarios, rules, journal, data and snapshots.

Each call also stands below `/w/{world}/__mock/`, and the header `X-Mock-World` names the world as well. A world that
is not there is made by calls that write (with `If-Match: *` the answer is 404 instead); those that read answer 404, but
those that are about no world, and `requests?wait=` and `stream`, which wait until it is made. Errors are
`{"error": {"message", "hint"?, "path"?}}`. The token is asked for only where the server was started with one, and never from
the machine itself."""
_STATUSES = {
    200: "Done",
    201: "Made",
    202: "Taken; nothing is answered",
    400: "A body of another content type or none of JSON, or an impossible world",
    401: "The server's control token is missing or wrong",
    403: "A page of another origin, or a host that is not this machine's",
    404: "There is no such thing; the hint names the nearest",
    409: "Not as things stand",
    413: "The body is too large",
    422: "Something in the body or the parameters is wrong; path says what",
    501: "Not under this server, or without the extra `mcp`",
    503: "Not ready yet, or no room for another world: `Retry-After` says when to try again",
}
_EXACT: dict[str, Json] = {"id": {"type": "integer", "format": "int64", "minimum": 0}}


@lru_cache(maxsize=1)
def control_document() -> Json:
    """Return the document, as JSON values in a fixed order; do not change it."""
    paths: dict[str, Json] = {}
    for route in ROUTES:
        paths.setdefault(_PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mock server control API",
            "summary": "Drives the mock server, for tests, pipelines and the console.",
            "description": _DESCRIPTION,
            "version": "1",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": DEFAULT_SERVER, "description": "The mock server"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(_tag(route) for route in ROUTES)],
        "security": [{}, {"token": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "X-Mock-Token", "description": "--control-token"},
                "bearer": {"type": "http", "scheme": "bearer", "description": "--control-token"},
            },
            "schemas": {_named(name): _schema(name) for name in sorted(MODELS)},
        },
    }


def _operation(route: ControlRoute) -> Json:
    made: Json = {
        "operationId": route.name,
        "summary": route.summary.rstrip("."),
        "description": _description(route),
        "tags": [_tag(route)],
        "parameters": [_path_parameter(route, name) for name in re.findall(r"\{(\w+)\}", route.path)]
        + [{"name": name, "in": "query", "schema": dict(schema)} for name, schema in route.query.items()],
    }
    if route.body is not None:
        required = _is_required(route)
        example = EXAMPLES.get(route.name)
        content: Json = {"application/json": {"schema": _reference(route.body), "example": example}}
        if route.yaml:
            text = yaml.safe_dump(example, sort_keys=False)
            content["application/yaml"] = {"schema": {"description": "The same as YAML text"}, "example": text}
        made["requestBody"] = {"required": required, "content": content}
    made["responses"] = {str(status): _response(route, status) for status in sorted(_statuses(route))}
    links = links_of(route.name)
    if links:
        made["responses"][str(route.statuses[0])]["links"] = links
    return made


def _description(route: ControlRoute) -> str:
    """Return the description of a call: the docstring of its handler, and notes that follow from its row."""
    text = cleandoc(route.handler.__doc__ or "").replace("``", "`")
    facts = [
        "" if route.writes else "Changes nothing.",
        "A body is optional." if route.body is not None and not _is_required(route) else "",
        "Takes YAML text, too." if route.yaml else "",
        "Other requests are answered meanwhile." if route.long else "",
    ]
    return " ".join(filter(None, [text, *facts]))


def _is_required(route: ControlRoute) -> bool:
    return "required" in MODELS[route.body or ""] or route.yaml or route.body in ("State", "Record")


def _statuses(route: ControlRoute) -> set[int]:
    always = {400, 401, 403}
    if route.body is not None:
        always |= {413, 422}
    if route.query or "{" in route.path:
        always.add(422)
    if route.world_wanted != "any":
        always.add(404)
    if route.world_wanted == "made":
        always.add(503)
    return {*route.statuses, *always}


def _response(route: ControlRoute, status: int) -> Json:
    made: Json = {"description": _STATUSES[status]}
    if status >= 400 and not (status in route.statuses and route.response == "Verified" and status == 409):
        response = _reference("Error") if status != 503 or route.response != "Status" else _reference(route.response)
        return made | {"content": {"application/json": {"schema": response}}}
    if route.media != "application/json":  # text: an event stream, or metrics
        return made | {"content": {route.media: {}}}
    return made | {"content": {route.media: {"schema": _reference(route.response)}}}


def _path_parameter(route: ControlRoute, name: str) -> Json:
    numeric = name == "id" and not route.path.startswith("scenarios")
    schema = _EXACT["id"] if numeric else {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _tag(route: ControlRoute) -> str:
    return route.path.partition("/")[0].capitalize()


def _named(model: str) -> str:
    """Return a model's name in the document; Error means something else to generated clients."""
    return "ControlError" if model == "Error" else model


def _reference(model: str) -> Json:
    return {"$ref": f"#/components/schemas/{_named(model)}"}


def _schema(model: str) -> Json:
    """Return a model's schema; the attributes of an optional body may be null."""
    schema = {"title": _named(model), **_plain(MODELS[model])}
    if any(route.body == model and not _is_required(route) for route in ROUTES):
        schema["type"] = ["object", "null"]
    return schema


def _plain(value: Any) -> Any:
    """Copy a schema, so that changes do not affect the table."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
