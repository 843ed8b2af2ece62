"""The server's threads do not interrupt one another (Linux)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mockserver.hosts.server import let_threads_finish
from tests.serving import serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process choose how it is scheduled")


def policies(pid: int) -> set[int]:
    return {os.sched_getscheduler(int(thread.name)) for thread in Path(f"/proc/{pid}/task").iterdir()}


def test_no_thread_of_a_server_interrupts_another() -> None:
    with serving() as server:
        assert policies(server.process.pid) == {os.SCHED_BATCH}


def test_a_policy_that_somebody_chose_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(os, "sched_getscheduler", lambda _: os.SCHED_IDLE)
    monkeypatch.setattr(os, "sched_setscheduler", lambda *arguments: asked.append(arguments))
    let_threads_finish()
    assert asked == []


def test_a_system_that_knows_of_no_policies_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> int:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "sched_getscheduler", unknown)
    let_threads_finish()
