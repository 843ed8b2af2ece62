"""The values of YAML's plain scalars by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema).

So ``no``, ``on``, ``1:30`` and ``2019-03-13`` are texts, and ``012`` is the number twelve.
"""

from __future__ import annotations

import math
import re
from typing import Any

WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FIRST = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BASES = {"0o": 8, "0x": 16}
LEAST, GREATEST = -(2**63), 2**64 - 1
"""The bounds of 64-bit integers, signed and unsigned, which the JSON writer supports."""
TAG = "tag:yaml.org,2002:"
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "null": (type(None),),
}


class ScalarError(ValueError):
    """A scalar that JSON cannot express, or that does not fit its tag; the text says what was expected."""


def plain(text: str) -> Any:
    """Return the value of a plain scalar without a tag. Raise ScalarError on a number that JSON cannot express."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in _FIRST:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isfinite(number):
            return number
    elif not _NO_NUMBER.fullmatch(text):
        return text
    raise ScalarError("a number that JSON can hold (put it in quotes if it is a text)")


def tagged(tag: str, text: str) -> Any:
    """Return the value of a scalar with a tag. Raise ScalarError if it is not of that type, or the type is unknown."""
    name = tag.removeprefix(TAG)
    if tag == name or name not in _TYPES:
        raise ScalarError(f"no tag, or one of {', '.join(f'!!{known}' for known in _TYPES)}")
    if name == "str":
        return text
    value = plain(text)
    if type(value) not in _TYPES[name]:
        raise ScalarError(f"what {shown_tag(tag)} says")
    return float(value) if name == "float" else value


def shown_tag(tag: str) -> str:
    """Return a tag as people write it: ``!!int``."""
    return f"!!{tag.removeprefix(TAG)}" if tag.startswith(TAG) else tag


def _integer(text: str) -> int:
    digits = text.lstrip("+-0") if text[:2] not in _BASES else text
    number = int(text, _BASES.get(text[:2], 10)) if len(digits) < 70 else GREATEST + 1
    if not LEAST <= number <= GREATEST:
        raise ScalarError("a whole number of at most 64 bits (put it in quotes if it is a text)")
    return number
