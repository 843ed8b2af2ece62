"""Further keywords of the schemas of models and attributes, which do not follow from kinds."""

from __future__ import annotations

from typing import Any

_MESSAGES = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
_ERRORS = "Messages by attribute, by the index of the item that is refused"
_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "BatchAnswer.errors": {"description": _ERRORS, "additionalProperties": _MESSAGES},
}


def _grant(grant_type: str, *needed: str) -> dict[str, Any]:
    """Return the schema that requires the attributes of a grant type."""
    return {
        "if": {"properties": {"grant_type": {"const": grant_type}}},
        "then": {"required": [*needed], "properties": {name: {"type": "string"} for name in needed}},
    }


_MODELS: dict[str, dict[str, Any]] = {
    "TokenPayload": {
        "allOf": [
            _grant("password", "identifier_type", "identifier", "password"),
            _grant("refresh_token", "refresh_token"),
        ]
    },
}


def notes_on_model(model: str) -> dict[str, Any]:
    """Return further keywords of a model's schema."""
    return _MODELS.get(model, {})


def notes_on(model: str, attribute: str) -> dict[str, Any]:
    """Return further keywords of an attribute's schema; empty where there are none."""
    return _ATTRIBUTES.get(f"{model}.{attribute}", {})
