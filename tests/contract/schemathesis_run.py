"""One run of schemathesis against a running mock, and the mock for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from tests.callers import HEADERS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SEED = 20190313
Counts = dict[str, dict[str, int]]
"""Requests by operation and phase."""


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


def fuzz(
    name: str, url: str, examples: int, *further: str, seed: int = SEED
) -> tuple[subprocess.CompletedProcess[str], Counts]:
    """Run schemathesis over one document of a running mock; answers what it said, and the requests it sent.

    Without a database: with one, hypothesis spends nine tenths of the time, and most examples, on shrinking what passed.
    """
    path = "/__mock/openapi.json" if name == "control" else f"/openapi.json?revision={name}"
    headers = [part for key, value in HEADERS.items() for part in ("-H", f"{key.title()}: {value}")]
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml")]
    command += ["run", url + path, "--checks", "all", "--max-examples", str(examples), "--no-color"]
    command += ["--seed", str(seed), "--continue-on-failure", "--generation-database", "none", *headers, *further]
    with tempfile.TemporaryDirectory() as place:
        counts = Path(place, "counts.json")
        environment = os.environ | {
            "SCHEMATHESIS_HOOKS": "tests.contract.schemathesis_hooks",
            "PYTHONPATH": str(ROOT),
            "FUZZING_COUNTS": str(counts),
        }
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
        return done, orjson.loads(counts.read_bytes()) if counts.exists() else {}
