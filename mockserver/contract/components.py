"""The components of one document: models out of marshmallow schemas, in the shape that a revision gives them."""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow.common import resolve_schema_cls
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

from mockserver.contract.examples import example_of
from mockserver.contract.notes import notes_on, notes_on_model
from mockserver.domain.model import OFFER_TYPES, TIMESPANS
from mockserver.revisions import Revision
from mockserver.schemas.fields import Integer
from mockserver.schemas.limits import INT64 as BOUNDS
from mockserver.schemas.models import Model
from mockserver.schemas.shapes import Payload

Json = dict[str, Any]
MIN, MAX = BOUNDS
INT64 = {"type": "integer", "format": "int64"}
_DIGITS = {"type": "string", "pattern": "^-?[0-9]{1,18}$"}


class Components(OpenAPIConverter):
    """Collects the schemas that a document refers to; each is made once, under its class's name.

    ``revision`` is None for a document that has no revisions (the control API's).
    """

    def __init__(self, revision: Revision | None) -> None:
        super().__init__("3.1.0", lambda _: None, APISpec("", "", "3.1.0"))  # references are made here, not by the spec
        self.revision = revision
        self.schemas: dict[str, Json] = {}
        self.responses: dict[str, Json] = {}
        self.attribute_functions.append(_integers)

    def reference(self, model: type[Schema]) -> Json:
        """Return a reference to a model, adding it to the document if need be."""
        name = name_of(model)
        if name not in self.schemas:
            self.schemas[name] = {}  # stands in its place while it is made
            self.schemas[name] = self._made(model)
        return {"$ref": f"#/components/schemas/{name}"}

    def add(self, name: str, schema: Json) -> Json:
        """Add a schema that no marshmallow schema describes; answer a reference to it."""
        self.schemas.setdefault(name, {"title": name, **schema})
        return {"$ref": f"#/components/schemas/{name}"}

    def share(self, name: str, response: Json) -> Json:
        """Add a response that several operations have; answer a reference to it."""
        self.responses.setdefault(name, response)
        return {"$ref": f"#/components/responses/{name}"}

    def resolve_nested_schema(self, schema: Any) -> Json:
        """Return a reference to the schema of a nested field."""
        model = resolve_schema_cls(schema)
        assert not isinstance(model, list)  # no two of our schemas share a name
        return self.reference(model)

    def field_schema(self, field: fields.Field[Any]) -> Json:
        """Return the JSON schema of one field."""
        schema: Json = self.field2property(field)
        return self._named_enum(schema)

    def _named_enum(self, schema: Json) -> Json:
        """An enum that has a name is referred to by it, so that generated clients have one type for it."""
        if isinstance(schema.get("items"), dict):
            return schema | {"items": self._named_enum(schema["items"])}
        name = ENUMS.get(tuple(schema.get("enum", ())))
        if name is None or "default" in schema:
            return schema
        return self.add(name, {"type": "string", "enum": schema["enum"]})

    def _made(self, model: type[Schema]) -> Json:
        name, shape = name_of(model), model.__name__
        keys = self.revision.shapes.get(shape) if self.revision else None
        known = model().fields
        properties = {key: self._property(model, key, known[key]) for key in keys or known}
        made: Json = {"title": name, "description": _first_line(model), "type": "object", "properties": properties}
        required = [key for key in properties if self._is_required(model, key, known[key])]
        if required:
            made["required"] = required
        made |= notes_on_model(name)
        if issubclass(model, Model) and name not in OPEN:
            made["additionalProperties"] = False
        example = example_of(shape, self.revision) if self.revision else None
        if example is not None:
            made["examples"] = [example]
        return made

    def _property(self, model: type[Schema], key: str, field: fields.Field[Any]) -> Json:
        schema = self.field_schema(field)
        if issubclass(model, Model):  # the limits are those of requests; answers are told by their kinds
            schema = {name: value for name, value in schema.items() if name not in _LIMITS}
        notes = notes_on(model.__name__, key)
        return schema | notes

    def _is_required(self, model: type[Schema], key: str, field: fields.Field[Any]) -> bool:
        if key == "pagination_info" and model.__name__ == "OffersAnswer":
            return self.revision is None or self.revision.terse_pagination
        return field.required


_LIMITS = frozenset({"minimum", "maximum", "maxItems"})
ENUMS: dict[tuple[str, ...], str] = {
    OFFER_TYPES: "OfferType",
    TIMESPANS: "Timespan",
    ("draft", "published"): "OfferStatus",
}
_RENAMED = {"File": "OfferFile"}  # Kotlin would take java.io.File for it
OPEN = frozenset({"ReadMore", "ActivationTexts"})
"""Models that repeat whatever else was stored in them."""


def _integers(field: fields.Field[Any], ret: Json, **__: Any) -> Json:
    """Integers are of 64 bits; where a text of digits is taken too, either is."""
    if not isinstance(field, fields.Integer):
        return {}
    if isinstance(field, Integer) and field.text and isinstance(field.root, Payload):
        ret.clear()
        return {"oneOf": [INT64 | {"minimum": MIN, "maximum": MAX}, _DIGITS]}
    return {"format": "int64"}


def name_of(model: type[Schema]) -> str:
    """Return a model's name in documents: the documents' own, unless generated clients could not have it."""
    return _RENAMED.get(model.__name__, model.__name__)


def _first_line(model: type[Schema]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0].replace("``", "`")
