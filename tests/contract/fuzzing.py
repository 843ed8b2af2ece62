"""Runs schemathesis against a mock of its own: ``python -m tests.contract.fuzzing --examples 1000``.

Every operation of every revision and of the control API, all checks on; exit code 1 when one fails. What departs from
schemathesis's defaults, and why, stands in ``schemathesis.toml`` and ``schemathesis_hooks.py`` beside this file.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mockserver.contract.text import names
from tests.callers import HEADERS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@contextmanager
def server(revision: str) -> Iterator[str]:
    """A mock in a process of its own; answers its address."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--revision", revision, "--seed", "1"]
    command += ["--access-log", "off", "--journal", "100"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = iter(process.stdout.readline, "")
            yield next(found.group() for line in said if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        finally:
            process.terminate()


def fuzz(name: str, url: str, examples: int, *further: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis over one document of a running mock; ``examples`` a phase and operation."""
    path = "/__mock/openapi.json" if name == "control" else f"/openapi.json?revision={name}"
    headers = [part for key, value in HEADERS.items() for part in ("-H", f"{key.title()}: {value}")]
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml")]
    command += ["run", url + path, "--checks", "all", "--max-examples", str(examples), "--no-color"]
    command += ["--seed", "20190313", "--continue-on-failure", *headers, *further]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.contract.schemathesis_hooks", "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as place:
        return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


def main() -> int:
    """Run what the command line asks for, document by document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=100, help="examples a phase and operation")
    parser.add_argument("--document", action="append", choices=names(), help="one of the documents; default all")
    asked = parser.parse_args()
    worst = 0
    for name in asked.document or names():
        with server("union" if name == "control" else name) as url:
            done = fuzz(name, url, asked.examples)
        print(f"==== {name}\n{done.stdout}{done.stderr}", flush=True)
        worst = max(worst, done.returncode)
    return worst


if __name__ == "__main__":
    raise SystemExit(main())
