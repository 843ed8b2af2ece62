"""YAML 1.2, read in one pass without recursion: values, the line of each, and problems.

Anchors, aliases and merges (``<<``) are supported within bounds. Keys are texts, as they are spelt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml
from msgspec import Struct, field

from mockserver.documents.core_schema import TAG, ScalarError, plain, shown_tag, tagged
from mockserver.documents.problems import DocumentError, KeyPath, Problem
from mockserver.documents.reading import Document, Wording
from mockserver.documents.yaml_mistakes import mistake
from mockserver.limits import ALIASED, NESTING

# libyaml, if PyYAML was built with it, reads ten times faster
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COLLECTIONS = {TAG + "map": dict, TAG + "seq": list}
Mark = tuple[int, Any]
"""The line of a value (in a mapping, of its key), and the marks inside it by key or index, or the spelling of a scalar."""


def read_yaml(text: str, file: str | None = None, within: int = 0, values: int | None = None) -> Document:
    """Read a YAML text of at most ``values`` values, which is nested in ``within`` lists and mappings of a whole.

    Problems after which reading can continue are noted in the document. Raise DocumentError on others.
    """
    reader = _Reader(Document(None, file), within, values)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.take(event)
    except yaml.YAMLError as error:
        found = Problem(file=file, **mistake(error, text))
        raise DocumentError([*reader.document.problems, found]) from None
    return reader.document


class YamlPlaces(Struct):
    """The places of the parts of a YAML text."""

    top: Mark

    def line(self, path: KeyPath) -> int:
        """Return the line of the value at a path, or of the innermost existing value around it."""
        line, marks = self.top
        for step in path:
            found = _inner(marks, step)
            if found is None:
                break
            line, marks = found
        return line

    def spelling(self, path: KeyPath) -> str | None:
        """Return the spelling of a scalar that is not a text."""
        marks = self.top[1]
        for step in path:
            found = _inner(marks, step)
            if found is None:
                return None
            marks = found[1]
        return marks if type(marks) is str else None


def _inner(marks: Any, step: str | int) -> Mark | None:
    if type(marks) is dict:
        found: Mark | None = marks.get(step)
        return found
    if type(marks) is list and type(step) is int and step < len(marks):
        found = marks[step]
        return found
    return None


class _Value(Struct):
    """A value that was read. ``size`` counts its scalars and collections, ``height`` its levels."""

    value: Any
    marks: Any = None
    size: int = 1
    height: int = 0


class _Open(_Value):
    """A collection that is being read; ``key`` is the key of the next value."""

    line: int = 0
    anchor: str | None = None
    key: str | None = None
    key_line: int = 0
    merging: bool = False
    merged: list[_Value] = field(default_factory=list)


class _Reader:
    def __init__(self, document: Document, within: int, most: int | None) -> None:
        self.document = document
        self._within = within
        self._most = most
        self._open: list[_Open] = []
        self._anchors: dict[str, _Value | None] = {}  # None while the collection is still open
        self._repeated = 0
        self._read = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event of the parser."""
        take = _TAKE.get(type(event))
        if take is not None:
            take(self, event)

    # -- places and problems

    def _path(self) -> KeyPath:
        steps = (len(each.value) if type(each.value) is list else each.key for each in self._open)
        return tuple(step for step in steps if step is not None)

    def _wrong(self, event: yaml.Event, expected: str, found: str) -> None:
        self.document.wrong(self._path(), expected, Wording(found), line=_line(event))

    def _stop(self, event: yaml.Event, expected: str, found: str) -> None:
        """Note a problem, and end the reading."""
        self._wrong(event, expected, found)
        self.document.finish()

    def _check_depth(self, event: yaml.Event, height: int) -> None:
        if self._within + len(self._open) + height > NESTING:
            self._stop(event, f"at most {NESTING} lists and mappings inside one another", "more")

    # -- events

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(event, "one document", "a second one after ---")

    def _scalar(self, event: Any) -> None:
        top = self._open[-1] if self._open else None
        is_plain = event.implicit[0] and not event.style
        if top is not None and top.key is None and type(top.value) is dict:
            self._key(event, top, event.value, merging=is_plain and event.value == "<<")
            if event.anchor:
                self._anchors[event.anchor] = _Value(event.value)
            return
        value: Any = event.value
        try:
            if event.tag and event.tag != "!":
                value = tagged(event.tag, value)
            elif is_plain:
                value = plain(value)
        except ScalarError as error:
            tag = f"{shown_tag(event.tag)} " if event.tag else ""
            self._wrong(event, str(error), f"{tag}{value[:80]}")
        self._add(_Value(value, None if type(value) is str else event.value), event, event.anchor)

    def _key(self, event: Any, top: _Open, name: str, *, merging: bool = False) -> None:
        top.key, top.key_line, top.merging = name, _line(event), merging
        if name in top.value and not merging:
            self._wrong(event, "each key once", "the key a second time")

    def _begin(self, event: Any) -> None:
        self._check_depth(event, 1)
        made: type = dict if isinstance(event, yaml.MappingStartEvent) else list
        if self._open and type(self._open[-1].value) is dict and self._open[-1].key is None:
            self._stop(event, "a text as a key", "a list or mapping as a key")
        if event.tag and event.tag != "!" and _COLLECTIONS.get(event.tag) is not made:
            self._wrong(event, "no tag", shown_tag(event.tag))
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Open(made(), made(), line=_line(event), anchor=event.anchor))

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        for each in done.merged:  # own keys win, then those of the first merged mapping
            for name, value in each.value.items():
                if name not in done.value:
                    done.value[name], done.marks[name] = value, each.marks[name]
        done.height += 1
        self._add(done, event, done.anchor)

    def _alias(self, event: Any) -> None:
        found = self._anchors.get(event.anchor)
        if found is None:
            known = event.anchor in self._anchors
            expected = "an anchor that does not hold the alias" if known else "an anchor that stands before it"
            self._stop(event, expected, f"*{event.anchor}")
            return
        self._repeated += found.size
        if self._repeated > ALIASED:
            self._stop(event, f"aliases that repeat at most {ALIASED:,} values", "more")
        self._check_depth(event, found.height)
        top = self._open[-1]  # an anchor precedes it, so it is not the whole document
        if top.key is None and type(top.value) is dict:
            if type(found.value) is not str:
                self._stop(event, "a text as a key", f"*{event.anchor}")
            self._key(event, top, found.value)
        else:
            self._add(found, event, None)

    def _add(self, node: _Value, event: Any, anchor: str | None) -> None:
        """Add a value: as the top, to the open list, or under the preceding key."""
        if anchor:
            self._anchors[anchor] = node
        line = node.line if type(node) is _Open else _line(event)
        if not self._open:
            self.document.value, self.document.places = node.value, YamlPlaces((line, node.marks))
            return
        top = self._open[-1]
        top.size += node.size
        self._read += 1
        if self._most is not None and self._read > self._most:
            self._stop(event, f"at most {self._most:,} values", "more")
        top.height = max(top.height, node.height)
        if top.key is None:
            top.value.append(node.value)
            top.marks.append((line, node.marks))
        elif top.merging:
            self._merge(top, node, event)
            top.key = None
        else:
            top.value[top.key], top.marks[top.key] = node.value, (top.key_line, node.marks)
            top.key = None

    def _merge(self, top: _Open, node: _Value, event: Any) -> None:
        """Note the values that ``<<`` merges: a mapping, or a list of mappings."""
        several = type(node.value) is list
        each = (
            [_Value(value, marks[1]) for value, marks in zip(node.value, node.marks, strict=True)]
            if several
            else [node]
        )
        if all(type(one.value) is dict for one in each):
            top.merged += each
        else:
            self._wrong(event, "a mapping to merge, or a list of mappings", "something else after <<")


_TAKE: dict[type, Callable[[_Reader, Any], None]] = {
    yaml.DocumentStartEvent: _Reader._document,
    yaml.ScalarEvent: _Reader._scalar,
    yaml.SequenceStartEvent: _Reader._begin,
    yaml.MappingStartEvent: _Reader._begin,
    yaml.SequenceEndEvent: _Reader._end,
    yaml.MappingEndEvent: _Reader._end,
    yaml.AliasEvent: _Reader._alias,
}


def _line(event: Any) -> int:
    line: int = event.start_mark.line + 1
    return line
