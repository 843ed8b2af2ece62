"""JSON, read fast; its odd parts are looked for only where there are any."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

from mockserver.documents.core_schema import GREATEST, LEAST
from mockserver.documents.json_places import JsonPlaces
from mockserver.documents.problems import NoJsonError, Path, Problem
from mockserver.documents.reading import Document, Said
from mockserver.limits import NESTING

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*+)"(\s*:)?|-?[0-9][0-9.eE+-]*|[][{},]')
_LONG = re.compile("[0-9]{19}")
"""Digits that 64 bits may not hold; fewer they do."""


class _RepeatedKeyError(Exception):
    """Some key stands twice in an object."""


def read_json(data: bytes, file: str | None = None, within: int = 0) -> Document:
    """Read a JSON text that stands ``within`` so many lists and mappings of a whole. Raise NoJsonError."""
    document = Document(parsed(data, file), file, JsonPlaces(data.decode))
    note_oddities(document, data, within=within)
    return document


def parsed(data: bytes, file: str | None) -> Any:
    """Return what a JSON text says. Raise NoJsonError."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        found = f"no JSON ({error.msg})"
        raise NoJsonError([Problem(file=file, line=error.lineno, found=found, expected="JSON")]) from None


def note_oddities(
    document: Document, data: bytes, value: Any = None, at: Path = (), line: int = 1, within: int = 0
) -> None:
    """Note too much depth, keys that stand twice and integers beyond 64 bits in a JSON text.

    ``value`` is what it says, if that is not the document's; it stands at the path ``at``, and begins on ``line``.
    """
    value = document.value if value is None else value
    if data.count(b"{") + data.count(b"[") > NESTING - within and too_deep(value, NESTING - within):
        found = Said("more")
        document.wrong(at, f"at most {NESTING} lists and mappings inside one another", found, line=line)
        document.finish()
    if orjson.dumps(value) == data:  # as written by a program, and each number as it is
        return
    text = data.decode()
    if _is_odd(text):
        for path, expected, what, position in _oddities(text):
            document.wrong((*at, *path), expected, what, line=line + text.count("\n", 0, position))


def too_deep(value: Any, most: int) -> bool:
    """Return whether a JSON value has more than so many lists and mappings inside one another."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        if not level:
            return False
        level = [
            inner
            for each in level
            for inner in (each.values() if type(each) is dict else each)
            if type(inner) is dict or type(inner) is list
        ]
    return bool(level)


def _is_odd(text: str) -> bool:
    """Return whether a key stands twice or an integer may be beyond 64 bits."""
    try:
        _DECODE(text)
    except _RepeatedKeyError:
        return True
    return _LONG.search(text) is not None


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise _RepeatedKeyError


_DECODE = json.JSONDecoder(object_pairs_hook=_refuse_repeats).decode


def _oddities(text: str) -> Iterator[tuple[Path, str, Said, int]]:
    """Find what is odd, as path, expectation, finding and position."""
    path: list[str | int] = []
    seen: list[set[str] | None] = []  # the keys of each object that is open; None for a list
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
                yield tuple(path), "each key once", Said("the key a second time"), token.start()
            elif keys is not None:
                keys.add(key)
        elif first != '"' and token[0].lstrip("-").isdigit() and not LEAST <= int(token[0][:30]) <= GREATEST:
            expected = "a whole number of at most 64 bits (put it in quotes if it is a text)"
            yield tuple(path), expected, Said(token[0][:30]), token.start()
