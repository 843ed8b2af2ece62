"""Validates a query string or a decoded body; raises the refusal ``invalid_parameters`` with the tree of problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from marshmallow import Schema, ValidationError

from mockserver.api.schemas.named import schema_named
from mockserver.errors import Refused
from mockserver.limits import PROBLEMS_OF_A_REQUEST
from mockserver.revisions import UNION
from mockserver.values.fields import KindField, ModelField, load
from mockserver.values.kinds import Integer, Kind
from mockserver.values.lists import ListOf
from mockserver.values.problems import bounded, messages

_INDEXED = re.compile(r"(.+)\[[0-9]*\]")  # ids[] and ids[0]


class QueryRead(NamedTuple):
    """The parameters of a query string, with defaults for absent ones, and the unknown names.

    ``spellings`` are a note on each array (name, text) that was not sent as ``ids[]=1&ids[]=2``.
    """

    values: dict[str, Any]
    unknown: tuple[str, ...]
    spellings: tuple[tuple[str, str], ...] = ()


def load_query(name: str, query: str, accepted: frozenset[str] | None = None, revision: str = UNION) -> QueryRead:
    """Read a raw query string.

    ``name`` is the schema's, ``accepted`` names the parameters that count (None: all of it). Raise ``invalid_parameters``.
    """
    schema = schema_named(name, revision)
    sent, unknown, spellings = _grouped(schema, query, accepted)
    try:
        return QueryRead(schema.load(sent), unknown, spellings)
    except ValidationError as error:
        raise Refused("invalid_parameters", details=bounded(error.messages, PROBLEMS_OF_A_REQUEST)) from None


def load_payload(name: str, value: Any, revision: str = UNION) -> dict[str, Any]:
    """Return the attributes of a decoded JSON body (None: it was empty). Raise ``invalid_parameters``."""
    try:
        payload: dict[str, Any] = load(schema_named(name, revision), {} if value is None else value)
    except ValidationError as error:
        raise Refused("invalid_parameters", details=bounded(error.messages, PROBLEMS_OF_A_REQUEST)) from None
    return payload


def load_item(name: str, item: dict[str, Any], revision: str = UNION) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the valid attributes of one item of a batch, absent ones as None, and the messages on the others."""
    schema = schema_named(name, revision)
    try:
        return load(schema, item), {}
    except ValidationError as error:
        problems: Any = error.messages
        sound: Any = error.valid_data
        absent = dict.fromkeys(field.attribute or each for each, field in schema.fields.items())
        return absent | sound, {attribute: list(messages(tree)) for attribute, tree in problems.items()}


def unknown_attributes(name: str, body: Any, revision: str = UNION) -> list[tuple[tuple[str | int, ...], Any]]:
    """Return the unknown attributes of a body: the way to each, such as ``("offers", 0, "liked")``, and its value."""
    return list(_unknown(schema_named(name, revision), body, ()))


def _unknown(schema: Schema, value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        field = schema.fields.get(name)
        if field is None:
            yield (*path, name), inner
        elif isinstance(field, ModelField) and isinstance(inner, list):
            for index, element in enumerate(inner):
                yield from _unknown(field.model, element, (*path, name, index))
        elif isinstance(field, ModelField):
            yield from _unknown(field.model, inner, (*path, name))


def _grouped(schema: Schema, query: str, accepted: frozenset[str] | None) -> QueryRead:
    """Group a query string by parameter: an array gets all its texts, anything else the last one; blanks count as absent."""
    sent: dict[str, Any] = {}
    unknown: dict[str, None] = {}
    spellings: dict[str, str] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        plain, kind = name, _kind_of(schema, name)
        indexed = _INDEXED.fullmatch(name)
        if kind is None and indexed is not None and isinstance(array := _kind_of(schema, indexed[1]), ListOf):
            plain, kind = indexed[1], array
        if kind is None or (accepted is not None and plain not in accepted):
            unknown[name] = None
        elif not text.strip():
            continue
        elif isinstance(kind, ListOf):
            sent.setdefault(plain, []).append(text)
            spelt = _spelling(plain, name, text, kind)
            if spelt is not None:
                spellings.setdefault(plain, spelt)
        else:
            sent[plain] = text
    return QueryRead(sent, tuple(unknown), tuple(spellings.items()))


def _kind_of(schema: Schema, name: str) -> Kind | None:
    field = schema.fields.get(name)
    return field.kind if isinstance(field, KindField) else None


def _spelling(plain: str, name: str, text: str, kind: ListOf) -> str | None:
    """Return a note on an array element that is not in the backend's own form, or whose comma separates nothing."""
    if "," in text:
        found = f"the comma in {name} {'separates ids' if isinstance(kind.inner, Integer) else 'is part of the text'}"
    elif name != f"{plain}[]":
        found = f"{name} was taken as an array"
    else:
        return None
    return f"{found}; documented is {plain}[]=...&{plain}[]=..."
