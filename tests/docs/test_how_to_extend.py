"""Each diff of docs/how-to-extend.md, applied to a copy, which then serves what the page shows and passes its tests."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.client.process import running
from tests.callers import NO_FAST_PATH
from tests.docs.test_pages import ROOT, Block, matches, run

PAGE = ROOT / "docs" / "how-to-extend.md"
SECTIONS = {text.partition("\n")[0]: text for text in PAGE.read_text("utf-8").split("\n## ")[1:]}
COPIED = ("mockserver", "fixtures", "scenarios", "contract", "docs", "tests", "pyproject.toml")
# files that each is allowed to touch by hand, whatever is generated from them
REACH = {
    "An operation": 2,
    "An attribute": 1,
    "A revision": 1,
    "A refusal": 3,
    "An action of scenarios": 2,
    "A setting": 2,
}

pytestmark = [
    pytest.mark.skipif(NO_FAST_PATH, reason="once is enough: the diffs are the same"),
    pytest.mark.skipif(sys.platform == "win32", reason="the page's commands are for a POSIX shell"),
]


def block(section: str, language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return str(found)


def apply(diff: str, to: Path) -> list[str]:
    """Change files as a unified diff says; where a hunk belongs, its own lines tell."""
    changed = []
    for old, new, hunks in re.findall(r"^--- (\S+)\n\+\+\+ b/(\S+)\n(.*?)(?=^--- |\Z)", diff, re.MULTILINE | re.DOTALL):
        path = to / new
        text = "" if old == "/dev/null" else path.read_text("utf-8")
        for hunk in re.split(r"^@@.*\n", hunks, flags=re.MULTILINE)[1:]:
            lines = [line or " " for line in hunk.splitlines()]
            before = "".join(f"{line[1:]}\n" for line in lines if line[0] in " -")
            after = "".join(f"{line[1:]}\n" for line in lines if line[0] in " +")
            assert text.count(before) == 1 or not text, f"{new} has no such lines any more:\n{before}"
            text = text.replace(before, after, 1) if text else after
        path.write_text(text, "utf-8")
        changed.append(new)
    return changed


def in_copy(copy: Path, *command: str) -> None:
    environ = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=copy, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


def test_the_page_has_each_addition() -> None:
    assert list(SECTIONS) == list(REACH)


@pytest.mark.parametrize("title", SECTIONS)
def test_a_diff_makes_what_the_page_says(title: str, tmp_path: Path) -> None:
    section, copy = SECTIONS[title], tmp_path / "copy"
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
        else:
            shutil.copy(ROOT / name, copy / name)
    assert len(apply(block(section, "diff"), copy)) == REACH[title]
    in_copy(copy, "tests.regenerate")
    answer = re.search(r"^```(json|text)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert answer is not None
    with running(environ={"PYTHONPATH": str(copy), "PYTHONSAFEPATH": "1"}) as url:
        printed = run(Block(PAGE, "sh", block(section, "sh"), None), url, tmp_path)
    expected = answer[2] if answer[1] == "text" else re.sub(r"(?<=[:,]) ", "", answer[2])
    assert matches(printed, expected), printed
    named = re.findall(r"`(pytest [^`]+)`", section)
    assert named
    for tests in named:
        command = shlex.split(tests)
        in_copy(copy, *command, "-q", "-p", "no:cacheprovider", "-p", "no:randomly")
