"""Checks answers against the models: exactly the revision's keys, in the documents' order, each of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError, fields

from mockserver.revisions import REVISIONS, Revision
from mockserver.schemas.answers import ANSWERS
from mockserver.schemas.arrays import ArrayOfObjects, ObjectOf
from mockserver.schemas.models import Model
from mockserver.schemas.shapes import shape_of

OPEN = {"ReadMore", "ActivationTexts"}
"""Models that answer whatever else was stored after their documented keys."""


def check_answer(name: str, value: Any, revision: str = "union") -> list[str]:
    """Return all that is wrong with an operation's answer; ``name`` is ``Operation.answer``."""
    form = ANSWERS[name]
    if not form.is_array:
        return list(_check(form.model, value, REVISIONS[revision], name))
    return [
        wrong for n, each in enumerate(value) for wrong in _check(form.model, each, REVISIONS[revision], f"{name}[{n}]")
    ]


def keys_of(model: type[Model], revision: Revision) -> tuple[str, ...]:
    """Return the keys of a model in a revision, in order."""
    return revision.shapes[model.shape] if model.shape else tuple(shape_of(model).fields)


def _check(model: type[Model], value: Any, revision: Revision, path: str) -> Iterator[str]:
    known = shape_of(model).fields
    expected = [key for key in keys_of(model, revision) if known[key].required or key in value]
    found = list(value)[: len(expected)] if model.__name__ in OPEN else list(value)
    if found != expected:
        yield f"{path}: keys {found} instead of {expected}"
        return
    for key in expected:
        yield from _check_value(known[key], value[key], revision, f"{path}.{key}")


def _check_value(field: fields.Field[Any], value: Any, revision: Revision, path: str) -> Iterator[str]:
    try:
        if not isinstance(field, (ObjectOf, ArrayOfObjects)) or value is None:
            field.deserialize(value)
            return
    except ValidationError as error:
        yield f"{path}: {error.messages}"
        return
    elements = value if isinstance(field, ArrayOfObjects) else [value]
    for element in elements:
        yield from _check(field.schema_class, element, revision, path)  # type: ignore[arg-type]
