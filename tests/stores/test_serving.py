"""Servers with a store in a file: killed and started anew, started twice, stopped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.crashes import Killed, crashes
from tests.cli.commands import run


def test_what_was_answered_outlives_kill_9_under_load(tmp_path: Path) -> None:
    found = crashes(f"sqlite:{tmp_path / 'worlds.db'}", 2)
    assert found["answered"] > 0


def test_a_second_server_on_the_same_file_says_whose_it_is(tmp_path: Path) -> None:
    server = Killed(f"sqlite:{tmp_path / 'worlds.db'}")
    server.start()
    assert server.process is not None
    command = [
        sys.executable,
        "-m",
        "mockserver",
        "serve",
        "--port",
        "0",
        "--store",
        f"sqlite:{tmp_path / 'worlds.db'}",
    ]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert f"worlds.db is in use by process {server.process.pid} " in second.stderr
    server.kill()


def test_a_stopped_server_leaves_no_gap(tmp_path: Path) -> None:
    server = Killed(f"sqlite:{tmp_path / 'worlds.db'}")
    server.start()
    server.ask("GET", "/v3/infinity-mall/members/me/offers")
    assert server.process is not None
    server.process.terminate()
    assert server.process.wait(60) == 0
    server.start()
    status, found = server.ask("POST", "/__mock/requests/verify", {"operation": "list_offers", "count": 1})
    assert (status, found) == (200, {"ok": True, "found": 1})
    server.kill()


def test_a_file_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--store", f"sqlite:{tmp_path}/no/worlds.db"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot write" in done.stderr
    assert "Traceback" not in done.stderr


def test_stored_worlds_are_listed_and_exported_with_and_without_a_server(tmp_path: Path) -> None:
    store = f"sqlite:{tmp_path / 'worlds.db'}"
    server = Killed(store)
    server.start()
    assert server.ask("PUT", "/w/mine/__mock/clock", {"now": "2019-03-13T18:00:00Z", "frozen": True})[0] == 200
    for running in (True, False):
        found = json.loads(run("worlds", "--store", store, "--json").stdout)["stored"]
        assert [each["name"] for each in found] == ["default", "mine"]
        exported = json.loads(run("worlds", "export", "mine", "--store", store).stdout)
        assert exported["clock"] == {"now": "2019-03-13T18:00:00.000Z", "mode": "frozen", "rate": 1.0}
        assert exported["state"]["offers"]
        if running:
            server.kill()
    assert run("worlds", "export", "none", "--store", store).returncode == 2
    missing = run("worlds", "--store", f"sqlite:{tmp_path}/none.db")
    assert (missing.returncode, "there is no file" in missing.stderr) == (2, True)
    assert run("worlds", "--store", "memory").returncode == 2
