"""What docs/scenarios.md shows and says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.api.table import OPERATIONS
from mockserver.scenarios.actions import ACTIONS
from mockserver.scenarios.parse import RULE_KEYS, THEN_KEYS, parse_scenario
from mockserver.scenarios.when import KEYS
from tests.regenerate import row_of

PAGE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_scenario(example: str) -> None:
    scenario = parse_scenario(example, "example", OPERATIONS)
    assert len(scenario.rules) == 2


def test_every_key_is_described() -> None:
    for key in (*RULE_KEYS, *THEN_KEYS, *KEYS, *ACTIONS):
        assert f"`{key}`" in PAGE


def test_the_table_of_actions_is_theirs() -> None:
    missing = [row for row in map(row_of, ACTIONS) if row not in PAGE]
    assert not missing, "run: python -m tests.regenerate"
