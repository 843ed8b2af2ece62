"""Writes scenarios as YAML that reads back as the same value."""

from __future__ import annotations

import re
from typing import Any

import yaml

# texts that are numbers in YAML 1.2, but not in YAML 1.1, by whose rules PyYAML quotes
_NUMBER_TOO = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+")


class _Writer(yaml.SafeDumper):
    """Writes block style, with lists indented below their key and without aliases."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ARG002
        return super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        quoted = "'" if _NUMBER_TOO.fullmatch(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else quoted)


_Writer.add_representer(str, _Writer.represent_str)


def write_yaml(value: Any) -> str:
    """Return a JSON value as YAML in block style, keys in their order."""
    return yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)
