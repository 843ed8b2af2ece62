"""Problems: the leaves of the 422 tree (the contract, "Invalid parameters (422)").

A leaf is a list of ``{"value", "error": SYMBOL, "options", "message"}``. Messages read well after an attribute's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

KeyPath = tuple[str | int, ...]
"""The keys and indexes that lead from the top of a document to a value."""

SHOWN = 1_000  # the longest text, or JSON, that a response repeats
TOO_LARGE = "(too large to repeat)"

MESSAGES: dict[str, str] = {
    "presence": "must be present",
    "inclusion": "must be one of: {in}",
    "must_be_an_object": "must be an object",
    "must_be_an_array": "must be an array",
    "must_be_an_array_of_objects": "must be an array of objects",
    "must_have_elements_of_type": "must have elements of type {type}",
    "not_an_integer": "must be an integer",
    "not_a_number": "must be a number",
    "invalid_iso_8601_time": "must be an ISO 8601 time, such as 2019-03-13T17:32:00.000Z",
    "invalid": "must be {format}",
    "greater_than": "must be greater than {number}",
    "greater_or_equal_to": "must be greater than or equal to {number}",
    "less_than": "must be less than {number}",
    "less_or_equal_to": "must be less than or equal to {number}",
    "size_too_small": "must have a size of at least {number}",
    "size_too_large": "must have a size of at most {number}",
    "attribute_cannot_be_present_with": "cannot be present with {with}",
    "taken": "has already been taken",
}


def leaf(value: Any, symbol: str, **options: Any) -> dict[str, Any]:
    """Return one leaf's entry; ``options`` are the symbol's own (``in``, ``type``, ``number``, ...)."""
    words = {name: _listed(option) for name, option in options.items()}
    message = MESSAGES[symbol].format_map(words)
    return {"value": shown(value), "error": symbol, "options": options, "message": message}


class UnfitError(ValueError):
    """A value is not of its kind.

    ``tree`` is the error for apps: a list of leaves, or a mapping by key or index. ``problems`` are for people, each as (path
    inside the value, what was expected).
    """

    def __init__(self, tree: Any = None, *problems: tuple[KeyPath, str]) -> None:
        super().__init__("; ".join(expected for _, expected in problems))
        self.tree = tree
        self.problems = problems


def unfit(value: Any, symbol: str, expected: str, **options: Any) -> UnfitError:
    """Return the error of a value that is wrong as a whole."""
    return UnfitError([leaf(value, symbol, **options)], ((), expected))


def nested(problems: Iterable[tuple[KeyPath, str]], *before: str | int) -> Iterator[tuple[KeyPath, str]]:
    """Return problems of a part with the path ``before`` it, as problems of the whole."""
    return (((*before, *path), expected) for path, expected in problems)


def shown(value: Any) -> Any:
    """Return a value that an error can repeat: text is cut, and a value that is too large or too deep is left out."""
    if isinstance(value, str):
        cut = value if len(value) <= SHOWN else value[:SHOWN] + "..."
        return cut.encode("utf-8", "replace").decode()
    try:
        return value if len(orjson.dumps(value)) <= SHOWN else TOO_LARGE
    except TypeError:  # an integer beyond 64 bits, lone surrogates, or nesting too deep
        return TOO_LARGE


def messages(tree: Any, path: str = "") -> Iterator[str]:
    """Return the leaves of a tree as sentences, each with its path if it has one."""
    if isinstance(tree, dict):
        for name, branch in tree.items():
            yield from messages(branch, f"{path}.{name}" if path else str(name))
    else:
        for entry in tree:
            yield f"{path} {entry['message']}" if path else entry["message"]


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any, str]]:
    """Return the leaves of a tree: path, value sent and value expected of each. A rule may define any tree."""
    if isinstance(tree, dict):
        for name, branch in tree.items():
            yield from leaves(branch, f"{path}.{name}" if path else str(name))
    for entry in tree if isinstance(tree, list) else ():
        if isinstance(entry, dict) and {"value", "message"} <= entry.keys():
            yield path, entry["value"], str(entry["message"]).removeprefix("must be ").removeprefix("must have ")


def bounded(tree: Any, most: int) -> Any:
    """Return a tree with its first leaves, ``most`` at most."""
    return _bounded(tree, [most])


def _bounded(tree: Any, left: list[int]) -> Any:
    if not isinstance(tree, dict):
        left[0] -= 1
        return tree
    found = {}
    for name, branch in tree.items():
        if left[0] <= 0:
            break
        found[name] = _bounded(branch, left)
    return found


def _listed(option: Any) -> str:
    return ", ".join(_text(each) for each in option) if isinstance(option, (list, tuple)) else _text(option)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
