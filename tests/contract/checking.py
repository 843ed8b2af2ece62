"""Checks an exchange against the contract of its revision: status, content type, body, and the order of its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from mockserver.api.operations import Operation
from mockserver.api.table import OPERATIONS
from mockserver.contract.document import document
from mockserver.contract.paths import ways
from mockserver.errors import REFUSALS, Refusal
from mockserver.exchange import Response
from mockserver.journal import Entry
from mockserver.revisions import REVISIONS, Revision

_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
Json = dict[str, Any]
BROKEN: list[str] = []
"""What answers of the running test had wrong; a server's thread may have found it, so it is told at the test's end."""


def schema_at(contract: Json, schema: Json) -> Any:
    """A compiled validator of a schema of a document; dates are UTC with milliseconds, as the API answers them."""
    return jsonschema_rs.Draft202012Validator(
        schema | {"components": contract["components"]},
        validate_formats=True,
        ignore_unknown_formats=False,
        formats={"date-time": _is_instant, "int64": lambda _: True, "binary": lambda _: True},
    )


def _is_instant(value: str) -> bool:
    return _MILLISECONDS.fullmatch(value) is not None


@dataclass(frozen=True)
class Described:
    """What a contract says of one status of one operation; ``schema`` is None where there is no body."""

    contract: Json
    schema: Json | None
    validator: Any
    refusals: tuple[str, ...] = ()
    allows: bool = False


@cache
def described(revision: str, operation: str | None, context: str | None, status: int) -> Described | None:
    """What the contract of a revision says; None when it does not know the status there."""
    contract = document(revision)
    response = _routed(contract, status) if operation is None else _of(contract, operation, context, status)
    if response is None:
        return None
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    validator = schema and schema_at(contract, schema)
    refusals = tuple(response.get("x-refusals", ()))
    return Described(contract, schema, validator, refusals, "Allow" in response.get("headers", {}))


def _of(contract: Json, operation: str, context: str | None, status: int) -> Json | None:
    way = _way(OPERATIONS[operation], context, REVISIONS[contract["info"]["version"]])
    response = contract["paths"][way.path][way.method.lower()]["responses"].get(str(status))
    return response and _resolved(contract, response)


def _way(operation: Operation, context: str | None, revision: Revision) -> Any:
    found = [way for way in ways(operation, revision) if way.alias_of is None and way.context == context]
    return found[0] if found else next(iter(ways(operation, revision)))


def _routed(contract: Json, status: int) -> Json | None:
    name = {404: "PathNotFound", 405: "MethodNotAllowed", 413: "PayloadTooLarge"}.get(status)
    return contract["components"]["responses"][name] if name else None


def _resolved(contract: Json, node: Json) -> Json:
    while "$ref" in node:
        target: Any = contract
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def problems(entry: Entry, answer: Response) -> Iterator[str]:
    """All that is wrong with an answer to the API.

    Where a rule acted, a refusal has to be the documented one, be it of this operation or not; anything else that the
    rule answers is its own affair, as are preflights, which browsers send and no contract has.
    """
    if entry.request.method == "OPTIONS" and answer.status == 403:
        return
    if answer.stream or answer.wait or (entry.rule is not None and entry.refusal is None):
        return
    context = context_of(entry)
    said = described(entry.revision, entry.operation, context, answer.status)
    if entry.rule is not None and entry.refusal is not None:
        yield from misquoted(REFUSALS[entry.refusal], entry.revision, answer)
        if said is None or entry.refusal not in said.refusals:
            return
    if said is None:
        yield f"{answer.status} is not in the contract of {entry.operation or 'no operation'}"
        return
    headers = {name.lower(): value for name, value in answer.headers}
    if said.allows and not headers.get("allow"):
        yield "Allow is missing"
    if said.schema is None:
        if answer.body:
            yield f"a body where the contract has none: {answer.body[:80]!r}"
        return
    if headers.get("content-type") != "application/json; charset=utf-8":
        yield f"content type {headers.get('content-type')}"
    if not answer.body:
        yield "no body where the contract has one"
        return
    value = orjson.loads(answer.body)
    for error in said.validator.iter_errors(value):
        yield f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"
    yield from disorder(said.contract, said.schema, value)


def pattern_of(refusal: Refusal) -> re.Pattern[str]:
    """What a refusal's text looks like, whatever its facts."""
    pieces = re.split(r"\{\w+\}", refusal.text or "")
    return re.compile(".*".join(map(re.escape, pieces)), re.DOTALL)


def misquoted(refusal: Refusal, revision: str, answer: Response) -> Iterator[str]:
    """What an answer has other than a refusal of the catalogue: status, text, further keys."""
    if answer.status != refusal.status_in(revision):
        yield f"{refusal.id} has the status {answer.status}"
    body = orjson.loads(answer.body) if answer.body else None
    if (body is None) != (refusal.text is None):
        yield f"{refusal.id} has the body {answer.body[:80]!r}"
    elif body is not None and list(body) != ["error", *refusal.extra]:
        yield f"{refusal.id} has the keys {list(body)}"
    elif body is not None and not pattern_of(refusal).fullmatch(body["error"]):
        yield f"{refusal.id} says {body['error']!r}"


def context_of(entry: Entry) -> str | None:
    """The member context of an exchange, by its path."""
    operation = OPERATIONS.get(entry.operation or "")
    if operation is None or "{context}" not in operation.path:
        return operation.contexts[0] if operation and operation.contexts else None
    segment = re.search(r"/members/([^/]+)/", entry.request.path)
    name = segment.group(1) if segment else "me"
    return name if name in ("me", "guest") else "member_id"


def disorder(contract: Json, schema: Json, value: Any, path: str = "") -> Iterator[str]:
    """The objects whose keys are not in the contract's order; a schema cannot say that by itself."""
    schema = _resolved(contract, schema)
    for option in schema.get("anyOf", ()):
        if value is not None:
            yield from disorder(contract, option, value, path)
    if isinstance(value, list) and "items" in schema:
        for index, element in enumerate(value):
            yield from disorder(contract, schema["items"], element, f"{path}/{index}")
    if isinstance(value, dict) and "properties" in schema:
        known = [key for key in schema["properties"] if key in value]
        found = [key for key in value if key in schema["properties"]]
        if found != known:
            yield f"{path}: keys in the order {found} instead of {known}"
        for key in found:
            yield from disorder(contract, schema["properties"][key], value[key], f"{path}/{key}")
