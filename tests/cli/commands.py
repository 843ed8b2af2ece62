"""Commands as a user or a pipeline runs them: a process, with an environment that has nothing of ours."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

from tests.callers import NO_FAST_PATH

MOCKSERVER = [sys.executable, "-m", "mockserver"]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_") and name != "PORT"}
if NO_FAST_PATH:
    CLEAN["MOCKSERVER_FAST_PATH"] = "off"


def run(*arguments: str, stdin: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*MOCKSERVER, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        env=CLEAN | environ,
        check=False,
    )


def in_a_shell(line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``$M`` is the command; the exit code is that of the first that fails in a pipe."""
    script = f"set -o pipefail; M='{shlex.join(MOCKSERVER)}'; {line}"
    return subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=180, env=CLEAN | environ, check=False
    )
