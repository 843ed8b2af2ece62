"""The steps of the GitHub Action and of the GitLab snippet, run by a shell as far as one can."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
GITLAB = yaml.safe_load((ROOT / "examples/gitlab/.gitlab-ci.yml").read_text("utf-8"))["tests"]
ASK = 'test "$(curl -s -o /dev/null -w "%{http_code}" "$MOCKSERVER_URL/v3/nowhere")" = 404'


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """What a runner sets, with ``mockserver`` and ``python`` on the path."""
    command = tmp_path / "bin" / "mockserver"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mockserver "$@"\n')
    command.chmod(0o755)
    return os.environ | {
        "PATH": f"{command.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }


def shell(script: str, surroundings: dict[str, str], cwd: Path, **more: str) -> int:
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, env=surroundings | more, cwd=cwd, timeout=180, check=False).returncode


def step(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in ACTION["runs"]["steps"] if each.get("name") == name)
    return found


@pytest.mark.parametrize(("command", "least", "code"), [(ASK, "0%", 0), ("exit 7", "0%", 7), (ASK, "90%", 1)])
def test_the_action_runs_the_command_and_keeps_what_was_met(
    surroundings: dict[str, str], tmp_path: Path, command: str, least: str, code: int
) -> None:
    sent = {"COMMAND": command, "FLAGS": "--revision 2025-03", "LEAST": least}
    assert set(step("Run")["env"]) == set(sent)
    assert shell(step("Run")["run"], surroundings, tmp_path, **sent) == code
    assert (tmp_path / "mockserver" / "server.log").exists()
    assert json.loads((tmp_path / "mockserver" / "coverage.json").read_text())["revisions"] == ["2025-03"]
    assert shell(step("Tell which outcomes were met")["run"], surroundings, tmp_path) == 0
    assert "outcome" in (tmp_path / "summary.md").read_text().lower()


def test_every_input_of_the_action_is_used() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    assert [name for name in ACTION["inputs"] if f"inputs.{name} }}}}" not in text] == []


def test_the_gitlab_job_runs_the_tests_and_keeps_what_was_met(surroundings: dict[str, str], tmp_path: Path) -> None:
    variables = {name: str(value) for name, value in GITLAB["variables"].items()} | {"TESTS": ASK}
    assert shell("\n".join(GITLAB["script"]), surroundings, tmp_path, **variables) == 0
    assert shell("\n".join(GITLAB["after_script"]), surroundings, tmp_path, **variables) == 0
    kept = tmp_path / GITLAB["artifacts"]["paths"][0]
    assert "| any | 1 of " in (kept / "coverage.md").read_text()
    assert (kept / "server.log").exists()
