"""Kinds of values that hold others: objects with a schema, and arrays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, ValidationError, fields

from mockserver.schemas.fields import Enum, Integer, Told
from mockserver.schemas.limits import Size
from mockserver.schemas.problems import problem
from mockserver.schemas.shapes import read_object, shape_of

MOST = 10_000  # elements in one array of a request


class ObjectOf(Told, fields.Nested):
    """An object with the keys of a schema; others are ignored."""

    type_name = "object"

    def __init__(self, schema: type[Schema], **rest: Any) -> None:
        super().__init__(schema, **rest)
        self.schema_class = schema

    def _read(self, value: Any) -> dict[str, Any]:
        return read_object(shape_of(self.schema_class), value)


class ArrayOf(Told, fields.List[Any]):
    """An array of scalars.

    In a text it is ``ids[]=1&ids[]=2`` or ``ids=1&ids=2``, and ``ids=1,2`` where its elements are integers; blank
    elements count for nothing, save among fixed choices, where a blank is none of them.
    """

    type_name = "array"

    def __init__(self, inner: Told, **rest: Any) -> None:
        super().__init__(inner, validate=Size(max=MOST), **rest)

    def _read(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise problem(value, "must_be_an_array")
        inner: Any = self.inner
        try:
            return tuple(inner.deserialize(element) for element in (self._split(value) if self.text else value))
        except ValidationError as error:
            if _leaf_of(error)["error"] == "inclusion":
                raise
            raise problem(value, "must_have_elements_of_type", type=inner.type_name) from None

    def _split(self, texts: Iterable[str]) -> list[str]:
        if isinstance(self.inner, Integer):
            texts = [part.strip() for text in texts for part in text.split(",")]
        return [text for text in texts if text or isinstance(self.inner, Enum)]


class ArrayOfObjects(Told, fields.List[Any]):
    """An array of objects with the keys of a schema; ``raw`` leaves each as it is, to be read by itself."""

    type_name = "array"

    def __init__(self, schema: type[Schema], *, raw: bool = False, most: int = MOST, **rest: Any) -> None:
        super().__init__(ObjectOf(schema), validate=Size(max=most), **rest)
        self.schema_class, self.raw = schema, raw

    def _read(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise problem(value, "must_be_an_array")
        if not all(isinstance(element, dict) for element in value):
            raise problem(value, "must_be_an_array_of_objects")
        return value if self.raw else self._read_each(value)

    def _read_each(self, elements: list[Any]) -> list[dict[str, Any]]:
        shape, read, problems = shape_of(self.schema_class), [], {}
        for index, element in enumerate(elements):
            try:
                read.append(read_object(shape, element))
            except ValidationError as error:
                problems[str(index)] = error.messages
        if problems:
            raise ValidationError(problems)
        return read


def _leaf_of(error: ValidationError) -> dict[str, Any]:
    leaf: Any = error.messages[0]
    return dict(leaf)
