"""From a query string or a decoded body to validated values, or to the refusal ``invalid_parameters`` with its tree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import Schema, ValidationError, fields

from mockserver.errors import Refused
from mockserver.schemas.arrays import ArrayOfObjects, ObjectOf
from mockserver.schemas.fields import String
from mockserver.schemas.problems import messages
from mockserver.schemas.shapes import Query, Shape, read_fields, read_object, shape_of

_REMEMBERED = 512  # the longest query string that is worth remembering, in characters


def load_query(
    schema_class: type[Schema], query: str, accepted: frozenset[str] | None = None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Read a raw query string; answer the parameters, absent ones at their defaults, and the names without meaning.

    ``accepted`` names the parameters that count (None: all of the schema). Raise ``invalid_parameters``.
    """
    read = _remembered if len(query) <= _REMEMBERED else _read_query
    values, unknown = read(schema_class, query, accepted)
    return dict(values), unknown


def load_payload(schema_class: type[Schema], value: Any) -> dict[str, Any]:
    """Read a decoded JSON body (None: it was empty); answer its attributes. Raise ``invalid_parameters``."""
    try:
        return read_object(shape_of(schema_class), {} if value is None else value)
    except ValidationError as error:
        raise Refused("invalid_parameters", details=error.messages) from None


def load_item(schema_class: type[Schema], item: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Read one item of a batch; answer its sound attributes, absent ones as None, and the others' plain messages."""
    values, problems = read_fields(shape_of(schema_class), item)
    return values, {name: list(messages(tree)) for name, tree in problems.items()}


def unknown_attributes(schema_class: type[Schema], body: Any) -> list[str]:
    """Return the attributes of a body that the schema does not know, each once, by the path to them (``offers.liked``)."""
    return list(dict.fromkeys(_unknown(schema_class, body, "")))


def _unknown(schema_class: type[Schema], value: Any, path: str) -> Iterator[str]:
    known = shape_of(schema_class).fields
    for name, inner in value.items() if isinstance(value, dict) else ():
        field = known.get(name)
        if field is None:
            yield path + name
        elif isinstance(field, (ObjectOf, ArrayOfObjects)):
            for element in inner if isinstance(inner, list) else (inner,):
                yield from _unknown(field.schema_class, element, f"{path}{name}.")


def _read_query(
    schema_class: type[Schema], query: str, accepted: frozenset[str] | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    shape = shape_of(schema_class)
    sent, unknown = _grouped(shape, query, accepted)
    values, problems = read_fields(shape, sent)
    assert isinstance(shape.schema, Query)
    problems |= shape.schema.finish(values)
    if problems:
        raise Refused("invalid_parameters", details=problems)
    return values, unknown


_remembered = lru_cache(maxsize=4_096)(_read_query)


def _grouped(shape: Shape, query: str, accepted: frozenset[str] | None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Group a query string by parameter: an array gets all its texts, anything else the last one."""
    sent: dict[str, Any] = {}
    unknown: dict[str, None] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        plain = name.removesuffix("[]")
        field = shape.fields.get(plain)
        is_array = isinstance(field, fields.List)
        if field is None or (accepted is not None and plain not in accepted) or (name != plain and not is_array):
            unknown[name] = None
        elif is_array:
            sent.setdefault(plain, []).append(text)
        elif text or not isinstance(field, String):  # a blank text is as good as none
            sent[plain] = text
    return sent, tuple(unknown)
