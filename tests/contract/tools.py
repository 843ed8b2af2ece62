"""Tools that others wrote: found, or the test is skipped; with ``CI=true`` it fails instead, so that CI misses none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

NODE_MODULES = "TEST_NODE_MODULES"


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI has to have it")
    pytest.skip(f"{what} is missing")


def program(name: str) -> str:
    """Return a program of this environment, or of the machine."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    return found or missing(name)


def node_modules() -> Path:
    """Return the directory with openapi-typescript, openapi-fetch and typescript, installed beforehand by npm."""
    program("node")
    place = Path(os.environ.get(NODE_MODULES, "node_modules"))
    if not (place / "openapi-typescript").is_dir():
        missing(f"{NODE_MODULES} (npm install openapi-typescript@7 openapi-fetch@0.17 typescript@5 @types/node@20)")
    return place.absolute()


def openapi_generator() -> list[str]:
    """Return the command of openapi-generator: Java, and the jar out of its package."""
    spec = find_spec("openapi_generator_cli")
    if spec is None or spec.origin is None:
        missing("openapi-generator-cli")
    return [program("java"), "-jar", str(Path(spec.origin).with_name("openapi-generator.jar"))]


def run(command: Sequence[str], cwd: Path, **environment: str) -> str:
    """Run a program that has to succeed; answer all that it said."""
    paths = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {**os.environ, "PATH": paths, "NO_COLOR": "1", **environment}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{said}"
    return said
