"""Every limit on what is sent to the mock or read by it, in one table: beyond one, the caller is told at once which."""

from __future__ import annotations

NESTING = 60
"""Lists and mappings inside one another, in any YAML or JSON; a part is counted from where it stands in the whole."""
SCENARIO_TEXT = 1024 * 1024
"""Bytes of a scenario or rule as YAML or JSON text, counted before it is parsed."""
SCENARIO_VALUES = 100_000
"""Values in a scenario or rule as YAML text: mappings, lists, texts, numbers."""
SCENARIO_RULES = 1_000
"""Rules in one scenario."""
RULE_HEADERS = 100
"""Headers in one ``headers`` of a rule."""
RULE_HEADER_BYTES = 64 * 1024
"""Characters of all their names and values."""
BODY_READ_AT_ONCE = 64 * 1024
"""Bytes of a control call's body that is read between other requests; a longer one is read beside them, on a thread."""
PROBLEMS = 100
"""Problems told of one directory, file or body; then "and more"."""
TALLIES = 10_000
"""Kinds of requests (operation, status, refusal, member, offer, delivered) that a world counts beyond its journal."""
ALIASED = 100_000
"""Values that the aliases (``*name``) and merges (``<<``) of one YAML text repeat, counted as if written out."""
