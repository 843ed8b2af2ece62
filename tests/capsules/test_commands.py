"""``mockserver capsule``, ``exec --capsules`` and the pytest plugin, as a user or a pipeline runs them."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mockserver.cli import main
from mockserver.client import ControlError, MockClient
from mockserver.client.process import running
from tests.callers import HEADERS
from tests.capsules.keep import KEPT
from tests.cli.commands import CLEAN, MOCKSERVER

ROOT = Path(__file__).parents[2]
USE = "/v3/infinity-mall/members/me/offers/1000016/use"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
PYTEST += [] if entry_points(group="pytest11", name="mockserver") else ["-p", "mockserver.pytest_plugin"]
SENDS = "import urllib.request as u, os; u.urlopen(u.Request(os.environ['MOCKSERVER_URL'] + '{}', None, {}))"


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, **environ: str) -> Done:
    """Run a command to its end in this process, which costs no start."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name not in CLEAN]:
            patch.delenv(name)
        for name, value in environ.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main([*arguments])
    return Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def ask(url: str, path: str = USE, method: str = "POST") -> int:
    try:
        with urlopen(Request(url + path, b"" if method == "POST" else None, HEADERS, method=method)) as answer:
            return int(answer.status)
    except HTTPError as refused:
        refused.close()
        return refused.code


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture
def world(server: str, tmp_path: Path) -> Iterator[MockClient]:
    with MockClient(server) as client:
        yield client.create_world(f"capsules-{tmp_path.name[:40]}")


@pytest.fixture
def saved(world: MockClient, tmp_path: Path) -> Path:
    """The capsule of a use that is refused the second time, and of the list after it."""
    world.clock.freeze("2026-06-01T12:00:00Z")
    assert [ask(world.url), ask(world.url)] == [200, 422]
    world.clock.advance("35s")
    assert ask(world.url) == 200
    return world.save_capsule(tmp_path / "bug.zip")


def test_a_world_is_saved_replayed_and_shown(world: MockClient, saved: Path, tmp_path: Path) -> None:
    file = tmp_path / "last.zip"
    done = run("capsule", "save", str(file), "--world", world.name, "--last", "2", MOCKSERVER_URL=world.server_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{file}: 2 requests of world {world.name}, ")
    done = run("capsule", "replay", str(file))
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 of 2 requests: answered as before\n", "")
    done = run("capsule", "show", str(saved))
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"world {world.name}, 3 requests; saved ")
    assert [line.split()[0] for line in lines[1:]] == ["id", "1", "2", "(clock", "3"]
    assert "already_active" in lines[3]
    one = json.loads(run("capsule", "show", str(saved), "2", "--json").stdout)
    assert (one["answer"]["status"], one["answer"]["body"]) == (422, {"error": "Already active"})
    assert [check["check"] for check in one["why"]["checks"] if not check["passed"]] == ["already_active"]


def test_a_difference_ends_with_1_and_can_be_accepted(saved: Path) -> None:
    def broken(text: bytes) -> bytes:
        return text.replace(b"Already active", b"Already ACTIVE")

    from mockserver.capsules.format import pack, unpack

    capsule = unpack(saved.read_bytes())
    capsule.blobs.parts[:] = [broken(part) if len(part) < 100 else part for part in capsule.blobs.parts]
    saved.write_bytes(pack(capsule))
    done = run("capsule", "replay", str(saved))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[0] == "request 2 is answered otherwise (2 of 3):"
    assert "  $.error\n    before  Already ACTIVE\n    after   Already active\n" in done.stdout
    told = json.loads(run("capsule", "replay", str(saved), "--json").stdout)
    assert (told["same"], told["path"], told["before"], told["after"]) == (
        False, "$.error", "Already ACTIVE", "Already active",
    )  # fmt: skip
    done = run("capsule", "replay", "--accept", str(saved))
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == f"{saved}: the answers of now were taken over"
    assert run("capsule", "replay", str(saved)).returncode == 0


def test_what_cannot_be_read_ends_with_2_and_one_line(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes((KEPT / "a-day.zip").read_bytes()[:-100])
    for command in (
        ["replay", str(file)],
        ["show", str(file)],
        ["serve", str(file)],
        ["replay", str(tmp_path / "none")],
    ):
        done = run("capsule", *command)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
        assert done.stderr.startswith("mockserver: ")
    assert run("capsule", "replay", str(tmp_path)).returncode == 2
    done = run("capsule", "show", str(KEPT / "a-day.zip"), "999")
    assert (done.returncode, "has no request 999: it has 1 to " in done.stderr) == (2, True)


def test_a_capsule_is_not_served_from_a_store(tmp_path: Path) -> None:
    done = run("capsule", "serve", str(KEPT / "a-day.zip"), "--store", f"sqlite:{tmp_path / 'worlds.db'}")
    assert (done.returncode, "leave out --store" in done.stderr) == (2, True)


def test_nothing_to_save_and_a_world_that_is_not_there_end_with_2(world: MockClient, tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    done = run("capsule", "save", str(file), "--world", world.name, MOCKSERVER_URL=world.server_url)
    assert (done.returncode, "the world has no requests" in done.stderr, file.exists()) == (2, True, False)
    done = run("capsule", "save", str(file), "--world", f"{world.name}x", MOCKSERVER_URL=world.server_url)
    assert (done.returncode, world.name in done.stderr) == (2, True)
    ask(world.url)
    done = run(
        "capsule", "save", str(tmp_path / "no" / "x.zip"), "--world", world.name, MOCKSERVER_URL=world.server_url
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    for last in (0, -1, "many"):
        with pytest.raises(ControlError) as refused:
            world.save_capsule(file, last)  # type: ignore[arg-type]
        assert (refused.value.status, refused.value.path) == (422, "last")


def test_a_capsule_is_served_as_it_stood(saved: Path, tmp_path: Path) -> None:
    with _served("capsule", "serve", str(saved), "--at", "2") as url, MockClient(url) as client:
        assert client.clock.show() == {"now": "2026-06-01T12:00:00.000Z", "mode": "frozen", "rate": 1.0}
        assert ask(url) == 422
        client.clock.advance("35s")
        assert ask(url) == 200
        client.reset()
        assert ask(url) == 422


class _served:  # noqa: N801
    """A command that serves, until it has told its address."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [*MOCKSERVER, *arguments, "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=CLEAN,
        )

    def __enter__(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.split()[:1] == ["address"]:
                return line.split()[1]
        raise AssertionError("it does not serve")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=60)


def execute(directory: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run ``mockserver exec`` in a directory, with pytest and this checkout on its path."""
    paths = {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        [*MOCKSERVER, "exec", *command], cwd=directory, env=CLEAN | paths | environ, capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip


def test_the_example_leaves_a_capsule_a_report_and_what_is_missing(tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples/capsules/test_queue.py", tmp_path)
    done = execute(
        tmp_path, "--capsules", "out", "--coverage", "cov.json", "--min-outcomes", "60%", "--", *PYTEST, "test_queue.py"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 1 passed" in done.stdout
    assert "mockserver capsule replay" in done.stdout
    (file,) = (tmp_path / "out").iterdir()
    assert file.name == "test_queue.py-test_two_people_at_the_till.zip"
    assert f"mockserver: capsule {file}" in done.stderr
    replay = run("capsule", "replay", str(file))
    assert (replay.returncode, replay.stdout) == (0, "2 of 2 requests: answered as before\n")
    plan = run("plan", "--missing", "--coverage", str(tmp_path / "cov.json"))
    assert plan.returncode == 0
    assert "## use_offer/not_granted" in plan.stdout
    assert "## use_offer/already_active" not in plan.stdout


def test_any_failing_command_leaves_each_world_with_requests(tmp_path: Path) -> None:
    sends = "; ".join(
        SENDS.format(path, HEADERS) for path in ("/w/one/v3/infinity-mall/offers", "/v3/infinity-mall/offers")
    )
    done = execute(tmp_path, "--capsules", "a/b", "--", sys.executable, "-c", f"{sends}; raise SystemExit(7)")
    assert done.returncode == 7, done.stderr
    assert sorted(file.name for file in (tmp_path / "a/b").iterdir()) == ["world-default.zip", "world-one.zip"]
    assert run("capsule", "replay", str(tmp_path / "a/b/world-one.zip")).returncode == 0
    done = execute(tmp_path, "--capsules", "c", "--", sys.executable, "-c", sends)
    assert (done.returncode, [*(tmp_path / "c").iterdir()]) == (0, [])
    (tmp_path / "file").write_text("")
    assert execute(tmp_path, "--capsules", "file", "--", "true").returncode == 2


TESTS = """
import pytest
from urllib.request import urlopen, Request

def ask(world):
    urlopen(Request(world.url + "{use}", b"", {headers}, method="POST")).close()

@pytest.fixture
def broken(mock_world):
    ask(mock_world)
    raise RuntimeError("no fixture")

@pytest.mark.parametrize("n", ["a/b", "ü", "c" * 300])
def test_fails(mock_world, n):
    ask(mock_world)
    assert False

def test_passes(mock_world):
    ask(mock_world)

def test_asks_nothing(mock_world):
    assert False

@pytest.mark.xfail
def test_is_expected_to_fail(mock_world):
    ask(mock_world)
    assert False

def test_whose_fixture_fails(broken):
    pass

class TestThese:
    def test_fails_too(self, mock_world):
        ask(mock_world)
        raise ValueError
"""


@pytest.mark.parametrize("how", ["option", "ini", "variable"])
def test_the_plugin_saves_each_failed_test(tmp_path: Path, how: str) -> None:
    one = [] if how == "option" else ["-k", "test_fails_too"]
    (tmp_path / "test_it.py").write_text(TESTS.replace("{use}", USE).replace("{headers}", repr(HEADERS)))
    (tmp_path / "pytest.ini").write_text("[pytest]\n" + ("mockserver_capsules = saved\n" if how == "ini" else ""))
    environ = {"MOCKSERVER_CAPSULES": str(tmp_path / "saved")} if how == "variable" else {}
    option = ["--mockserver-capsules", str(tmp_path / "saved")] if how == "option" else []
    done = subprocess.run(
        [*PYTEST, *option, *one], cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environ, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    names = sorted(file.name for file in (tmp_path / "saved").iterdir())
    assert len(names) == (5 if how == "option" else 1)
    assert "test_it.py-TestThese-test_fails_too.zip" in names
    assert ("test_it.py-test_whose_fixture_fails.zip" in names) == (how == "option")
    assert all(len(name) < 200 for name in names)
    for name in names:
        assert run("capsule", "replay", str(tmp_path / "saved" / name)).returncode == 0
