"""Errors of the YAML parser as problems that authors understand."""

from __future__ import annotations

from typing import Any

import yaml

from mockserver.limits import NESTING

# part of the parser's message: (finding, expectation, whether its place is the start of the construct)
_MISTAKES: tuple[tuple[str, str, str, bool], ...] = (
    ("while scanning a quoted scalar", "a text in quotes without an end", "the same quote at its end", True),
    ("mapping values are not allowed", "': ' where no key can be",
     "quotes around a text that holds ': ', and all keys of a mapping in one column", False),
    ("did not find expected key", "a line that does not belong to the mapping around it",
     "'key: value' in the column of the other keys, and quotes around a whole text", False),
    ("did not find expected '-' indicator", "a line that does not belong to the list around it",
     "'- ' in the column of the other elements", False),
    ("could not find expected ':'", "a line without ': '", "'key: value'", True),
    ("did not find expected ',' or ']'", "a list that begins with [ and does not end",
     "commas between its elements and ] at its end", True),
    ("did not find expected ',' or '}'", "a mapping that begins with { and does not end",
     "commas between its keys and } at its end", True),
    ("did not find expected node content", "no value where one should be", "a value, or the closing bracket", False),
    ("block sequence entries are not allowed", "'- ' in the line of its key",
     "each element on a line of its own, or [a, b]", False),
    ("while parsing a quoted scalar", "a backslash in double quotes that means nothing",
     "single quotes, or two backslashes", False),
    ("unknown escape character", "a backslash in double quotes that means nothing",
     "single quotes, or two backslashes", False),
    ("alphabetic or numeric character", "a text that begins with & or *", "quotes around it", False),
    ("expected <document start>", "more after the end of the document", "one document", False),
    ("found a tab character", "a tab", "spaces to indent with", False),
    ("exceeded maximum", f"more than {NESTING} lists and mappings inside one another", "less nesting", False),
    ("tag", "a tag that is not YAML's", "quotes around a text that begins with !", False),
    ("flow sequence", "a list that begins with [ and does not end", "] at its end", True),
    ("flow mapping", "a mapping that begins with { and does not end", "} at its end", True),
)  # fmt: skip


def mistake(error: yaml.YAMLError, text: str) -> dict[str, Any]:
    """Return ``line``, ``found`` and ``expected`` of a problem for an error of the parser."""
    mark, begin = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or (str(error).splitlines() or ["unreadable"])[0]
    whole = f"{getattr(error, 'context', None) or ''} {said}"
    if "cannot start any token" in whole and mark is not None:
        return {"line": mark.line + 1, **_odd_character(text, mark)}
    if "node content" in whole and mark is not None and not text[mark.index :].strip():
        begin, whole = mark, "flow sequence" if text.rfind("[") > text.rfind("{") else "flow mapping"
    for part, found, expected, at_begin in _MISTAKES:
        if part in whole:
            place = begin if at_begin and begin is not None else mark
            return {"line": _line(place, text), "found": found, "expected": expected}
    return {"line": _line(mark, text), "found": f"no YAML ({said})", "expected": "YAML"}


def _line(mark: Any, text: str) -> int | None:
    """Return the line of a mark; for an early end the parser gives the line after the last."""
    return None if mark is None else min(mark.line, text.rstrip().count("\n")) + 1


def _odd_character(text: str, mark: Any) -> dict[str, str]:
    character = text[mark.index : mark.index + 1]
    if character == "\t":
        return {"found": "a tab", "expected": "spaces to indent with"}
    return {"found": f"a text that begins with {character}", "expected": "quotes around it"}
