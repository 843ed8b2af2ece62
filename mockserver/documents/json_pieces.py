"""Long JSON read piece by piece: a text read in one go would hold up all other threads until its end."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

import orjson

from mockserver.values.nesting import TooDeepError

PIECE = 64 * 1024
"""Characters that are read in one go."""
_SPACE = re.compile(r"[ \t\r\n]*")
_COMMA = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
_COLON = re.compile(r"[ \t\r\n]*:[ \t\r\n]*")
_NESTED = re.compile(r'[\[{"]')
_LONG = re.compile("[0-9]{19}")
"""So many digits may exceed 64 bits; fewer cannot."""
_AFTER = frozenset(" \t\r\n,:]}") | {""}
"""What may follow a value; before anything else a number goes on."""
_OPEN = {"[": "]", "{": "}"}


class JsonSyntaxError(ValueError):
    """A text is no JSON; ``msg`` says why, and ``line`` where."""

    def __init__(self, msg: str, line: int) -> None:
        super().__init__(msg)
        self.msg = msg
        self.line = line


class JsonPieces:
    """A JSON text; ``value`` reads it. ``odd`` tells whether a key may occur twice or an integer exceed 64 bits.

    The standard library's scanner finds where a value ends, orjson reads it.
    """

    def __init__(self, text: str, depth: int) -> None:
        self._odd = False
        self._repeats = repeats = list[bool]()

        def look(pairs: list[tuple[str, Any]]) -> None:  # no method: the scanner would hold the text in a circle
            if len(dict(pairs)) < len(pairs):
                repeats.append(True)

        self._text = text
        self._depth = depth
        decoder: Any = json.JSONDecoder(object_pairs_hook=look)
        self._scan = decoder.scan_once

    @property
    def odd(self) -> bool:
        """Whether a key may occur twice or an integer exceed 64 bits in what was read."""
        return self._odd or bool(self._repeats)

    def value(self) -> Any:
        """Return the value. Raise JsonSyntaxError, or TooDeepError where it is nested deeper than it may be."""
        start = self._space(0)
        value, end = self._whole(start, self._depth)
        if self._space(end) < len(self._text):
            raise self._error(end)
        return value

    def end(self, start: int) -> int:
        """Return where the value that begins at a place ends."""
        return self._whole(start, self._depth)[1]

    def _whole(self, start: int, depth: int) -> tuple[Any, int]:
        """Return the value that begins at a place, and its end."""
        end = self._end(start)
        first = self._text[start : start + 1]
        if end is None and first in _OPEN:
            if depth == 0:
                raise TooDeepError
            found: Any = [] if first == "[" else {}
            return found, self._fill(found, start, depth - 1)
        end = self._end_of_long(start) if end is None else end
        return self._read(self._text[start:end], start), end

    def _fill(self, found: Any, start: int, depth: int) -> int:
        """Fill a long list or object that begins at a place; return its end."""
        first, members, place = self._text[start], 0, self._space(start + 1)
        if self._text[place : place + 1] == _OPEN[first]:
            return place + 1
        while True:
            end, count = self._flat(place) if first == "[" else (None, 0)
            if end is None:
                end, count = self._members(place, first)
            if end is not None:
                self._take(found, place, end)
            else:  # a long one
                key, at = (None, place) if first == "[" else self._key(place)
                value, end = self._whole(at, depth)
                found.append(value) if key is None else found.update({key: value})
                count = 1
            members += count
            place = self._space(end)
            if self._text[place : place + 1] == _OPEN[first]:
                self._odd = self._odd or (first == "{" and len(found) < members)
                return place + 1
            if self._text[place : place + 1] != ",":
                raise self._error(place)
            place = self._space(place + 1)

    def _flat(self, start: int) -> tuple[int | None, int]:
        """Return where the last of some elements ends, if they are no lists, objects or texts."""
        piece = self._text[start : start + PIECE]
        if _NESTED.search(piece):
            return None, 0
        end = piece.find("]")
        end = piece.rfind(",") if end < 0 else end
        return (start + end, 1) if end > 0 else (None, 0)

    def _members(self, start: int, first: str) -> tuple[int | None, int]:
        """Return where the last of some members ends, those that end within a piece of the text, and their number."""
        piece = self._text[start : start + PIECE]
        last = start + PIECE >= len(self._text)
        place, end, count, scan = 0, None, 0, self._scan
        with suppress(ValueError, StopIteration, RecursionError):
            while True:
                if first == "{":
                    place = scan(piece, place)[1]
                    colon = _COLON.match(piece, place)
                    if colon is None:
                        break
                    place = colon.end()
                place = scan(piece, place)[1]
                if (place == len(piece) and not last) or piece[place : place + 1] not in _AFTER:
                    break
                end, count = place, count + 1
                comma = _COMMA.match(piece, place)
                if comma is None:
                    break
                place = comma.end()
        return (None if end is None else start + end), count

    def _take(self, found: Any, begin: int, end: int) -> None:
        """Read members of a list or object that stand between two places."""
        text, is_list = self._text[begin:end], type(found) is list
        read = self._read(f"[{text}]" if is_list else f"{{{text}}}", begin)
        found.extend(read) if is_list else found.update(read)

    def _read(self, text: str, start: int) -> Any:
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise JsonSyntaxError(error.msg, self._text.count("\n", 0, start) + error.lineno) from None
        self._odd = self._odd or (text[0] != '"' and _LONG.search(text) is not None)
        return value

    # -- where values end

    def _end(self, start: int) -> int | None:
        """Return where a value ends; None if that is not within a piece of the text, or nowhere."""
        piece = self._text[start : start + PIECE]
        try:
            end = int(self._scan(piece, 0)[1])
        except (ValueError, StopIteration, RecursionError):
            return None
        whole = end < len(piece) or start + PIECE >= len(self._text)
        return start + end if whole and piece[end : end + 1] in _AFTER else None

    def _key(self, place: int) -> tuple[str, int]:
        end = self._end(place) or self._end_of_long(place)
        colon = _COLON.match(self._text, end)
        key = self._read(self._text[place:end], place)
        if colon is None or type(key) is not str:
            raise self._error(end)
        return key, colon.end()

    def _end_of_long(self, start: int) -> int:
        """Return where a long text or number ends."""
        try:
            return int(json.JSONDecoder().raw_decode(self._text, start)[1])
        except (ValueError, RecursionError):
            raise self._error(start) from None

    def _space(self, place: int) -> int:
        found = _SPACE.match(self._text, place)
        return place if found is None else found.end()

    def _error(self, place: int) -> JsonSyntaxError:
        """Return what is wrong with the text about there."""
        return JsonSyntaxError("no value that ends, or something after it", self._text.count("\n", 0, place) + 1)
