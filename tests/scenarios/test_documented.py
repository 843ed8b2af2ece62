"""What docs/scenarios.md shows and says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.api.table import OPERATIONS
from mockserver.fixtures.shipped import shipped
from mockserver.scenarios.actions import EFFECTS
from mockserver.scenarios.library import load
from mockserver.scenarios.parse import RULE_KEYS, THEN_KEYS, parse_scenario
from mockserver.scenarios.when import KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_scenario(example: str) -> None:
    scenario = parse_scenario(example, "example", OPERATIONS)
    assert len(scenario.rules) == 2


def test_every_key_is_described() -> None:
    for key in (*RULE_KEYS, *THEN_KEYS, *KEYS, *EFFECTS):
        assert f"`{key}`" in PAGE


def test_the_number_of_scenarios_that_ship_is_right() -> None:
    assert f"{len(load(shipped('scenarios')))} ship with the mock" in PAGE
