"""From the text of a YAML or JSON file to a value with the line of each of its parts."""

from __future__ import annotations

from typing import Any

import yaml

from mockserver.scenarios.reading import Document, Path, Problem, ScenarioError

# libyaml, where PyYAML was built with it, reads ten times faster
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_VALUES = 100_000  # aliases can make a small text an enormous value
_DEEPEST = 60
_TEXTS = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:str"}


def read_text(text: str, source: str) -> Document:
    """Read YAML (of which JSON is a part) and answer it as a document. Raise ScenarioError where it is not YAML."""
    try:
        loader = _LOADER(text)
        node = loader.get_single_node()
        walk = _Walk(loader, source)
        return Document(None if node is None else walk.value(node, ()), source, walk.lines, walk.problems)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable text"
        raise ScenarioError([Problem(source, line, "", f"no YAML ({reason})", "YAML or JSON")]) from error


class _Walk:
    """One pass over the nodes of a document. Dates stay text, keys become text."""

    def __init__(self, loader: Any, source: str) -> None:
        self._loader = loader
        self._source = source
        self._values = 0
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        self._values += 1
        if self._values > _MOST_VALUES or len(path) > _DEEPEST:
            raise ScenarioError(
                [self._problem(node, path, "a document that is too large or too deep", "a smaller one")]
            )
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*path, index)) for index, each in enumerate(node.value)]
        if node.tag in _TEXTS:
            return node.value
        try:
            return self._loader.construct_object(node)
        except ValueError:
            return node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        merges = any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value)
        self._loader.flatten_mapping(node)
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in found and not merges:
                self.problems.append(self._problem(key, (*path, name), f"the key {name} twice", "each key once"))
            found[name] = self.value(value, (*path, name))
            self.lines[(*path, name)] = key.start_mark.line + 1
        return found

    def _problem(self, node: yaml.Node, path: Path, found: str, expected: str) -> Problem:
        return Problem(self._source, node.start_mark.line + 1, ".".join(map(str, path)), found, expected)
