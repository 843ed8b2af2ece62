"""JSON, read fast; a slower search for repeated keys and big integers runs only if there may be some."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

from mockserver.documents.core_schema import GREATEST, LEAST
from mockserver.documents.json_pieces import PIECE, JsonPieces, JsonSyntaxError
from mockserver.documents.json_places import JsonPlaces
from mockserver.documents.problems import DocumentError, KeyPath, NoJsonError, Problem
from mockserver.documents.reading import Document, Wording
from mockserver.limits import NESTING
from mockserver.values.nesting import TooDeepError, is_deep, is_too_deep, too_deep

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*+)"(\s*:)?|-?[0-9][0-9.eE+-]*|[][{},]')
TOO_DEEP = f"at most {NESTING} lists and mappings inside one another"
_LONG = re.compile("[0-9]{19}")
"""So many digits may exceed 64 bits; fewer cannot."""


class _RepeatedKeyError(Exception):
    """A key occurs twice in an object."""


def read_json(data: bytes, file: str | None = None, within: int = 0) -> Document:
    """Read a JSON text, which is nested in ``within`` lists and mappings of a whole. Raise NoJsonError."""
    if len(data) > PIECE:
        return _read_long(data.decode(), file, NESTING - within)
    document = Document(parsed(data, file), file, JsonPlaces(data.decode))
    note_oddities(document, data, within=within)
    return document


def _read_long(text: str, file: str | None, most: int) -> Document:
    pieces, document = JsonPieces(text, most), Document(None, file, JsonPlaces(lambda: text))
    try:
        document.value = pieces.value()
        if too_deep(document.value, most):
            raise TooDeepError
    except TooDeepError:
        document.wrong((), TOO_DEEP, Wording("more"), line=1)
        document.finish()
    except JsonSyntaxError as error:
        raise NoJsonError([_no_json(error.msg, error.line, file)]) from None
    if pieces.odd:
        for path, expected, what, position in _oddities(text):
            document.wrong(path, expected, what, line=1 + text.count("\n", 0, position))
    return document


def _no_json(why: str, line: int, file: str | None) -> Problem:
    return Problem(file=file, line=line, found=f"no JSON ({why})", expected="JSON")


def parsed(data: bytes, file: str | None) -> Any:
    """Return the value of a JSON text. Raise NoJsonError, or DocumentError where it is nested too deep."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if is_too_deep(error):
            raise DocumentError([Problem(file=file, line=error.lineno, found="more", expected=TOO_DEEP)]) from None
        raise NoJsonError([_no_json(error.msg, error.lineno, file)]) from None


def note_oddities(
    document: Document, data: bytes, value: Any = None, at: KeyPath = (), line: int = 1, within: int = 0
) -> None:
    """Note excessive depth, repeated keys and integers beyond 64 bits in a JSON text.

    ``value`` is its value, if that is not the document's; it is at the path ``at``, and begins on ``line``.
    """
    value = document.value if value is None else value
    if is_deep(data, value, NESTING - within):
        found = Wording("more")
        document.wrong(at, TOO_DEEP, found, line=line)
        document.finish()
    if orjson.dumps(value) == data:  # written by a program, with no number changed
        return
    text = data.decode()
    if _is_odd(text):
        for path, expected, what, position in _oddities(text):
            document.wrong((*at, *path), expected, what, line=line + text.count("\n", 0, position))


def _is_odd(text: str) -> bool:
    """Return whether a key occurs twice or an integer may exceed 64 bits."""
    try:
        _DECODE(text)
    except _RepeatedKeyError:
        return True
    return _LONG.search(text) is not None


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise _RepeatedKeyError


_DECODE = json.JSONDecoder(object_pairs_hook=_refuse_repeats).decode


def _oddities(text: str) -> Iterator[tuple[KeyPath, str, Wording, int]]:
    """Return the odd values, each as path, expectation, finding and position."""
    path: list[str | int] = []
    seen: list[set[str] | None] = []  # the keys of each open object; None for a list
    for token in _TOKEN.finditer(text):
        first = text[token.start()]
        if first in "{[":
            seen.append(set() if first == "{" else None)
            path.append(0)
        elif first in "}]":
            seen.pop()
            path.pop()
        elif first == ",":
            if seen[-1] is None:
                path[-1] = int(path[-1]) + 1
        elif token[2]:
            key, keys = json.loads(f'"{token[1]}"', strict=False), seen[-1]
            path[-1] = key
            if keys is not None and key in keys:
                yield tuple(path), "each key once", Wording("the key a second time"), token.start()
            elif keys is not None:
                keys.add(key)
        elif first != '"' and token[0].lstrip("-").isdigit() and not LEAST <= int(token[0][:30]) <= GREATEST:
            expected = "a whole number of at most 64 bits (put it in quotes if it is a text)"
            yield tuple(path), expected, Wording(token[0][:30]), token.start()
