"""The components of one document: JSON schemas of the API's models in a revision."""

from __future__ import annotations

from typing import Any

from marshmallow import missing

from mockserver.api.schemas.answers import Answer, Open
from mockserver.api.schemas.named import schema_named
from mockserver.contract.documented import evidence
from mockserver.contract.examples import example_of
from mockserver.contract.facts import FactPlace
from mockserver.contract.notes import notes_on, notes_on_model
from mockserver.revisions import Revision
from mockserver.values.choices import NAMES
from mockserver.values.fields import Bound, KindField
from mockserver.values.kinds import Json

_LIMITS = frozenset({"minimum", "maximum", "maxItems"})
_RENAMED = {"File": "OfferFile"}  # in Kotlin ``File`` would mean java.io.File


class Components:
    """Collects the schemas to which the document of a revision refers; each is made once, under its model's name."""

    def __init__(self, revision: Revision) -> None:
        self.revision = revision
        self.schemas: dict[str, Json] = {}
        self.responses: dict[str, Json] = {}

    def reference(self, model: str) -> Json:
        """Return a reference to a model, adding it to the document if necessary."""
        name = _RENAMED.get(model, model)
        if name not in self.schemas:
            self.schemas[name] = {}  # a placeholder while it is made
            self.schemas[name] = self._made(model, name)
        return {"$ref": f"#/components/schemas/{name}"}

    def add(self, name: str, schema: Json) -> Json:
        """Add a schema that is no model's; return a reference to it."""
        self.schemas.setdefault(name, {"title": name, **schema})
        return {"$ref": f"#/components/schemas/{name}"}

    def share(self, name: str, response: Json) -> Json:
        """Add a response that several operations have; return a reference to it."""
        self.responses.setdefault(name, response)
        return {"$ref": f"#/components/responses/{name}"}

    def field_schema(self, field: KindField) -> Json:
        """Return the JSON schema of one field."""
        schema = field.kind.schema(self.reference)
        if field.allow_none:
            schema = self.nullable(schema)
        if field.load_default is not missing and field.load_default is not None:
            schema = {"type": schema.pop("type"), "default": field.load_default} | schema
        return self._named_enum(schema)

    def nullable(self, schema: Json) -> Json:
        """Return a schema that also accepts null, in the plainest form that client generators support.

        In payloads the type includes null. In responses it does not: generated clients would assume that it is always present.
        """
        if "$ref" in schema:
            held = self.schemas[schema["$ref"].rpartition("/")[2]]
            if held["title"].endswith("Payload"):
                held["type"] = ["object", "null"]
                return schema
            return {"anyOf": [schema, {"type": "null"}]}
        if "oneOf" in schema:
            return {"oneOf": [*schema["oneOf"], {"type": "null"}]}
        found = schema | {"type": [schema["type"], "null"]}
        return found | {"enum": [*found["enum"], None]} if "enum" in found else found

    def _named_enum(self, schema: Json) -> Json:
        """Replace a named enum by a reference, so that generated clients have one type for it."""
        if isinstance(schema.get("items"), dict):
            return schema | {"items": self._named_enum(schema["items"])}
        name = NAMES.get(tuple(schema.get("enum", ())))
        if name is None or "default" in schema:
            return schema
        return self.add(name, {"type": "string", "enum": schema["enum"]})

    def _made(self, model: str, name: str) -> Json:
        schema = schema_named(model, self.revision.name)
        properties = {
            key: self._property(schema, model, key, field)
            | {"x-evidence": evidence(self.revision.name, FactPlace(name, "attribute", key))}
            for key, field in schema.fields.items()
        }
        made: Json = {"title": name, "description": _first_line(schema), "type": "object", "properties": properties}
        required = [key for key in properties if self._is_required(model, key, schema.fields[key])]
        if required:
            made["required"] = required
        made |= notes_on_model(name)
        if isinstance(schema, Answer) and not isinstance(schema, Open):
            made["additionalProperties"] = False
        example = example_of(model, self.revision)
        if example is not None:
            made["examples"] = [example]
        return made

    def _property(self, model: Bound, name: str, key: str, field: Any) -> Json:
        schema = self.field_schema(field)
        if isinstance(
            model, Answer
        ):  # the limits are those of requests; the schema of responses is that of their kinds
            schema = {word: value for word, value in schema.items() if word not in _LIMITS}
        return schema | ({"description": field.says} if field.says else {}) | notes_on(name, key)

    def _is_required(self, model: str, key: str, field: Any) -> bool:
        if key == "pagination_info" and model == "OffersAnswer":
            return self.revision.terse_pagination
        return bool(field.required)


def _first_line(schema: Bound) -> str:
    return (schema.__doc__ or "").strip().splitlines()[0].replace("``", "`")
