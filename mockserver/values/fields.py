"""marshmallow fields made of kinds, and the base class of the API's schemas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing

from mockserver.values.kinds import Kind
from mockserver.values.lists import Model
from mockserver.values.problems import UnfitError, leaf


class KindField(fields.Field[Any]):
    """A value of a kind. ``says`` is its description; with ``text`` it reads a query's text instead of JSON.

    An absent value is null, unless it is required.
    """

    def __init__(self, kind: Kind, says: str = "", *, null: bool = False, required: bool = False, **rest: Any) -> None:
        absent = {} if required else {"load_default": None}
        super().__init__(required=required, allow_none=null, **(absent | rest))
        self.kind, self.says, self.text = kind, says, False

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        try:
            return self.kind.read_text(value) if self.text else self.kind.read(value)
        except UnfitError as error:
            raise ValidationError(error.tree) from None

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else self.kind.write(value)

    def _validate_missing(self, value: Any) -> None:
        if (value is missing and self.required) or (value is None and not self.allow_none):
            raise ValidationError([leaf(None, "presence")])


class ModelField(KindField):
    """An object of a model, or a list of them; with ``raw`` each element is returned unread."""

    kind: Model

    def __init__(self, kind: Model, says: str = "", *, raw: bool = False, **rest: Any) -> None:
        super().__init__(kind, says, **rest)
        self.raw = raw

    @property
    def model(self) -> Schema:
        """The schema of the model, in the revision of this field's schema."""
        found = self.root
        assert isinstance(found, Bound)
        return found.named(self.kind.name)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if not self.kind.many:
            return load(self.model, value)
        if not isinstance(value, list):
            raise ValidationError([leaf(value, "must_be_an_array")])
        if not all(isinstance(element, dict) for element in value):
            raise ValidationError([leaf(value, "must_be_an_array_of_objects")])
        if self.kind.most is not None and len(value) > self.kind.most:
            raise ValidationError([leaf(value, "size_too_large", number=self.kind.most)])
        return value if self.raw else self._each(value)

    def _each(self, elements: list[Any]) -> list[Any]:
        found, problems, model = [], {}, self.model
        for index, element in enumerate(elements):
            try:
                found.append(load(model, element))
            except ValidationError as error:
                problems[str(index)] = error.messages
        if problems:
            raise ValidationError(problems)
        return found

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else self.model.dump(value, many=self.kind.many)


class Bound(Schema):
    """A schema in one revision of the API; ``named`` finds the schema of a model by its name.

    ``dated`` names the revisions that have a field, where not all do.
    """

    class Meta:
        """Undocumented attributes are ignored."""

        unknown = EXCLUDE

    lenient: ClassVar[bool] = False
    """Whether a value that is not an object counts as an empty one."""
    dated: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    revision: str
    named: Callable[[str], Schema]


def load(schema: Schema, value: Any) -> Any:
    """Return the values that a schema reads from an object. Raise ValidationError with the tree of its problems."""
    if not isinstance(value, dict):
        if isinstance(schema, Bound) and schema.lenient:
            return schema.load({})
        raise ValidationError([leaf(value, "must_be_an_object")])
    try:
        return schema.load(value)
    except ValidationError as error:
        raise error.with_traceback(None)  # noqa: B904  # a frame of marshmallow's keeps it: a circle of 12 objects an error


def field_of(kind: Kind, says: str = "", **rest: Any) -> KindField:
    """Return the field of a kind."""
    return ModelField(kind, says, **rest) if isinstance(kind, Model) else KindField(kind, says, **rest)
