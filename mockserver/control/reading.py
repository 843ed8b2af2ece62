"""Readers of values in control calls; problems are noted with their places."""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.documents.reading import Part
from mockserver.values.durations import Duration
from mockserver.worlds.worlds import NAME


def signed_duration(part: Part) -> int:
    """Read a duration that may be negative, in milliseconds."""
    return int(part.read(Duration(signed=True), 0))


def name(part: Part) -> str:
    """Read the name of a world."""
    text = part.value if isinstance(part.value, str) else ""
    if not NAME.fullmatch(text):
        part.wrong("1 to 64 of A-Z a-z 0-9 . _ -")
    return text


def status(part: Part) -> int:
    """Read a status, or a class such as ``4xx``, which is its first digit."""
    text = str(part.value).lower()
    if len(text) == 3 and text[0] in "12345" and text[1:] == "xx":
        return int(text[0])
    return part.integer(100, 599)


def each_of(part: Part) -> Iterator[Part]:
    """Return the parts of a query parameter that may be repeated, or have several values separated by commas."""
    for element in part.elements():
        values = element.value.split(",") if isinstance(element.value, str) else [element.value]
        yield from (
            Part(value.strip() if isinstance(value, str) else value, part.path, part.document) for value in values
        )
