"""The kinds of values that fixture files hold: how each is read, and how it is written again.

They know no marshmallow, so that a start with good fixtures does not pay for importing it (about 90 ms);
``fixtures.py`` makes marshmallow fields of them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import orjson
from msgspec import Struct

from mockserver.domain.instants import iso
from mockserver.schemas.moments import EXPECTED as A_DATE
from mockserver.schemas.moments import Relative, parse_moment

Path = tuple[str | int, ...]
EMPTY: dict[str, Any] = {}
"""Shared by all records: dictionaries inside a record are never changed in place."""


class UnfitError(ValueError):
    """A value is not of its kind. ``problems`` are (path inside the value, what was expected)."""

    def __init__(self, *problems: tuple[Path, str]) -> None:
        super().__init__("; ".join(expected for _, expected in problems))
        self.problems = problems


def unfit(expected: str) -> UnfitError:
    """Return the error of a value that is wrong as a whole."""
    return UnfitError(((), expected))


class Kind(Protocol):
    """Reads a value of a file into what a record holds (raises ``UnfitError``), and writes it again."""

    def read(self, value: Any) -> Any:
        """Return the record's value."""

    def write(self, value: Any) -> Any:
        """Return the file's value, JSON-able."""


class Plain(Struct, frozen=True):
    """A kind whose values look the same in the file and in the record."""

    def write(self, value: Any) -> Any:
        """Return the value as it is."""
        return value


class Text(Plain, frozen=True):
    """A string; ``filled`` ones are not empty."""

    filled: bool = False

    def read(self, value: Any) -> str:
        """Return the string."""
        if type(value) is not str:
            raise unfit("a text (put it in quotes)")
        if self.filled and not value.strip():
            raise unfit("a text that is not empty")
        return value


class Whole(Plain, frozen=True):
    """An integer of at most 64 bits, from ``minimum`` on."""

    minimum: int = -(2**63)

    def read(self, value: Any) -> int:
        """Return the integer; true and false are none."""
        if type(value) is not int or not self.minimum <= value < 2**63:
            raise unfit("a whole number" + (f", {self.minimum} or more" if self.minimum > -(2**63) else ""))
        return value


class Flag(Plain, frozen=True):
    """True or false."""

    def read(self, value: Any) -> bool:
        """Return the truth value."""
        if type(value) is not bool:
            raise unfit("true or false")
        return value


class Choice(Plain, frozen=True):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: Any) -> str:
        """Return the word."""
        if value not in self.words:
            raise unfit(f"one of {', '.join(self.words)}")
        return str(value)


class Zone(Plain, frozen=True):
    """The name of a timezone."""

    def read(self, value: Any) -> str:
        """Return the name, if the timezone is known."""
        try:
            return ZoneInfo(value).key
        except (TypeError, ValueError, AttributeError, OSError, LookupError):  # whatever zoneinfo makes of a wrong name
            raise unfit("the name of a timezone, such as Europe/Oslo") from None


class Date:
    """An instant, in a file also relative to the making of the world."""

    def read(self, value: Any) -> Any:
        """Return milliseconds since the epoch, or a ``Relative``."""
        try:
            if type(value) is str:
                return parse_moment(value)
        except ValueError:
            pass
        raise unfit(A_DATE)

    def write(self, value: Any) -> str:
        """Return ISO 8601 in UTC with milliseconds."""
        return iso(value)


class Dates:
    """One date or a list of dates."""

    def read(self, value: Any) -> tuple[int | Relative, ...]:
        """Return the dates in the file's order."""
        return _EACH_DATE.read(value) if type(value) is list else (_A_DATE.read(value),)

    def write(self, value: Any) -> list[str]:
        """Return a list of ISO 8601 times."""
        return [iso(instant) for instant in value]


class Mapping(Plain, frozen=True):
    """A mapping of texts to any JSON values."""

    def read(self, value: Any) -> dict[str, Any]:
        """Return the mapping, if JSON can hold it."""
        if type(value) is not dict:
            raise unfit("a mapping")
        if not value:
            return EMPTY
        try:
            orjson.dumps(value)
        except TypeError:
            raise unfit("a mapping of texts to JSON values (quote the keys)") from None
        return value


class Bytes(Struct, frozen=True):
    """Base64 in the file, bytes in the record."""

    def read(self, value: Any) -> bytes:
        """Return the bytes."""
        try:
            return base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error):
            raise unfit("base64") from None

    def write(self, value: bytes) -> str:
        """Return base64."""
        return base64.b64encode(value).decode()


class Each(Struct, frozen=True):
    """A list of one kind; ``into`` makes what the record holds."""

    kind: Kind
    unique: bool = False
    into: Callable[[Sequence[Any]], Collection[Any]] = tuple

    def read(self, value: Any) -> Any:
        """Return the elements."""
        if type(value) is not list:
            raise unfit("a list")
        if self.unique and len(value) > 1:
            self._refuse_repeats(value)
        read = self.kind.read
        try:
            return self.into([read(element) for element in value])
        except UnfitError:
            raise UnfitError(*self._problems(value)) from None

    def _problems(self, value: list[Any]) -> list[tuple[Path, str]]:
        found: list[tuple[Path, str]] = []
        for index, element in enumerate(value):
            try:
                self.kind.read(element)
            except UnfitError as error:
                found += [((index, *path), expected) for path, expected in error.problems]
        return found

    @staticmethod
    def _refuse_repeats(value: list[Any]) -> None:
        repeats = [index for index, element in enumerate(value) if element in value[:index]]
        if repeats:
            raise UnfitError(*(((index,), "an element that is not in the list already") for index in repeats))

    def write(self, value: Any) -> list[Any]:
        """Return the list; sets are sorted."""
        write = self.kind.write
        return [write(element) for element in (sorted(value) if isinstance(value, frozenset) else value)]


_A_DATE = Date()
_EACH_DATE = Each(_A_DATE)
