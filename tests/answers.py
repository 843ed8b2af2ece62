"""Checks answers against the models: exactly the revision's keys, in the documents' order, each of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError

from mockserver.api.schemas.answers import Open, form_of
from mockserver.api.schemas.named import schema_named
from mockserver.values.fields import ModelField


def check_answer(name: str, value: Any, revision: str = "union") -> list[str]:
    """Return all that is wrong with an operation's answer; ``name`` is ``Operation.response``."""
    form = form_of(name)
    if not form.is_array:
        return list(_check(form.model, value, revision, name))
    return [wrong for n, each in enumerate(value) for wrong in _check(form.model, each, revision, f"{name}[{n}]")]


def _check(model: str, value: Any, revision: str, path: str) -> Iterator[str]:
    schema = schema_named(model, revision)
    known: dict[str, Any] = schema.fields
    expected = [key for key in known if known[key].required or key in value]
    found = list(value)[: len(expected)] if isinstance(schema, Open) else list(value)
    if found != expected:
        yield f"{path}: keys {found} instead of {expected}"
        return
    for key in expected:
        yield from _check_value(known[key], value[key], revision, f"{path}.{key}")


def _check_value(field: Any, value: Any, revision: str, path: str) -> Iterator[str]:
    try:
        if not isinstance(field, ModelField) or value is None:
            field.deserialize(value)
            return
    except ValidationError as error:
        yield f"{path}: {error.messages}"
        return
    for element in value if field.kind.many else [value]:
        yield from _check(field.kind.name, element, revision, path)
