"""Reading with a schema: its fields are looked up once, and only those that were sent cost anything."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing
from msgspec import Struct

from mockserver.schemas.problems import leaf, problem
from mockserver.schemas.unsent import UNSENT


class Query(Schema):
    """Parameters of a query string: every value arrives as text."""

    def finish(self, values: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - a default
        """Read, in place, what depends on other parameters; answer problems as a tree. Nothing does by default."""
        return {}

    def on_bind_field(self, field_name: str, field_obj: Any) -> None:
        """Let the field, and the elements of an array, read text; give it its default."""
        field_obj.text = True
        field_obj.load_default = UNSENT.get(field_name, missing)
        if isinstance(field_obj, fields.List):
            field_obj.inner.text = True  # type: ignore[attr-defined]


class Payload(Schema):
    """Attributes of a JSON body."""

    def further(self, values: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - a default
        """Return problems that no single field can see, as a tree; none by default."""
        return {}


class Shape(Struct, frozen=True):
    """A schema made ready: its fields by the name that is sent, what absent ones are, and which must not be absent."""

    schema: Schema
    fields: Mapping[str, fields.Field[Any]]
    defaults: Mapping[str, Any]
    required: tuple[str, ...]


@cache
def shape_of(schema_class: type[Schema]) -> Shape:
    """Return a schema's shape, made once."""
    schema = schema_class()
    by_name = {field.data_key or name: field for name, field in schema.fields.items()}
    defaults = {
        name: None if field.load_default is missing else field.load_default
        for name, field in by_name.items()
        if not field.required
    }
    return Shape(schema, by_name, defaults, tuple(name for name, field in by_name.items() if field.required))


def read_fields(shape: Shape, sent: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read what was sent; answer the values, absent ones at their defaults, and the problems as a tree."""
    values, problems = dict(shape.defaults), {}
    for name, raw in sent.items():
        field = shape.fields.get(name)
        if field is None:
            continue
        try:
            values[name] = field.deserialize(raw, name, sent)
        except ValidationError as error:
            problems[name] = error.messages
    for name in shape.required:
        if name not in sent:
            problems[name] = [leaf(None, "presence")]
    return values, problems


def read_object(shape: Shape, value: Any) -> dict[str, Any]:
    """Read an object of a body. Raise ValidationError with the tree of its problems."""
    if not isinstance(value, dict):
        raise problem(value, "must_be_an_object")
    values, problems = read_fields(shape, value)
    if not problems and isinstance(shape.schema, Payload):
        problems = shape.schema.further(values)
    if problems:
        raise ValidationError(problems)
    return values
