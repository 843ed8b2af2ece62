"""The capsules that are kept for good come out as they did, and tell of each boundary that moves."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from mockserver.capsules.format import unpack
from mockserver.capsules.replay import Replayed, replay
from mockserver.capsules.telling import in_lines, result
from mockserver.cli import main
from mockserver.domain import usage, visibility
from mockserver.mock import Mock
from tests.capsules.keep import KEPT, MADE

FILES = sorted(KEPT.glob("*.zip"))
SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.GtE: ast.Gt}


def replayed(file: Path) -> list[Replayed]:
    return list(replay(unpack(file.read_bytes()), Mock))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_kept_capsule_comes_out_as_it_did(file: Path) -> None:
    found = replayed(file)
    assert len(found) > 20
    differing = next((each for each in found if not each.same), None)
    assert differing is None, "\n".join(in_lines(result(differing, len(found))))
    assert not any(each.skipped for each in found)


def test_at_least_two_are_kept() -> None:
    assert {file.name for file in FILES} >= set(MADE)


def comparisons(module: ModuleType) -> Iterator[tuple[ModuleType, int, int]]:
    """Each ``<``, ``<=`` and ``>=`` of a module, by its place among its comparisons."""
    nodes = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Compare)]
    for place, node in enumerate(nodes):
        if type(node.ops[0]) in SWAPPED:
            yield module, place, node.lineno


def moved(module: ModuleType, place: int) -> dict[str, CodeType]:
    """The functions of a module whose comparison at a place is off by one, as code."""
    tree = ast.parse(inspect.getsource(module))
    node = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)][place]
    node.ops[0] = SWAPPED[type(node.ops[0])]()
    made: dict[str, Any] = dict(vars(module))
    exec(compile(tree, str(module.__file__), "exec"), made)
    return {
        name: each.__code__
        for name, each in made.items()
        if isinstance(each, FunctionType) and each.__module__ == module.__name__
    }


MOVED = [*comparisons(usage), *comparisons(visibility)]


@pytest.mark.parametrize(("module", "place", "line"), MOVED, ids=lambda value: getattr(value, "__name__", value))
def test_a_boundary_that_moves_by_a_millisecond_is_told(
    module: ModuleType, place: int, line: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, code in moved(module, place).items():
        monkeypatch.setattr(getattr(module, name), "__code__", code)
    with pytest.raises(SystemExit) as ended:
        main(["capsule", "replay", str(KEPT / "boundaries.zip")])
    assert ended.value.code == 1, line
    told = capsys.readouterr().out
    assert " is answered otherwise (" in told
    assert "before  " in told


def test_the_check_that_decided_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    line = next(
        n for n, text in enumerate(inspect.getsource(usage).splitlines(), 1) if "now < member.banned_until" in text
    )
    place = next(place for _, place, at in comparisons(usage) if at == line)
    monkeypatch.setattr(usage.check_not_banned, "__code__", moved(usage, place)["check_not_banned"])
    with pytest.raises(SystemExit):
        main(["capsule", "replay", str(KEPT / "boundaries.zip")])
    told = capsys.readouterr().out
    assert "decided by check member_is_banned" in told
    assert "after   failed: found 2137-10-28T17:24:06.207Z" in told or "after   failed: found " in told
