"""From a query string or a decoded body to validated values, or to the refusal ``invalid_parameters`` with its tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import Schema, ValidationError

from mockserver.api.schemas.named import schema_named
from mockserver.errors import Refused
from mockserver.revisions import UNION
from mockserver.values.fields import KindField, ModelField, load
from mockserver.values.kinds import Integer, Text
from mockserver.values.lists import ListOf
from mockserver.values.problems import messages


def load_query(
    name: str, query: str, accepted: frozenset[str] | None = None, revision: str = UNION
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the parameters of a raw query string, absent ones at their defaults, and the names without meaning.

    ``name`` is the schema's, ``accepted`` names the parameters that count (None: all of it). Raise ``invalid_parameters``.
    """
    schema = schema_named(name, revision)
    sent, unknown = _grouped(schema, query, accepted)
    try:
        return schema.load(sent), unknown
    except ValidationError as error:
        raise Refused("invalid_parameters", details=error.messages) from None


def load_payload(name: str, value: Any, revision: str = UNION) -> dict[str, Any]:
    """Return the attributes of a decoded JSON body (None: it was empty). Raise ``invalid_parameters``."""
    try:
        payload: dict[str, Any] = load(schema_named(name, revision), {} if value is None else value)
    except ValidationError as error:
        raise Refused("invalid_parameters", details=error.messages) from None
    return payload


def load_item(name: str, item: dict[str, Any], revision: str = UNION) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the sound attributes of one item of a batch, absent ones as None, and the others' plain messages."""
    schema = schema_named(name, revision)
    try:
        return load(schema, item), {}
    except ValidationError as error:
        problems: Any = error.messages
        sound: Any = error.valid_data
        absent = dict.fromkeys(field.attribute or each for each, field in schema.fields.items())
        return absent | sound, {attribute: list(messages(tree)) for attribute, tree in problems.items()}


def unknown_attributes(name: str, body: Any, revision: str = UNION) -> list[str]:
    """Return the attributes of a body that the schema does not know, each once, by the path to them (``offers.liked``)."""
    return list(dict.fromkeys(_unknown(schema_named(name, revision), body, "")))


def _unknown(schema: Schema, value: Any, path: str) -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        field = schema.fields.get(name)
        if field is None:
            yield path + name
        elif isinstance(field, ModelField):
            for element in inner if isinstance(inner, list) else (inner,):
                yield from _unknown(field.model, element, f"{path}{name}.")


def other_spellings(name: str, query: str, revision: str = UNION) -> dict[str, str]:
    """Return a hint for each array of a raw query string that is not spelt as documented, by the parameter's name."""
    schema, found = schema_named(name, revision), {}
    for spelt, text in parse_qsl(query, keep_blank_values=True):
        plain = spelt.removesuffix("[]")
        field = schema.fields.get(plain)
        kind = field.kind if isinstance(field, KindField) else None
        if not isinstance(kind, ListOf):
            continue
        if "," in text:
            several = isinstance(kind.inner, Integer)
            found[plain] = f"the comma in {spelt} {'separates ids' if several else 'is part of the text'}"
        elif spelt == plain:
            found.setdefault(plain, f"{plain} was taken as an array")
    return {plain: f"{text}; documented is {plain}[]=...&{plain}[]=..." for plain, text in found.items()}


def _grouped(schema: Schema, query: str, accepted: frozenset[str] | None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Group a query string by parameter: an array gets all its texts, anything else the last one."""
    sent: dict[str, Any] = {}
    unknown: dict[str, None] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        plain = name.removesuffix("[]")
        field = schema.fields.get(plain)
        kind = field.kind if isinstance(field, KindField) else None
        is_array = isinstance(kind, ListOf)
        if kind is None or (accepted is not None and plain not in accepted) or (name != plain and not is_array):
            unknown[name] = None
        elif is_array:
            sent.setdefault(plain, []).append(text)
        elif text or not isinstance(kind, Text):  # a blank text is as good as none
            sent[plain] = text
    return sent, tuple(unknown)
