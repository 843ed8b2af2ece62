"""What commands print, wherever it goes: to a pipe, a full disk, nowhere, a terminal that obeys, another code page."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mockserver.cli.output import StyledLine, say
from mockserver.client import MockClient
from mockserver.client.process import running
from mockserver.printable import printable
from mockserver.reports.conduct import Finding
from mockserver.reports.conduct_report import WorldReport, as_junit
from tests.cli.commands import CLEAN, MOCKSERVER, in_a_shell, run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of a POSIX shell")
EVIL = "\x1b]0;owned\x07 \x9b31m ‮ \x7f"  # sets a terminal's title, its colour, the direction of writing


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as url, MockClient(url, "evil") as world:
        world.scenarios.put("evil", {"title": f"Kjøp {EVIL}", "rules": [{"then": {"refuse": "maintenance"}}]})
        yield url


@pytest.mark.parametrize("command", ["operations", "openapi", "--help", "serve --help", "scenarios", "state get"])
def test_a_pipe_that_is_closed_early_is_no_failure(url: str, command: str) -> None:
    done = in_a_shell(f"$M {command} | head -1", MOCKSERVER_URL=url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1


def test_a_failed_assertion_stays_one_when_nobody_reads_it(url: str) -> None:
    done = in_a_shell("$M verify use_offer --count 3 --json | true", MOCKSERVER_URL=url)
    assert done.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
@pytest.mark.parametrize("command", ["operations", "scenarios --json", "openapi"])
def test_a_full_disk_is_said_in_one_line(url: str, command: str) -> None:
    done = in_a_shell(f"$M {command} > /dev/full", MOCKSERVER_URL=url)
    assert (done.returncode, done.stderr) == (2, "mockserver: cannot print: No space left on device\n")


def test_streams_that_are_closed_stop_no_command(url: str) -> None:
    assert in_a_shell("$M scenarios >&- 2>&- <&-", MOCKSERVER_URL=url).returncode == 0
    assert in_a_shell("$M verify use_offer --count 3 >&- 2>&-", MOCKSERVER_URL=url).returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
@pytest.mark.parametrize("streams", ["> /dev/full 2> /dev/full", ">&- 2>&-", "<&- >&- 2>&-", ""])
def test_a_server_serves_whatever_becomes_of_its_output(streams: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    unread, written = os.pipe()
    os.close(unread)  # a pipe that nobody reads
    line = f"exec {shlex.join(MOCKSERVER)} serve --port {port} --access-log on {streams}"
    with subprocess.Popen(["bash", "-c", line], stdout=written, stderr=written, env=CLEAN) as server:
        os.close(written)
        try:
            assert run("healthcheck", "--wait", "60", MOCKSERVER_PORT=port).stdout == "ready\n"
            assert run("worlds", MOCKSERVER_PORT=port).stdout.startswith("WORLD")
        finally:
            server.terminate()
        assert server.wait(60) == 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_no_code_page_ends_a_command_and_json_stays_json(url: str, encoding: str) -> None:
    environ = {"PYTHONIOENCODING": encoding, "MOCKSERVER_URL": url, "MOCKSERVER_WORLD": "evil"}
    shown = in_a_shell("$M scenarios | $M2 && $M scenarios --json".replace("$M2", "cat > /dev/null"), **environ)
    assert (shown.returncode, shown.stderr) == (0, "")
    titles = {each["id"]: each["title"] for each in json.loads(shown.stdout)["scenarios"]}
    assert titles["evil"] == f"Kjøp {EVIL}"


@pytest.mark.parametrize("json_too", ["", " --json"])
def test_what_a_client_sent_never_drives_a_terminal(url: str, json_too: str) -> None:
    shown = run("scenarios", *json_too.split(), MOCKSERVER_URL=url, MOCKSERVER_WORLD="evil").stdout
    assert "\\u001b" in shown
    assert not set("\x1b\x07\x9b\x7f‮") & set(shown)


def test_a_usage_error_shows_no_control_characters() -> None:
    for arguments in (["\x1b[31m"], ["requests", "--limit", "\x1b[31m"], ["state", "get", "\x9b31m"]):
        done = run(*arguments)
        assert done.returncode == 2
        assert not set("\x1b\x9b") & set(done.stderr)


def test_junit_is_well_formed_whatever_was_sent() -> None:
    finding = Finding("retry_storms", f"GET /{EVIL}\x00\ufffe\ud800 <&>\"' was tried", (1,))
    text = as_junit([WorldReport("default", 1, (finding,))])
    failure = ElementTree.fromstring(text.encode()).find(".//failure")
    assert failure is not None
    assert failure.get("message", "").endswith("\\u0000\\ufffe\\ud800 <&>\"' was tried")


def test_ordinary_text_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Kjøpesenter 10 kr, 日本語, 👨‍👩‍👧"
    assert printable(text) == text
    say(text, StyledLine("\x1b[1mours\x1b[0m"), "theirs\x1b[1m")
    assert capsys.readouterr().out == f"{text}\nours\ntheirs\\u001b[1m\n"  # no colours in a file
