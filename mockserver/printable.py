"""Makes texts of clients safe to show: without control characters for a terminal, and valid in an XML file."""

from __future__ import annotations

import json
import re
from typing import Any

# C0 and C1 controls, line separators and bidirectional overrides, lone surrogates, and what XML 1.0 has no way to write
_RAW = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return one line of text with its control characters written as ``\\u001b``, as JSON writes them."""
    return _RAW.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def in_words(value: Any) -> str:
    """Return a value for people: names with their values, texts unquoted, anything else as JSON."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {in_words(each)}" for name, each in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
