"""What a contract says, fact by fact: paths, permits, headers, parameters, attributes, words, refusals, each with its value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from mockserver.errors import REFUSALS
from mockserver.values.choices import NAMES
from mockserver.values.kinds import Json

FactKind = Literal["path", "permit", "header", "parameter", "default", "attribute", "word", "refusal"]
KINDS: tuple[FactKind, ...] = ("path", "permit", "header", "parameter", "default", "attribute", "word", "refusal")
EVERY = "every operation"
PREFIX = "/v3/{loyalty_club_slug}/"
_FORMS = frozenset({"FileUpload", "FileCrop"})
_OF_ITS_OWN = frozenset({"offers_api_not_enabled"})
"""Refusals of the gate that only some operations have."""


class FactPlace(NamedTuple):
    """Where a fact belongs: ``of`` is an operation, a model, or what has fixed words; ``name`` is the fact's own."""

    of: str
    kind: FactKind
    name: str


def facts_of(contract: Json) -> dict[FactPlace, str]:
    """Return the facts of a contract with their values: a type such as ``integer?``, a default, a status with its text."""
    found: dict[FactPlace, dict[str, None]] = {}
    for place, value in (*_of_operations(contract), *_of_models(contract)):
        found.setdefault(place, {})[value] = None
    return {place: " or ".join(values) for place, values in found.items()}


def below(path: str) -> str:
    """Return what of a contract's path stands below the club."""
    return path.removeprefix(PREFIX)


def _of_operations(contract: Json) -> Iterator[tuple[FactPlace, str]]:
    for path, item in contract["paths"].items():
        for method, row in item.items():
            name = row["x-operation"]
            yield FactPlace(name, "path", f"{method.upper()} {below(path)}"), ""
            if "x-alias-of" not in row:
                yield from _of_operation(contract, name, below(path), row)


def _of_operation(contract: Json, name: str, path: str, row: Json) -> Iterator[tuple[FactPlace, str]]:
    permit = row.get("x-permit", {"anyOf": []})
    for each in permit["anyOf"] if isinstance(permit, dict) else [permit]:
        yield FactPlace(name, "permit", f"{path} {each}"), ""
    for scope, each in row.get("x-scope-permits", {}).items():
        yield FactPlace("scope", "permit", each), scope
    always = set.intersection(*(set(each) for each in row["security"]))
    for scheme in {scheme: None for each in row["security"] for scheme in each}:
        header = contract["components"]["securitySchemes"][scheme].get("name", "Authorization")
        yield FactPlace(name, "header", header), "required" if scheme in always else "optional"
    for told in row["parameters"]:
        yield from _parameter(contract, name, _resolved(contract, told), path)
    for content in row.get("requestBody", {}).get("content", {}).values():
        yield FactPlace(name, "attribute", "(body)"), _type_of(contract, content["schema"]).removesuffix("?")
    for content in row["responses"]["200"]["content"].values():
        yield FactPlace(name, "attribute", "(answer)"), _type_of(contract, content["schema"])
    for status, told in row["responses"].items():
        for each in _resolved(contract, told).get("x-refusals", ()):
            yield place_of_refusal(name, each), f"{status} {REFUSALS[each].text or ''}".strip()


def place_of_refusal(operation: str, refusal_id: str) -> FactPlace:
    """Return where a refusal belongs: to an operation, or, as most checks of the gate, to every one."""
    own = REFUSALS[refusal_id].stage == "operation" or refusal_id in _OF_ITS_OWN
    return FactPlace(operation if own else EVERY, "refusal", refusal_id)


def _parameter(contract: Json, of: str, told: Json, path: str) -> Iterator[tuple[FactPlace, str]]:
    name, schema = told["name"].removesuffix("[]"), told["schema"]
    if told["in"] == "header":
        yield FactPlace(of, "header", name), "required" if told.get("required") else "optional"
    if told["in"] == "query":
        yield FactPlace(of, "parameter", name), _type_of(contract, schema)
        default = schema.get("default")
        if default is not None:
            yield FactPlace(of, "default", name), str(default).lower() if isinstance(default, bool) else str(default)
    yield from _words(schema, f"{of}.{name}")
    if name == "order_by":
        for word in re.findall(r"\w+", re.findall(r"\(([\w|]+)\)", schema["pattern"])[0]):
            yield FactPlace(f"{of}.{name} of {path}", "word", word), ""


def _words(schema: Json, of: str) -> Iterator[tuple[FactPlace, str]]:
    """Return the fixed words of a schema, or of the elements of its array; some have a name of their own."""
    words = [word for word in schema.get("enum") or schema.get("items", {}).get("enum", ()) if word is not None]
    for word in words:
        yield FactPlace(NAMES.get(tuple(words), of), "word", word), ""


def _of_models(contract: Json) -> Iterator[tuple[FactPlace, str]]:
    for model, schema in contract["components"]["schemas"].items():
        if "x-enum-varnames" in schema or model.endswith("Refusal"):
            continue  # the texts of refusals, which are facts by themselves
        yield from _words(schema, model)
        sent = model.endswith("Payload") or model in _FORMS
        for name, told in schema.get("properties", {}).items():
            required = name in schema.get("required", ())
            note = ", required" if required and sent else "" if required or sent else ", or left out"
            yield FactPlace(model, "attribute", name), _type_of(contract, told) + note
            yield from _words(told, f"{model}.{name}")


def _type_of(contract: Json, schema: Json) -> str:
    """Return a schema's type in the documents' words, such as ``integer?`` (or null) or ``Offer[]``."""
    for word in ("anyOf", "oneOf"):
        if word in schema:
            options = [each for each in schema[word] if each != {"type": "null"}]
            words = " or ".join(_type_of(contract, each).removesuffix("?") for each in options)
            return words + ("?" if len(options) < len(schema[word]) else "")
    if "$ref" in schema:
        name, model = schema["$ref"].rpartition("/")[2], _resolved(contract, schema)
        return ("string" if "enum" in model else name) + ("?" if "null" in model.get("type", "") else "")
    types: Any = schema.get("type", "any")
    types = types if isinstance(types, list) else [types]
    kind = str(next(each for each in types if each != "null"))
    if kind == "array":
        kind = _type_of(contract, schema["items"]).removesuffix("?") + "[]"
    if kind == "object" and schema.get("additionalProperties"):
        kind = f"object of {_type_of(contract, schema['additionalProperties'])}"
    if schema.get("format") == "date-time":
        kind = "date"
    return f"{kind}?" if "null" in types else kind


def _resolved(contract: Json, node: Json) -> Json:
    while "$ref" in node:
        kind, name = node["$ref"].split("/")[2:]
        node = contract["components"][kind][name]
    return node
