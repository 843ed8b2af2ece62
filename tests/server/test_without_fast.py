"""``fast/`` is a guest: with the folder deleted, ``serve --no-fast-path`` works, through Flask."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mockserver
from tests.callers import HEADERS
from tests.sockets import RawClient

PACKAGE = Path(mockserver.__file__).parent
LINES = [f"{name}: {value}" for name, value in HEADERS.items()]


@pytest.fixture
def port(tmp_path):
    """The port of a server that a copy of the package without ``fast/`` runs."""
    shutil.copytree(PACKAGE, tmp_path / "mockserver", ignore=shutil.ignore_patterns("fast", "__pycache__"))
    for name in ("fixtures", "scenarios"):
        (tmp_path / name).symlink_to(PACKAGE.parent / name)
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--no-fast-path"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "http://127.0.0.1:" in line)
        yield int(line.split("http://127.0.0.1:")[1].split("/")[0].split()[0])
        process.terminate()
        process.stdout.read()


def test_without_its_folder_the_server_answers_the_same(port):
    with RawClient(port) as client:
        offers = "/v3/infinity-mall/members/me/offers"
        asked = [
            client.ask(f"{offers}/1000115", *LINES),
            client.ask(f"{offers}?usable=true&order_by=name", *LINES),
            client.ask(f"{offers}/1000016/use", *LINES, method="POST"),
            client.ask(f"{offers}/clone/x", *LINES),
            client.ask("/__mock/requests?matched=yes"),
        ]
        assert [response.status for response in asked] == [200, 200, 200, 404, 200]
        assert len(asked[-1].json["requests"]) == 3
