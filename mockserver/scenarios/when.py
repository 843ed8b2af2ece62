"""``when``: the conditions of a rule. Every condition is optional, and a list means any of its elements."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fnmatch import translate
from typing import Any, NamedTuple

from msgspec import Struct

from mockserver.documents.reading import Part
from mockserver.limits import COMPARED
from mockserver.scenarios.facts import NOT_JSON, Facts, TooMuchToCompareError

KEYS = ("operation", "offer_id", "member_id", "club", "header", "query", "body", "method", "path")


class Difference(NamedTuple):
    """The first condition that a request does not meet, with both values."""

    key: str
    expected: Any
    found: Any


_INDEX = re.compile(r"\[[0-9]*\]")
_IDS = re.compile(r"[0-9]+(,[0-9]+)+")
Condition = Callable[[Facts], Difference | None]


class When(Struct, frozen=True):
    """Conditions in the order of ``KEYS``. ``operations`` are the names that it is limited to, or None for any.

    A request without an operation (for a picture) matches only if there is a condition on the path: ``anywhere``.
    """

    conditions: tuple[Condition, ...] = ()
    operations: frozenset[str] | None = None
    anywhere: bool = False

    def watches(self, operation: str | None) -> bool:
        """Return whether a request for this operation (None: without one) may meet the conditions."""
        if operation is None:
            return self.anywhere and self.operations is None
        return self.operations is None or operation in self.operations

    def difference(self, facts: Facts) -> Difference | None:
        """Return the first condition that the request does not meet, or None if it meets all."""
        if facts.operation is None and not self.watches(None):
            return Difference("path", "a condition on the path", facts.path)
        for condition in self.conditions:
            difference = condition(facts)
            if difference is not None:
                return difference
        return None


def read_when(part: Part, operations: Collection[str] | None) -> When:
    """Read the conditions; ``operations`` are the names that exist (None: any name is accepted)."""
    fields = part.fields(KEYS)
    conditions = [_READERS[key](fields[key]) for key in KEYS if key in fields]
    return When(tuple(conditions), _operations(fields.get("operation"), operations), "path" in fields)


def _operations(part: Part | None, known: Collection[str] | None) -> frozenset[str] | None:
    if part is None:
        return None
    return frozenset(each.text() if known is None else each.one_of(known) for each in part.elements())


# -- one reader for each key


def _plain(part: Part, read: Callable[[Part], Any]) -> Condition:
    key = part.path[-1]
    wanted = tuple(read(each) for each in part.elements())

    def condition(facts: Facts) -> Difference | None:
        found = getattr(facts, str(key))
        return None if found in wanted else Difference(str(key), part.value, found)

    return condition


def _method(part: Part) -> Condition:
    return _plain(part, lambda each: each.text().upper())


def _path(part: Part) -> Condition:
    patterns = tuple(re.compile(translate(each.text())) for each in part.elements())

    def condition(facts: Facts) -> Difference | None:
        met = any(pattern.match(facts.path) for pattern in patterns)
        return None if met else Difference("path", part.value, facts.path)

    return condition


def _header(part: Part) -> Condition:
    wanted = {name.lower(): _texts(each) for name, each in part.entries().items()}

    def condition(facts: Facts) -> Difference | None:
        for name, values in wanted.items():
            found = facts.header(name)
            if not any(value in values for value in found or (None,)):
                return Difference(f"header.{name}", _shown(values), ", ".join(found) if found else None)
        return None

    return condition


def _query(part: Part) -> Condition:
    wanted = {name: _texts(each) for name, each in part.entries().items()}

    def condition(facts: Facts) -> Difference | None:
        for name, values in wanted.items():
            found = [text for sent, texts in facts.query.items() if _is_called(sent, name) for text in texts]
            if not (any(value in values for value in _elements(found)) or (None in values and not found)):
                return Difference(f"query.{name}", _shown(values), found)
        return None

    return condition


def _is_called(sent: str, name: str) -> bool:
    """Return whether a parameter is meant by a name: itself, or an element of the array (``ids[]``, ``ids[0]``)."""
    if sent == name:
        return True
    plain = name.removesuffix("[]")
    return sent.partition("[")[0] == plain and (sent == plain or _INDEX.fullmatch(sent, len(plain)) is not None)


def _elements(texts: Sequence[str]) -> Iterator[str]:
    """Return the values of a parameter, including those of an array spelt ``ids=1,2``."""
    yield from texts
    for text in texts:
        if _IDS.fullmatch(text):
            yield from text.split(",")


def _texts(part: Part) -> tuple[str | None, ...]:
    """Read the accepted values of a header or parameter: null means not sent, an empty text means sent and empty."""
    return tuple(_text(each) for each in part.elements())


def _text(part: Part) -> str | None:
    if part.value is None:
        return None
    if part.value == "":
        return ""
    return part.as_spelt() if isinstance(part.value, bool) else part.text()


def _shown(values: tuple[str | None, ...]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _body(part: Part) -> Condition:
    part.entries()
    expected = part.value or {}

    def condition(facts: Facts) -> Difference | None:
        found = facts.json() if expected else expected
        try:
            if includes(found, expected, facts.compare):
                return None
        except TooMuchToCompareError:
            found = f"too much to compare: more than {COMPARED:,} values of one request"
        return Difference("body", expected, "no JSON" if found is NOT_JSON else found)

    return condition


def includes(found: Any, expected: Any, compare: Callable[[], object] = lambda: None) -> bool:
    """Return whether a JSON value includes the expected one; ``compare`` is called for each pair that is compared.

    A mapping includes another if it includes each of its values by key. A list includes a list if each expected element
    is included in one of its elements. For a single value, a list of expected ones means any of them.
    """
    compare()
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(
            key in found and includes(found[key], value, compare) for key, value in expected.items()
        )
    if isinstance(expected, list):
        if isinstance(found, list):
            return all(any(includes(each, value, compare) for each in found) for value in expected)
        return any(includes(found, value, compare) for value in expected)
    return _same_number(found, expected) or (type(found) is type(expected) and bool(found == expected))


def _same_number(found: Any, expected: Any) -> bool:
    numbers = (found, expected)
    return all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers) and bool(found == expected)


_READERS: Mapping[str, Callable[[Part], Condition]] = {
    "operation": lambda part: _plain(part, Part.text),
    "offer_id": lambda part: _plain(part, Part.integer),
    "member_id": lambda part: _plain(part, Part.integer),
    "club": lambda part: _plain(part, Part.text),
    "header": _header,
    "query": _query,
    "body": _body,
    "method": _method,
    "path": _path,
}
