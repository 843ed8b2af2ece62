"""The README and the pages under docs/ do what they say: their commands, tests and scenarios are run.

A ``bash`` block runs against a server of the page's own; a ``json`` or ``text`` block right after it is what it prints (``...``
stands for anything). A ``python`` block with a test runs under pytest, a ``yaml`` block with rules is read as a scenario.
Blocks that only start or install something are for people.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import zip_longest
from pathlib import Path

import pytest

from mockserver.api.table import OPERATIONS
from mockserver.client.process import running
from mockserver.fixtures.shapes import SHAPES
from mockserver.scenarios.parse import parse_scenario

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "docs" / "README.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FOR_PEOPLE = re.compile(
    r"pip install|\.ci/run|mockserver serve|^pytest|git clone|docker |podman |adb |xcrun |benchmarks|wrk |mockserver logs -f|"
    r"mockserver exec|mockserver connect",
    re.MULTILINE,
)
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DEFAULT_URL = "http://127.0.0.1:8080"


@dataclass(frozen=True)
class Block:
    page: Path
    language: str
    text: str
    answer: tuple[str, str] | None  # language and text of the block right after it

    def __str__(self) -> str:
        return f"{self.page.name}: {self.text.strip().splitlines()[0][:60]}"


def blocks_of(page: Path) -> Iterator[Block]:
    found = list(BLOCK.finditer(page.read_text()))
    for block, after in zip_longest(found, found[1:]):
        gap = page.read_text()[block.end() : after.start()].strip() if after else "end"
        answers = after is not None and gap == "" and after[1] in ("json", "text")
        yield Block(page, block[1], block[2], (after[1], after[2]) if after and answers else None)


def blocks(language: str) -> list[Block]:
    return [block for page in PAGES for block in blocks_of(page) if block.language == language]


def run(block: Block, url: str, directory: Path) -> str:
    """Run a block as a person would paste it, with ``mockserver`` on the path."""
    command = directory / "mockserver"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mockserver "$@"\n')
    command.chmod(0o755)
    paths = {"PATH": f"{directory}:{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text.replace(DEFAULT_URL, url)],
        env=os.environ | paths | {"MOCKSERVER_URL": url},
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def matches(printed: str, expected: str) -> bool:
    """Return whether lines were printed as expected; ``...`` stands for any text."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def plugin() -> list[str]:
    """In a checkout that is not installed, pytest has to be told of the plugin."""
    known = entry_points(group="pytest11", name="mockserver")
    return [] if known else ["-p", "mockserver.pytest_plugin"]


@pytest.mark.skipif(sys.platform == "win32", reason="the pages' commands are for a POSIX shell")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_the_page_says(page: Path, tmp_path: Path) -> None:
    commands = [block for block in blocks_of(page) if block.language == "bash" and not FOR_PEOPLE.search(block.text)]
    if not commands:
        return
    with running() as url:
        for block in commands:
            follow(block, url, tmp_path)


def follow(block: Block, url: str, directory: Path) -> None:
    """Run a block and compare what it prints with what stands below it."""
    printed = run(block, url, directory)
    if block.answer is None:
        return
    language, expected = block.answer
    expected = expected.replace(DEFAULT_URL, url)
    if language == "json" and "..." not in expected:
        assert json.loads(printed) == json.loads(expected), block
    else:
        assert matches(printed, expected), f"{block}\nprinted: {printed}"


@pytest.mark.skipif(sys.platform == "win32", reason="the pages' commands are for a POSIX shell")
def test_a_reader_who_goes_through_all_pages_with_one_server_meets_no_surprise(tmp_path: Path) -> None:
    order = [ROOT / "README.md", *(ROOT / "docs" / name for name in re.findall(r"\((\S+\.md)\)", INDEX.read_text()))]
    assert set(order) == {*PAGES} - {INDEX}
    order = [page for page in order if page.name != "coverage.md"]  # it counts all that its server has ever met
    with running() as url:
        for page in order:
            for block in blocks_of(page):
                if block.language == "bash" and not FOR_PEOPLE.search(block.text):
                    follow(block, url, tmp_path)


@pytest.mark.parametrize("block", [block for block in blocks("python") if "def test_" in block.text], ids=str)
def test_the_tests_of_a_page_pass(block: Block, tmp_path: Path) -> None:
    (tmp_path / "test_page.py").write_text(block.text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin(), "test_page.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("block", [block for block in blocks("yaml") if "rules:" in block.text], ids=str)
def test_the_scenarios_of_a_page_are_read(block: Block) -> None:
    assert parse_scenario(block.text, "page", OPERATIONS, str(block.page.name)).rules


def test_the_page_on_fixtures_names_every_attribute_and_what_must_be_there() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", (ROOT / "docs/fixtures.md").read_text(), re.MULTILINE)
    told = {key: re.findall(r"(\*\*)?`(\w+)`", attributes) for key, attributes in rows}
    assert told == {
        key: [("**" if attribute.required else "", name) for name, attribute in shape.attributes.items()]
        for key, shape in SHAPES.items()
    }, "run: python -m tests.regenerate"


def test_every_module_has_its_place_in_contributing() -> None:
    house = (ROOT / "CONTRIBUTING.md").read_text()
    places = [place for place in (ROOT / "mockserver").iterdir() if not place.name.startswith("__")]
    modules = [place.name for place in places if place.suffix == ".py"]
    packages = [f"{place.name}/" for place in places if (place / "__init__.py").exists()]
    assert [name for name in modules + packages if name not in house] == []


def test_every_link_of_the_pages_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
