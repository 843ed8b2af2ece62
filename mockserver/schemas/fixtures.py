"""marshmallow schemas of the fixture records: they find all problems of a record that did not read.

Each field reads through its kind (``kinds.py``), so a schema and the fast path of ``Shape.read`` cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from mockserver.schemas.fixture_shape import MISSING, Attribute, Shape
from mockserver.schemas.fixture_shapes import SHAPES
from mockserver.schemas.kinds import Kind, Path, UnfitError

UNKNOWN = "\0unknown"
# what the member API calls things, and what fixtures (like the admin API) call them
OTHER_NAMES = {"shops": "stores", "images": "files", "display": "read_more", "usage": "uses", "max_uses": "period"}


class KindField(fields.Raw):
    """A field that reads and writes through a kind."""

    def __init__(self, attribute: Attribute) -> None:
        messages: dict[str, Any] = {"required": MISSING, "null": "a value other than null"}
        super().__init__(required=attribute.required, allow_none=attribute.null, error_messages=messages)
        self.kind: Kind = attribute.kind

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        try:
            return self.kind.read(value)
        except UnfitError as error:
            raise ValidationError(_tree(error)) from None

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else self.kind.write(value)


class FixtureSchema(Schema):
    """One record; ``SHAPE`` is what it is made from."""

    SHAPE: Shape
    error_messages = {"unknown": UNKNOWN, "type": "a mapping"}  # noqa: RUF012  marshmallow's own declaration

    class Meta:
        """Unknown keys are errors."""

        unknown = RAISE

    @validates_schema(skip_on_field_errors=False)
    def check(self, values: dict[str, Any], **_: Any) -> None:
        """Check what must hold between attributes."""
        wrong = {name: [expected] for name, expected in self.SHAPE.check(values)}
        if wrong:
            raise ValidationError(wrong)


def _schema(name: str, shape: Shape) -> type[FixtureSchema]:
    declared = {key: KindField(attribute) for key, attribute in shape.attributes.items()}
    return type(name, (FixtureSchema,), {**declared, "SHAPE": shape, "__doc__": f"One of ``{name}``."})


@lru_cache(maxsize=1)
def schemas() -> dict[str, type[FixtureSchema]]:
    """Return the schema of each top-level key of a fixture file."""
    return {key: _schema(f"Fixture{key.title()}", shape) for key, shape in SHAPES.items()}


def problems_of(shape: Shape, raw: Any) -> list[tuple[Path, str]]:
    """Return all problems of a record as (path inside the record, what was expected)."""
    known = next((schema for schema in schemas().values() if schema.SHAPE is shape), None)
    errors = (known or _schema("FixturePart", shape))().validate(raw)
    return [(path, _named(path, shape) if text == UNKNOWN else text) for path, text in _leaves(errors)]


def _named(path: Path, shape: Shape) -> str:
    from difflib import get_close_matches  # only a misspelt key pays for it

    wrong = str(path[-1])
    near = [OTHER_NAMES[wrong]] if OTHER_NAMES.get(wrong) in shape.attributes else None
    near = near or get_close_matches(wrong, shape.attributes, 1, 0.5)
    return f"a known attribute, perhaps {near[0]!r}" if near else f"one of {', '.join(shape.attributes)}"


def _tree(error: UnfitError) -> Any:
    """Return the problems as marshmallow nests them: a list of messages, or a mapping by key or index."""
    if all(not path for path, _ in error.problems):
        return [expected for _, expected in error.problems]
    tree: dict[Any, Any] = {}
    for path, expected in error.problems:
        branch = tree
        for part in path[:-1]:
            branch = branch.setdefault(part, {})
        branch.setdefault(path[-1], []).append(expected)
    return tree


def _leaves(tree: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(tree, dict):
        for key, branch in tree.items():
            yield from _leaves(branch, path if key == "_schema" else (*path, key))
    else:
        for message in tree:
            yield path, message
