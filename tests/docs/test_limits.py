"""Every limit stands on its page as the code has it."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

from mockserver import limits

PAGE = (Path(__file__).parents[2] / "docs" / "limits.md").read_text("utf-8")


def test_the_page_has_a_row_for_each_limit_and_no_other() -> None:
    body = ast.parse(Path(limits.__file__).read_text("utf-8")).body
    rows = [
        f"| {getattr(limits, limit.targets[0].id):,} | {' '.join(said.value.value.split()).replace('``', '`')} |"
        for limit, said in pairwise(body)
        if isinstance(limit, ast.Assign)
        and isinstance(limit.targets[0], ast.Name)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
        and isinstance(said.value.value, str)
    ]
    names = [node for node in body if isinstance(node, ast.Assign)]
    assert len(rows) == len(names), "each constant of limits.py has a docstring"
    written = [line for line in PAGE.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert written == rows, "docs/limits.md: one row a constant of mockserver/limits.py, in its order"
