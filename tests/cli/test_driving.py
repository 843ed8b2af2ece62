"""The commands that drive a running server, as a person or a pipeline calls them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from mockserver.client import MockClient
from mockserver.client.process import running
from tests.cli.commands import run

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
    with pytest.raises(HTTPError, match="470") as refused:
        urlopen(url, timeout=60)
    refused.value.close()


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
    assert done.stderr.endswith("; --url or MOCKSERVER_URL names another\n")


@pytest.mark.parametrize(
    "command",
    [
        "requests",
        "logs",
        "verify use_offer",
        "conduct",
        "scenarios",
        "clock",
        "state get",
        "snapshot list",
        "requests 1",
    ],
)
def test_what_reads_or_asserts_makes_no_world_and_names_the_nearest(server: str, command: str) -> None:
    if "nearest" not in worlds_of(server):
        said(server, "worlds", "create", "nearest")
    done = mockserver(server, *command.split(), world="neerest")
    assert done.returncode == 2
    assert done.stderr == "mockserver: there is no world neerest (did you mean nearest?)\n"
    assert "neerest" not in worlds_of(server)


def worlds_of(server: str) -> list[str]:
    with MockClient(server) as client:
        return [world["name"] for world in client.worlds()["worlds"]]


def test_the_list_of_worlds_makes_none(server: str) -> None:
    assert "passing-by" not in said(server, "worlds", world="passing-by")


def test_a_scenario_is_added_from_a_file_or_from_stdin(server: str, tmp_path: Path) -> None:
    file = tmp_path / "closed.yaml"
    file.write_text("title: Closed\nrules: [{then: {refuse: maintenance}}]\n")
    assert said(server, "scenario", "add", str(file), world="cli-add") == "added closed"
    for options, text, code, words in [
        (["--id", "shut", "--active"], '{"rules": [{"then": {"refuse": "maintenance"}}]}', 0, "added shut, active"),
        ([], "id: own\nrules: [{then: {delay: 1s}}]", 0, "added own"),
        ([], "rules: [{then: {delay: 1s}}]", 2, "--id"),
        (["--id", "x"], "rules: [", 2, "mockserver: "),
    ]:
        done = run("scenario", "add", "-", *options, stdin=text, MOCKSERVER_URL=server, MOCKSERVER_WORLD="cli-add")
        assert (done.returncode, words in done.stdout + done.stderr) == (code, True), (text, done)
        assert "Traceback" not in done.stderr
    shown = json.loads(said(server, "scenarios", "--json", world="cli-add"))
    assert shown["active"] == ["shut"]
    assert {"closed", "shut", "own"} <= {each["id"] for each in shown["scenarios"]}
    assert mockserver(server, "scenario", "add", str(tmp_path / "none.yaml")).returncode == 2


def test_data_are_shown_changed_and_replaced(server: str, tmp_path: Path) -> None:
    world = "cli-state"
    assert said(server, "state", "patch", "offers/1000115", "stock=0", "name=Tea for two", world=world) == (
        'stock: 0\nname: "Tea for two"'
    )
    offer = json.loads(said(server, "state", "get", "offer:1000115", world=world))
    assert (offer["stock"], offer["name"]) == (0, "Tea for two")
    file = tmp_path / "state.json"
    file.write_text(said(server, "state", "get", world=world))
    assert said(server, "reset", world=world)
    assert said(server, "state", "set", str(file), world=world) == f"state set from {file}"
    assert json.loads(said(server, "state", "get", "offers/1000115", world=world))["stock"] == 0
    assert json.loads(said(server, "state", "get", "clubs/quiet-park", world=world))["offers_api_enabled"] is False
    said(server, "state", "patch", "members/42", "banned_until=2137-10-28T17:24:06.207Z", world=world)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("state get offers/x", "'x' is no id"),
        ("state get shops/1", "none of offers/ID"),
        ("state get offers/100011", "did you mean"),
        ("state patch offers/1000115 stock", "no ATTRIBUTE=VALUE"),
        ("state patch offers/1000115 stok=1", "did you mean stock"),
        ("state set /no/such/file", "cannot read /no/such/file: No such file"),
        ("state set /dev/null", "holds no fixture document"),
        ("requests --url http://127.0.0.1:1", "no mock server at http://127.0.0.1:1: Connection refused; --url or"),
    ],
)
def test_what_is_wrong_with_data_is_one_clear_line(server: str, arguments: str, words: str) -> None:
    done = mockserver(server, *arguments.split())
    expected = 3 if "--url" in arguments else 2
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (expected, True, False), done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "clubs: [{slug: a, offers_api_enabled: no}]",
            ['clubs[0].offers_api_enabled: found "no", expected true or false'],
        ),
        ("{clubs: [{slug: a}], offers: [{id: x}, {id: 2, nam: 1}]}", ["offers[0].id: found", "offers[1].nam: found"]),
        ("a: [1", ["state.yaml:1: found a list that begins with [ and does not end"]),
        ('{"clubs": [}', ["state.yaml:1: found"]),
    ],
)
def test_all_that_is_wrong_with_a_state_is_told(server: str, tmp_path: Path, text: str, words: list[str]) -> None:
    file = tmp_path / "state.yaml"
    file.write_text(text)
    done = mockserver(server, "state", "set", str(file))
    lines = done.stderr.splitlines()
    assert (done.returncode, len(lines)) == (2, len(words)), done.stderr
    assert [word in line for word, line in zip(words, lines, strict=True)] == [True] * len(words), done.stderr


def test_a_state_is_read_as_fixture_files_are(server: str, tmp_path: Path) -> None:
    file = tmp_path / "state.yaml"
    file.write_text("clubs: [{slug: no}]\noffers: [{id: 1, name: on, usable_until: 2026-03-02}]")
    said(server, "state", "set", str(file), world="cli-yaml")
    offer = json.loads(said(server, "state", "get", "offers/1", world="cli-yaml"))
    assert (offer["club"], offer["name"], offer["usable_until"]) == ("no", "on", "2026-03-02T00:00:00.000Z")


def test_a_world_is_seen_compared_and_made_as_it_was_at_a_request(server: str) -> None:
    world = "cli-past"
    said(server, "reset", world=world)
    ask(f"{server}/w/{world}/v3/infinity-mall/stores")
    said(server, "state", "patch", "offers/1000115", "stock=3", world=world)
    changed = "offer ...: stock none to 3"
    told = said(server, "diff", "--from", "request:1", world=world)
    assert re.fullmatch(re.escape(changed).replace(r"\.\.\.", ".*"), told)
    assert said(server, "diff", "--to", "request:1", world=world) == "nothing differs"
    (operation,) = json.loads(said(server, "diff", "--from", "before:1", "--patch", world=world))
    assert (operation["op"], operation["value"]) == ("replace", 3)
    assert json.loads(said(server, "state", "get", "offers/1000115", "--at", "request:1", world=world))["stock"] is None
    assert json.loads(said(server, "diff", "--json", world=world))["words"] == [told]
    assert said(server, "worlds", "create", "cli-then", "--at", "request:1", world=world) == f"{server}/w/cli-then"
    assert json.loads(said(server, "state", "get", "offers/1000115", world="cli-then"))["stock"] is None
    said(server, "worlds", "create", "cli-now", "--from", world, "--at", "now")
    assert json.loads(said(server, "state", "get", "offers/1000115", world="cli-now"))["stock"] == 3
    done = mockserver(server, "diff", "--from", "request:7", world=world)
    expected = f"mockserver: request 7 of the world {world} has not been made (requests 1 to 1 are kept)"
    assert (done.returncode, done.stderr.strip()) == (2, expected)


def test_a_jump_says_where_it_went(server: str) -> None:
    said(server, "state", "patch", "offers/1000115", "usable_until=2030-01-01T00:00:00Z", world="cli-jump")
    said(server, "clock", "set", "--freeze", world="cli-jump")
    assert said(server, "clock", "jump", "offer:1000115.usable_until", "--plus", "-1ms", world="cli-jump") == (
        "2029-12-31T23:59:59.999Z (frozen): usable_until of offer 1000115, -1ms"
    )
    assert said(server, "clock", "jump", "2030-01-01T00:00:00Z", world="cli-jump") == (
        "2030-01-01T00:00:00.000Z (frozen)"
    )
    coming = json.loads(said(server, "clock", "jump", "next", "--json", world="cli-jump"))["moment"]
    assert (coming["what"], coming["at"] > "2030-01-01T00:00:00.000Z") == ("banned_until", True)


def test_exec_passes_the_address_in_and_the_exit_code_out_and_logs_every_request(tmp_path: Path) -> None:
    script = (
        "import os, sys, urllib.request as u; u.urlopen(os.environ['MOCKSERVER_URL'] + '/__mock/worlds'); sys.exit(7)"
    )
    log = tmp_path / "mock.log"
    flags = ["--log", str(log), "--freeze", "--clock", "2019-03-13T18:00:00Z", "--revision", "2019-08"]
    done = mockserver("", "exec", *flags, "--", sys.executable, "-c", script)
    assert done.returncode == 7
    assert done.stderr == f"mockserver: serving at {addresses(log)[0]}, log in {log}\n"
    assert "revision    2019-08" in log.read_text()
    assert "200 GET /__mock/worlds" in log.read_text()


def addresses(log: Path) -> list[str]:
    return re.findall(r"address +(\S+)", log.read_text())


def test_a_server_that_wants_its_token_is_told_how_to_give_it() -> None:
    with running("--control-token", "s3cret", "--trust-proxy") as url:
        done = mockserver(url, "reset")
        assert (done.returncode, done.stderr) == (
            2,
            "mockserver: this server's control API needs its token: give it with --token or MOCKSERVER_CONTROL_TOKEN\n",
        )
        assert said(url, "reset", "--token", "s3cret").startswith("reset default")
        health = mockserver(url, "healthcheck")
        assert (health.returncode, "--token or MOCKSERVER_CONTROL_TOKEN" in health.stderr) == (4, True)
        assert said(url, "healthcheck", "--token", "s3cret") == "ready"


def test_exec_runs_commands_that_drive_a_guarded_server() -> None:
    done = mockserver(
        "",
        "exec",
        "--control-token",
        "t",
        "--trust-proxy",
        "--quiet",
        "--",
        sys.executable,
        "-m",
        "mockserver",
        "worlds",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("WORLD")


def test_exec_says_what_cannot_be_run() -> None:
    done = mockserver("", "exec", "--", "no-such-command-anywhere")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "mockserver: no such command: no-such-command-anywhere"


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
