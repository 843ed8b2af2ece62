"""The command line as a user runs it: a process, its exit code and what it prints."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockserver.client import MockClient
from mockserver.client.process import running
from mockserver.hosts.addresses import lan_addresses
from tests.cli.commands import CLEAN, MOCKSERVER, run


@contextmanager
def started(*arguments: str, **environ: str) -> Iterator[list[str]]:
    """Run ``serve`` on a free port; give what it printed until it was ready."""
    command = [*MOCKSERVER, "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=CLEAN | environ)
    assert process.stdout is not None
    lines: list[str] = []
    try:
        while not lines or "try" not in lines[-1]:
            line = process.stdout.readline()
            assert line, process.communicate()
            lines.append(line.rstrip())
        yield lines
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")


def url_in(lines: list[str]) -> str:
    return next(found[0] for line in lines if (found := re.findall(r"address +(http://127\.0\.0\.1:\d+)", line)))


def test_help_names_every_command_without_importing_the_server() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for name in ("serve", "check", "generate", "operations", "healthcheck"):
        assert re.search(rf"^  {name} +\S", shown.stdout, re.M)


def test_an_unknown_command_is_told_with_the_nearest_one() -> None:
    shown = run("serv")
    assert (shown.returncode, "did you mean 'serve'?" in shown.stderr) == (2, True)


def test_serve_says_where_it_is_and_its_curl_line_works() -> None:
    with started() as lines:
        address = url_in(lines)
        assert any("47 offers" in line for line in lines)
        assert any(line.endswith(f"{address}/__mock/ui") for line in lines)
        curl = shlex.split(lines[-1].split("try", 1)[1])
        assert curl[0] == "curl"
        answered = subprocess.run([*curl, "-s", "-w", "%{http_code}"], capture_output=True, text=True, check=True)
        assert answered.stdout.endswith("200")


def test_serve_says_so_in_json_and_is_found_by_what_it_says() -> None:
    with started("--log-format", "json") as lines:
        told = json.loads(lines[0])
        assert (told["event"], told["revision"]) == ("started", "union")
        assert told["console"] == f"{told['address']}/__mock/ui"
    with running("--log-format", "json") as url, MockClient(url) as client:
        assert client.ready()


def test_serve_beyond_loopback_names_the_addresses_of_others_and_of_the_android_emulator() -> None:
    with started("--host", "0.0.0.0") as lines:
        port = url_in(lines).rpartition(":")[2]
        assert any(f"emulator    http://10.0.2.2:{port} " in line for line in lines)
        for address in lan_addresses():
            assert any(f"network     http://{address}:{port} " in line for line in lines)


def test_healthcheck_tells_ready_from_unreachable() -> None:
    with started() as lines:
        assert run("healthcheck", "--wait", "60", "--url", url_in(lines)).returncode == 0
        port = url_in(lines).rsplit(":", 1)[1]
        assert run("healthcheck", "--wait", "60", PORT=port).returncode == 0
        assert run("healthcheck", "--wait", "60", PORT="1", MOCKSERVER_URL=url_in(lines)).returncode == 0
    gone = run("healthcheck", "--url", url_in(lines))
    assert (gone.returncode, "nobody answers" in gone.stderr) == (3, True)


def test_healthcheck_of_a_server_that_is_not_ready_is_4() -> None:
    with socket.create_server(("127.0.0.1", 0)) as fake:
        asking = subprocess.Popen(
            [*MOCKSERVER, "healthcheck", "--url", f"http://127.0.0.1:{fake.getsockname()[1]}"], stderr=subprocess.PIPE
        )
        connection, _ = fake.accept()
        with connection:
            connection.recv(1_000)
            connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
        asking.communicate(timeout=60)
        assert asking.returncode == 4


def test_check_counts_what_is_right() -> None:
    done = run("check")
    assert done.returncode == 0
    assert re.search(r"47 offers.*; \d\d scenarios; no problems", done.stdout)


def test_check_hints_at_what_is_probably_not_meant(tmp_path: Path) -> None:
    (tmp_path / "mall.yaml").write_text("clubs: [{slug: m}]\noffers: [{id: 1, stores: [Bakery]}]\n")
    done = run("check", "--fixtures", str(tmp_path))
    assert done.returncode == 0
    assert done.stderr == "mockserver: hint: offer 1 names the store Bakery, which no store of m has\n"


def test_check_knows_the_permits_of_the_apis_that_are_served(tmp_path: Path) -> None:
    text = "clubs: [{slug: m}]\nclients:\n  - {token: a, permits: ['BL:*', 'Offers:Api:MemberOffers:Uze']}\n"
    (tmp_path / "mall.yaml").write_text(text)
    done = run("check", "--fixtures", str(tmp_path))
    assert done.returncode == 2
    assert "mall.yaml:3: clients[0].permits[1]" in done.stderr
    assert "perhaps Offers:Api:MemberOffers:Use" in done.stderr


def test_a_port_in_use_is_one_line_and_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        shown = run("serve", "--port", str(taken.getsockname()[1]))
    assert shown.returncode == 2
    assert re.fullmatch(r"mockserver: port \d+ on 127\.0\.0\.1 is in use: .*\n", shown.stderr)


@pytest.mark.parametrize("command", ["serve", "check"])
def test_broken_fixtures_are_one_line_a_problem_and_2(command: str, tmp_path: Path) -> None:
    (tmp_path / "offers.yaml").write_text("offers:\n  - {id: x, nmae: 3}\n")
    shown = run(command, "--fixtures", str(tmp_path))
    assert shown.returncode == 2
    assert len(shown.stderr.splitlines()) >= 2
    assert all(line.startswith("mockserver: ") and "offers.yaml:2" in line for line in shown.stderr.splitlines())


def test_a_bad_setting_is_one_line_and_2() -> None:
    shown = run("serve", MOCKSERVER_REVISION="2020-01")
    assert (shown.returncode, shown.stderr.count("\n")) == (2, 1)
    assert shown.stderr.startswith("mockserver: MOCKSERVER_REVISION: expected one of ")


def test_an_unknown_variable_is_warned_about() -> None:
    shown = run("check", MOCKSERVER_FIXTURE="x")
    assert shown.returncode == 0
    assert (
        shown.stderr == "mockserver: warning: MOCKSERVER_FIXTURE is not a setting; did you mean MOCKSERVER_FIXTURES?\n"
    )


def test_generated_fixtures_are_valid_and_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        made = run("generate", "--offers", "60", "--members", "12", "--seed", "7", "--out", str(tmp_path / name))
        assert made.returncode == 0, made.stderr
    files = {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()}
    assert files
    assert files == {file.name: file.read_bytes() for file in (tmp_path / "two").iterdir()}
    assert "60 offers" in run("check", "--fixtures", str(tmp_path / "one")).stdout


def test_generate_says_what_it_cannot_do(tmp_path: Path) -> None:
    shown = run("generate", "--locale", "xx_YY", "--out", str(tmp_path / "out"))
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr


def test_operations_are_listed_as_a_table_and_as_json() -> None:
    import json

    table, rows = run("operations").stdout, json.loads(run("operations", "--json").stdout)
    assert {"use_offer", "list_offers_admin", "create_token"} <= {row["name"] for row in rows}
    assert all(re.search(rf"^{row['name']} ", table, re.M) for row in rows)
    of_2019 = json.loads(run("operations", "--json", "--revision", "2019-08").stdout)
    assert {row["name"] for row in rows} - {row["name"] for row in of_2019} == {"grant_offer", "grant_offers"}
    assert {each for row in of_2019 for each in row["contexts"]} == {"me"}
