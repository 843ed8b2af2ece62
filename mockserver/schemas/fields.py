"""The kinds of values that requests and answers are made of: marshmallow fields that refuse with the 422 tree.

A field reads JSON; inside a query schema (``Query`` in ``shapes.py`` sets ``text``) it reads text. The library's own
kinds stand behind them, so that the OpenAPI generator knows their types.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from marshmallow import fields, missing

from mockserver.domain.instants import iso, parse_iso
from mockserver.domain.pagination import MOST_PER_PAGE
from mockserver.domain.wholes import whole
from mockserver.schemas.limits import INT64, Between, OneOf, Size
from mockserver.schemas.problems import problem

_DIGITS = re.compile(r"-?[0-9]+")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
DEEPEST = 64  # levels of nesting that a free object may have
BEYOND = 2**64  # stands for any number of 20 digits or more: out of range, and too large to repeat


class Told(fields.Field[Any] if TYPE_CHECKING else object):  # type: ignore[misc]
    """What all kinds share: whether they read text, what their elements are called, and how absence is told."""

    text = False
    type_name = "value"

    def _read(self, value: Any) -> Any:
        """Return what a JSON value (or text) means; raise ValidationError with a tree."""
        raise NotImplementedError

    def _deserialize(self, value: Any, *context: Any, **more: Any) -> Any:  # noqa: ARG002 - the library's signature
        return self._read(value)

    def _validate_missing(self, value: Any) -> None:
        if (value is missing and self.required) or (value is None and not self.allow_none):
            raise problem(None, "presence")


class Integer(Told, fields.Integer):
    """A whole number of at most 64 bits. ``7.0`` is one, a boolean is none; digits in a text are one where text is read."""

    type_name = "integer"

    def __init__(self, *, min: int = INT64[0], max: int = INT64[1], text: bool = False, **rest: Any) -> None:  # noqa: A002
        super().__init__(strict=True, validate=Between(min, max), **rest)
        self.text = text

    def _read(self, value: Any) -> int:
        if self.text and isinstance(value, str) and _DIGITS.fullmatch(value):
            digits = value.lstrip("-").lstrip("0") or "0"
            size = int(digits) if len(digits) < 20 else BEYOND
            return -size if value[0] == "-" else size
        number = whole(value)
        if isinstance(number, bool) or not isinstance(number, int):
            raise problem(value, "not_an_integer")
        return number


class PageSize(Integer):
    """Results in one page; more than the most is treated as the most."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(min=1, **rest)

    def _read(self, value: Any) -> int:
        return min(super()._read(value), MOST_PER_PAGE)


class Boolean(Told, fields.Boolean):
    """True or false; in a text also 1 and 0, in any case."""

    type_name = "boolean"

    def _read(self, value: Any) -> bool:
        read = _BOOLEANS.get(value.lower()) if self.text and isinstance(value, str) else value
        if not isinstance(read, bool):
            raise problem(value, "inclusion", **{"in": [True, False]})
        return read


class String(Told, fields.String):
    """A text of at most ``longest`` characters."""

    type_name = "string"

    def __init__(self, *, longest: int | None = None, **rest: Any) -> None:
        super().__init__(validate=None if longest is None else Size(max=longest), **rest)

    def _read(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise problem(value, "invalid", format="a string")
        return value


class Enum(Told, fields.String):
    """One of a fixed list of texts; ``any_case`` takes them in upper or lower case."""

    type_name = "string"

    def __init__(self, choices: Sequence[str], *, any_case: bool = False, **rest: Any) -> None:
        super().__init__(validate=OneOf(choices), **rest)
        self.spellings = {choice.lower(): choice for choice in choices} if any_case else {}
        self.one_of = OneOf(choices)

    def _read(self, value: Any) -> Any:
        if isinstance(value, str):
            return str(self.one_of(self.spellings.get(value.lower(), value)))
        raise problem(value, "inclusion", **{"in": list(self.one_of.choices)})


class Instant(Told, fields.DateTime):
    """An ISO 8601 time with any offset, read to milliseconds since the epoch."""

    type_name = "time"

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> str | None:  # noqa: ARG002
        return None if value is None else iso(value)

    def _read(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise problem(value, "invalid_iso_8601_time")
        try:
            return parse_iso(value)
        except (ValueError, OverflowError):
            raise problem(value, "invalid_iso_8601_time") from None


class FreeObject(Told, fields.Dict):
    """An object with any keys, at most ``DEEPEST`` levels deep so that it can always be written again."""

    type_name = "object"

    def _read(self, value: Any) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise problem(value, "must_be_an_object")
        if deeper_than(value, DEEPEST):
            raise problem(value, "invalid", format=f"nested at most {DEEPEST} levels deep")
        return value


def deeper_than(value: Any, levels: int) -> bool:
    """Return whether a JSON value nests deeper than some levels."""
    layer = [value]
    for _ in range(levels + 1):
        layer = [
            child
            for each in layer
            if isinstance(each, (dict, list))
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not layer:
            return False
    return True
