"""The commands that drive a running server, as a person or a pipeline calls them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from mockserver.client import MockClient
from mockserver.client.process import running

# a command that has something to do before it goes
ENDS_WELL = "\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(9))"
# a shell's jobs in the background ignore Ctrl-C, and so does what they start: a pipeline may be one of them
INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\nfrom mockserver.cli import main; main()"
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running() as url:
        yield url


def mockserver(url: str, *arguments: str, world: str = "") -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"MOCKSERVER_URL": url} | ({"MOCKSERVER_WORLD": world} if world else {})
    command = [sys.executable, "-m", "mockserver", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=180, check=False)


def ask(url: str) -> None:
    """Send a request that is refused, as it has none of the headers."""
    with pytest.raises(HTTPError, match="470"):
        urlopen(url, timeout=60)


def said(url: str, *arguments: str, world: str = "") -> str:
    done = mockserver(url, *arguments, world=world)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_the_doctor_sees_every_fault_reach_a_client(server: str) -> None:
    done = mockserver(server, "doctor", "faults", "--json")
    rows = json.loads(done.stdout)
    assert [(row["fault"], row["delivered"], row["ended"]) for row in rows] == [
        ("reset", True, "RST"),
        ("empty", True, "FIN"),
        ("truncate", True, "FIN"),
        ("malformed_chunk", True, "FIN"),
        ("garbage", True, "FIN"),
        ("dribble", True, "response"),
        ("hang", True, "open"),
    ]
    assert [row["receipt"]["ended"] for row in rows if row["fault"] in ("reset", "empty", "garbage")] == [
        "RST",
        "FIN",
        "FIN",
    ]
    assert done.returncode == 0
    assert [
        world["name"] for world in MockClient(server).worlds()["worlds"] if world["name"].startswith("doctor")
    ] == []


def test_a_world_is_driven_by_its_name(server: str) -> None:
    assert said(server, "worlds", "create", "cli-a") == f"{server}/w/cli-a"
    assert said(server, "scenario", "set", "already-active", "flaky", world="cli-a") == "active: already-active, flaky"
    assert json.loads(said(server, "scenario", "clear", "--json", "--world", "cli-a")) == {"active": []}
    assert said(server, "clock", "set", "2019-03-13T18:00:00Z", "--freeze", world="cli-a") == (
        "2019-03-13T18:00:00.000Z (frozen)"
    )
    assert said(server, "clock", "advance", "-1m", world="cli-a") == "2019-03-13T17:59:00.000Z (frozen)"
    assert said(server, "snapshot", "take", "before", world="cli-a").startswith("name: before")
    assert said(server, "clock", "set", "--run", "--rate", "60", world="cli-a").endswith("(running, 60 times as fast)")
    assert said(server, "snapshot", "restore", "before", world="cli-a") == "restored before"
    assert said(server, "clock", "show", world="cli-a") == "2019-03-13T17:59:00.000Z (frozen)"
    assert said(server, "reset", world="cli-a").startswith("reset cli-a: state ")
    assert said(server, "clock", "show", world="cli-a").endswith("(real)")
    assert said(server, "worlds", "drop", "cli-a") == "dropped cli-a"


@pytest.mark.parametrize("group", ["worlds", "snapshot", "clock"])
def test_a_group_alone_shows_what_there_is_with_every_option(server: str, group: str) -> None:
    shown = {"worlds": "list", "snapshot": "list", "clock": "show"}[group]
    world = f"cli-{group}"
    assert said(server, "clock", "set", "2019-03-13T18:00:00Z", "--freeze", world=world)
    assert json.loads(said(server, group, "--json", "--world", world)).keys() == (
        json.loads(said(server, group, shown, "--json", world=world)).keys()
    )
    assert said(server, group, world=world).splitlines()[0] == said(server, group, shown, world=world).splitlines()[0]
    assert f"mockserver {group} [OPTIONS] COMMAND" in said(server, group, "--help")


def test_calls_are_counted_in_words(server: str) -> None:
    with MockClient(server).create_world("cli-count") as world:
        for times in ("0 times", "1 time", "2 times"):
            assert said(server, "verify", "list_stores", "--count", times[0], world=world.name) == (
                f"ok: list_stores was called {times}"
            )
            ask(f"{world.url}/v3/infinity-mall/stores")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("scenario", "set", "alredy-active"), 2, "did you mean already-active"),
        (("clock", "advance", "soon"), 2, 'mockserver: by: found "soon"'),
        (("verify", "use_offer", "--count", "3"), 1, "mockserver: expected exactly 3 of use_offer, found 0"),
        (("verify", "use_ofer"), 2, "did you mean use_offer"),
        (("snapshot", "restore", "never"), 2, "never"),
        (("worlds", "drop", "default"), 2, "default"),
        (("clock", "show", "--world", "a b"), 2, "a world's name is 1 to 64 of"),
        (("requests", "--status", "nope"), 2, 'status: found "nope", expected'),
        (("requests", "--why"), 2, "give its ID"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_what_is_wrong_is_one_clear_line_and_an_exit_code(
    server: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = mockserver(server, *arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_what_came_nearest_is_told_in_plain_words(server: str) -> None:
    world = "cli-nearest"
    ask(f"{server}/w/{world}/v3/infinity-mall/members/me/offers/5")
    done = mockserver(server, "verify", "get_offer", "--where", '{"status": 200}', "--world", world)
    assert done.stderr.splitlines()[-1] == (
        "mockserver:   nearest: request 1, GET /w/cli-nearest/v3/infinity-mall/members/me/offers/5 470: "
        "status was 470, not 200"
    )


def test_a_request_is_explained(server: str) -> None:
    with MockClient(server).create_world("cli-why") as world:
        world.rules.add(name="third", when={"operation": "list_stores"}, calls=3, then={"refuse": "maintenance"})
        url = f"{world.url}/v3/nowhere/stores"
        headers = {"X-Client-Authorization": "x", "X-Product-Name": "default", "X-User-Agent": "x"}
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(url, headers=headers))
        refused.value.close()
    explained = said(server, "requests", "1", "--why", world="cli-why").splitlines()
    assert explained[0].startswith("list_stores 404: ")
    assert "  passed  headers" in explained
    assert any(line.startswith("  FAILED  club: found nowhere, expected ") for line in explained)
    assert "  rule    third did not act: calls: found 1, wanted call 3" in explained
    assert (
        said(server, "requests", world="cli-why")
        .splitlines()[1]
        .endswith("/v3/nowhere/stores  list_stores  club_not_found")
    )


def test_a_server_that_is_not_there_is_exit_code_3() -> None:
    done = mockserver("http://127.0.0.1:1", "reset")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("mockserver: no mock server at http://127.0.0.1:1")


def test_exec_passes_the_address_in_and_the_exit_code_out() -> None:
    script = (
        "import os, sys, urllib.request as u; u.urlopen(os.environ['MOCKSERVER_URL'] + '/__mock/ready'); sys.exit(7)"
    )
    done = mockserver("", "exec", "--", sys.executable, "-c", script)
    assert (done.returncode, done.stderr) == (7, "")


def test_exec_says_what_cannot_be_run() -> None:
    done = mockserver("", "exec", "--", "no-such-command-anywhere")
    assert (done.returncode, done.stderr) == (2, "mockserver: no such command: no-such-command-anywhere\n")


def test_exec_tells_what_keeps_the_server_from_starting() -> None:
    done = mockserver("", "exec", "--fixtures", "/nowhere", "--", "true")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mockserver: --fixtures: expected a directory that exists, found '/nowhere'\n"


def test_exec_hears_a_server_that_is_told_to_be_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_QUIET", "1")
    assert mockserver("", "exec", "--", sys.executable, "-c", "raise SystemExit(5)").returncode == 5


@contextmanager
def started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A command that does not outlive the test, however the test ends."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize(
    ("code", "expected"), [("", 128 + signal.SIGTERM), (ENDS_WELL, 9)], ids=["killed", "ends well"]
)
def test_whoever_ends_exec_ends_the_command_and_the_server(code: str, expected: int) -> None:
    script = f"import os, signal, sys, time{code}\nprint(os.environ['MOCKSERVER_URL'], flush=True)\ntime.sleep(600)"
    command = [sys.executable, "-m", "mockserver", "exec", "--", sys.executable, "-c", script]
    with started(command) as running_command:
        assert running_command.stdout is not None
        url = running_command.stdout.readline().strip()
        running_command.terminate()
        assert running_command.wait(60) == expected
    with pytest.raises(URLError):
        urlopen(f"{url}/__mock/health", timeout=60)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_logs_follow_until_interrupted_and_lose_nothing(server: str) -> None:
    MockClient(server).create_world("followed").close()
    ask(f"{server}/w/followed/v3/nowhere/stores")
    command = [sys.executable, "-c", INTERRUPTIBLE, "logs", "-f", "--json", "--url", server, "--world", "followed"]
    with started(command) as followed:
        assert followed.stdout is not None
        ids = [json.loads(followed.stdout.readline())["id"]]
        for _ in range(3):
            ask(f"{server}/w/followed/v3/nowhere/stores")
        ids += [json.loads(followed.stdout.readline())["id"] for _ in range(3)]
        followed.send_signal(signal.SIGINT)
        rest, errors = followed.communicate(timeout=60)
    assert (ids, rest, errors, followed.returncode) == ([1, 2, 3, 4], "", "", 0)
