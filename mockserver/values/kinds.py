"""The kinds of single values. A kind reads JSON and query text, writes JSON, and describes itself as JSON Schema.

None of them imports marshmallow (about 90 ms), which a start with valid fixtures and a first response do not need.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, ClassVar

import orjson
from msgspec import Struct

from mockserver.limits import FREE_NESTING
from mockserver.values.instants import iso, parse_iso
from mockserver.values.problems import unfit
from mockserver.values.wholes import whole

Json = dict[str, Any]
Refer = Callable[[Any], Json]
"""A function from a model to the JSON Schema that refers to it."""
MIN, MAX = -(2**63), 2**63 - 1
INT64: Json = {"type": "integer", "format": "int64"}
EMPTY: dict[str, Any] = {}
"""Shared by all records: dictionaries inside a record are never changed in place."""
_DIGITS = re.compile(r"-?[0-9]+")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_BEYOND = 2**64  # in place of any number of 20 digits or more: out of range, and too large to repeat


class Kind(Struct, frozen=True):
    """A kind of values. This one accepts any."""

    type_name: ClassVar[str] = "value"

    def read(self, value: Any) -> Any:
        """Return the value of JSON. Raise UnfitError if it is not of this kind."""
        return value

    def read_text(self, text: Any) -> Any:
        """Return the value of a query parameter's text. Raise UnfitError."""
        return self.read(text)

    def write(self, value: Any) -> Any:
        """Return a value that is not None as JSON."""
        return value

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002 - kinds with models in them use it
        """Return the JSON Schema."""
        return {}


class Text(Kind, frozen=True):
    """A text of at most ``longest`` characters; a ``filled`` one must not be blank."""

    type_name: ClassVar[str] = "string"
    longest: int | None = None
    filled: bool = False

    def read(self, value: Any) -> str:
        """Return the text."""
        if type(value) is not str:
            raise unfit(value, "invalid", "a text (put it in quotes)", format="a string")
        if self.filled and not value.strip():
            raise unfit(value, "presence", "a text that is not empty")
        if self.longest is not None and len(value) > self.longest:
            raise unfit(value, "size_too_large", f"a text of at most {self.longest} characters", number=self.longest)
        return value

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema."""
        return {"type": "string"} | ({} if self.longest is None else {"maxLength": self.longest})


class AnyText(Text, frozen=True):
    """A text; any other value counts as a blank one."""

    def read(self, value: Any) -> str:
        """Return the text."""
        return value if type(value) is str else ""


class Digits(Text, frozen=True):
    """A text, or a whole number, which is read as its digits."""

    def read(self, value: Any) -> str:
        """Return the text. Raise UnfitError on true and false, too."""
        value = whole(value)
        if type(value) not in (int, str):
            raise unfit(value, "invalid", "a text or a whole number", format="a string or an integer")
        return str(value)

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema."""
        return {"oneOf": [INT64, {"type": "string"}]}


class Link(Text, frozen=True):
    """The address of a file on this server."""

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema."""
        return {"type": "string", "format": "uri"}


class Integer(Kind, frozen=True):
    """A whole number from ``min`` to ``max``, of at most 64 bits; ``7.0`` is one. ``digits`` accepts a text of digits too."""

    type_name: ClassVar[str] = "integer"
    min: int = MIN
    max: int = MAX
    digits: bool = False

    def read(self, value: Any) -> int:
        """Return the number; true and false are none."""
        if type(value) is not int:
            if self.digits and type(value) is str:
                return self.read_text(value)
            value = whole(value)
            if type(value) is not int:
                raise unfit(value, "not_an_integer", self._expected())
        if value < self.min:
            raise unfit(value, "greater_or_equal_to", self._expected(), number=self.min)
        if value > self.max:
            raise unfit(value, "less_or_equal_to", self._expected(), number=self.max)
        return value

    def read_text(self, text: Any) -> int:
        """Return the number that digits spell."""
        if not (type(text) is str and _DIGITS.fullmatch(text)):
            raise unfit(text, "not_an_integer", self._expected())
        digits = text.lstrip("-").lstrip("0") or "0"
        size = int(digits) if len(digits) < 20 else _BEYOND
        return self.read(-size if text[0] == "-" else size)

    def _expected(self) -> str:
        return "a whole number" + _bounds(self.min, self.max, MIN, MAX)

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema."""
        if self.digits:
            return {"oneOf": [INT64 | {"minimum": self.min, "maximum": self.max}, _DIGITS_SCHEMA]}
        return {"type": "integer", "minimum": self.min, "maximum": self.max, "format": "int64"}


class Number(Kind, frozen=True):
    """A number from ``min`` to ``max``."""

    type_name: ClassVar[str] = "number"
    min: float = -math.inf
    max: float = math.inf

    def read(self, value: Any) -> float:
        """Return the number; true and false are none."""
        expected = "a number" + _bounds(self.min, self.max, -math.inf, math.inf)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise unfit(value, "not_a_number", expected)
        if value < self.min:
            raise unfit(value, "greater_or_equal_to", expected, number=self.min)
        if not value <= self.max:
            raise unfit(value, "less_or_equal_to", expected, number=self.max)
        return float(value)

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema."""
        return {"type": "number"} | {
            word: limit for word, limit in (("minimum", self.min), ("maximum", self.max)) if math.isfinite(limit)
        }


def _bounds(least: float, most: float, lowest: float, highest: float) -> str:
    """Return bounds in words, without those of the kind itself."""
    if least == lowest:
        return ""
    first, last = whole(least), whole(most)
    return f" of {first} or more" if most == highest else f" from {first} to {last}"


_DIGITS_SCHEMA: Json = {"type": "string", "pattern": "^-?[0-9]{1,18}$"}


class Capped(Integer, frozen=True):
    """A whole number from ``min`` on; more than ``cap`` is treated as ``cap``."""

    cap: int = MAX

    def read(self, value: Any) -> int:
        """Return the number."""
        return min(super(Capped, self).read(value), self.cap)  # noqa: UP008 - a struct's class is made anew

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema: it has no maximum, and no format ``int64``."""
        return {"type": "integer", "minimum": self.min}


class Boolean(Kind, frozen=True):
    """True or false; in a text also 1 and 0, in any case."""

    type_name: ClassVar[str] = "boolean"

    def read(self, value: Any) -> bool:
        """Return the truth value."""
        if type(value) is not bool:
            raise unfit(value, "inclusion", "true or false", **{"in": [True, False]})
        return value

    def read_text(self, text: Any) -> bool:
        """Return the truth value of a text."""
        return self.read(_BOOLEANS.get(text.lower(), text) if type(text) is str else text)

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema."""
        return {"type": "boolean"}


class Choice(Kind, frozen=True):
    """One of a few words; ``any_case`` accepts them in upper and lower case."""

    type_name: ClassVar[str] = "string"
    words: tuple[str, ...]
    any_case: bool = False

    def read(self, value: Any) -> str:
        """Return the word."""
        if type(value) is str:
            found = value.lower() if self.any_case else value
            for word in self.words:
                if found == (word.lower() if self.any_case else word):
                    return word
        raise unfit(value, "inclusion", f"one of {', '.join(self.words)}", **{"in": list(self.words)})

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema."""
        return {"type": "string", "enum": list(self.words)}


class InstantKind(Kind, frozen=True):
    """An ISO 8601 time with any offset: milliseconds since the epoch, written in UTC with milliseconds."""

    type_name: ClassVar[str] = "time"

    def read(self, value: Any) -> Any:
        """Return milliseconds since the epoch."""
        try:
            if type(value) is str:
                return parse_iso(value)
        except (ValueError, OverflowError):
            pass
        raise unfit(value, "invalid_iso_8601_time", "an ISO 8601 time such as 2019-03-13T17:32:00.000Z")

    def write(self, value: Any) -> str:
        """Return ISO 8601 in UTC with milliseconds."""
        return iso(value)

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema."""
        return {"type": "string", "format": "date-time"}


class Mapping(Kind, frozen=True):
    """An object with any keys, at most ``FREE_NESTING`` levels deep, so that it can always be written as JSON."""

    type_name: ClassVar[str] = "object"

    def read(self, value: Any) -> dict[str, Any]:
        """Return the object."""
        if type(value) is not dict:
            raise unfit(value, "must_be_an_object", "a mapping")
        if not value:
            return EMPTY
        if deeper_than(value, FREE_NESTING):
            levels = f"nested at most {FREE_NESTING} levels deep"
            raise unfit(value, "invalid", f"a mapping {levels}", format=levels)
        try:
            orjson.dumps(value)
        except TypeError:
            raise unfit(None, "invalid", "a mapping of texts to JSON values (quote the keys)", format="JSON") from None
        return value

    def schema(self, refer: Refer) -> Json:  # noqa: ARG002
        """Return the JSON Schema."""
        return {"type": "object", "additionalProperties": {}}


def deeper_than(value: Any, levels: int) -> bool:
    """Return whether a JSON value is nested deeper than ``levels``."""
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
