"""Environments that others set up: containers, clusters, users without a name or a home."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.cli.execute import arguments_of, surroundings
from mockserver.cli.whereabouts import container_flags, url_of
from mockserver.fixtures.workshop import workshop
from mockserver.hosts.tls import TlsError, usable_directory
from mockserver.settings import Settings, unknown_variables
from tests.cli.commands import CLEAN, in_a_shell, run

CLUSTER = {
    "MOCKSERVER_PORT": "tcp://10.0.0.11:8080",
    "MOCKSERVER_PORT_8080_TCP": "tcp://10.0.0.11:8080",
    "MOCKSERVER_PORT_8080_TCP_ADDR": "10.0.0.11",
    "MOCKSERVER_PORT_8080_TCP_PORT": "8080",
    "MOCKSERVER_PORT_8080_TCP_PROTO": "tcp",
    "MOCKSERVER_SERVICE_HOST": "10.0.0.11",
    "MOCKSERVER_SERVICE_PORT": "8080",
    "MOCKSERVER_SERVICE_PORT_HTTP": "8080",
    "MOCKSERVER_TLS_PORT": "tcp://10.0.0.12:443",
    "MOCKSERVER_TLS_SERVICE_HOST": "10.0.0.12",
}


def test_what_a_cluster_sets_for_a_service_of_our_name_is_no_setting() -> None:
    settings = Settings.resolve({}, CLUSTER)
    assert (settings.port, settings.tls_port) == (8080, None)
    assert list(unknown_variables(CLUSTER)) == [
        "ignored, as set for a service called mockserver and not for its settings: " + ", ".join(sorted(CLUSTER))
    ]


@pytest.mark.parametrize("name", ["MOCKSERVER_PORT", "MOCKSERVER_HOST", "MOCKSERVER_TLS_PORT"])
@pytest.mark.parametrize("scheme", ["tcp", "udp", "sctp", "TCP"])
def test_an_address_is_neither_a_port_nor_a_host(name: str, scheme: str) -> None:
    environ = {name: f"{scheme}://10.0.0.11:8080"}
    assert Settings.resolve({}, environ) == Settings()
    assert len(list(unknown_variables(environ))) == 1


def test_a_typing_mistake_beside_them_is_still_told() -> None:
    assert list(unknown_variables({"MOCKSERVER_SERVICE_HOST": "x", "MOCKSERVER_PROT": "1"}))[1:] == [
        "MOCKSERVER_PROT is not a setting; did you mean MOCKSERVER_PORT?"
    ]


def test_a_command_in_a_cluster_says_so_in_one_line_and_works() -> None:
    done = run("check", **CLUSTER)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert done.stderr.startswith("mockserver: warning: ignored, as set for a service called mockserver")


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"PORT": "81"}, "http://127.0.0.1:81"),
        ({"PORT": "81", "MOCKSERVER_PORT": "82"}, "http://127.0.0.1:82"),
        ({"PORT": "81", "MOCKSERVER_PORT": "tcp://10.0.0.11:8080"}, "http://127.0.0.1:81"),
        ({"MOCKSERVER_HOST": "0.0.0.0"}, "http://127.0.0.1:8080"),
        ({"MOCKSERVER_HOST": "::"}, "http://[::1]:8080"),
        ({"MOCKSERVER_HOST": "::1"}, "http://[::1]:8080"),
        ({"MOCKSERVER_HOST": "192.168.1.20", "MOCKSERVER_PORT": "9"}, "http://192.168.1.20:9"),
        ({"MOCKSERVER_HOST": "mybox", "MOCKSERVER_URL": "https://x:1/w/a"}, "https://x:1/w/a"),
    ],
)
def test_commands_ask_the_host_and_port_that_are_served(environ: dict[str, str], url: str) -> None:
    assert url_of(environ) == url


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        ("python3 /bin/mockserver serve --port 9090 --host=::1", {"PORT": "9090", "HOST": "::1"}),
        ("/sbin/docker-init -- mockserver-container serve --port=1 --port 2", {"PORT": "2"}),
        ("python -m mockserver serve --control-token t", {"CONTROL_TOKEN": "t"}),
        ("mockserver serve", {}),
        ("mockserver serve --port", {}),
        ("/sbin/init", {}),
        ("nginx serve --port 3", {}),
    ],
)
def test_in_a_container_the_flags_of_its_server_count(command: str, flags: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "cmdline"
    file.write_text("\0".join(command.split()) + "\0")
    assert container_flags(file) == {f"MOCKSERVER_{name}": value for name, value in flags.items()}
    assert container_flags(tmp_path / "none") == {}


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
@pytest.mark.parametrize(
    ("environ", "port"),
    [
        ({}, "8080"),
        ({"PORT": "81"}, "81"),
        ({"PORT": "81", "MOCKSERVER_PORT": "82"}, "82"),
        ({"PORT": "81", "MOCKSERVER_PORT": "tcp://10.0.0.11:8080"}, "81"),
    ],
)
def test_the_container_listens_on_the_port_that_was_meant(environ: dict[str, str], port: str, tmp_path: Path) -> None:
    (tmp_path / "mockserver").write_text('#!/bin/sh\necho "$MOCKSERVER_PORT"\n')
    (tmp_path / "mockserver").chmod(0o755)
    entry = Path(__file__).parents[2] / "container-entrypoint.sh"
    done = in_a_shell(f"sh {entry} serve", PATH=f"{tmp_path}:{os.environ['PATH']}", **environ)
    assert done.stdout.strip() == port


def test_without_a_home_the_authority_is_kept_among_the_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "file").touch()
    said: list[str] = []
    directory = usable_directory({"HOME": str(tmp_path / "file")}, said.append)
    assert directory.parent == tmp_path
    assert usable_directory({"HOME": str(tmp_path / "file")}, said.append) == directory
    assert said[0].startswith(f"the certificate authority lasts only as long as {directory} (")
    directory.chmod(0o777)  # somebody else may have put it there
    assert usable_directory({"HOME": str(tmp_path / "file")}, said.append) != directory
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(TlsError, match="--data-dir"):
        usable_directory({"HOME": str(tmp_path / "file")}, said.append)


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="only root becomes another user")
def test_a_user_without_a_name_and_a_home_serves_with_tls_too(tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o011)
    program = (
        "import os; os.setgroups([]); os.setgid(54321); os.setuid(54321); os.execv(os.sys.executable, os.sys.argv[1:])"
    )
    become = [sys.executable, "-c", program, sys.executable]
    if subprocess.run([*become, "-c", "import mockserver.app"], capture_output=True, check=False).returncode:
        pytest.skip("another user may not read this checkout, or this Python")
    environ = {name: value for name, value in CLEAN.items() if name != "HOME"} | {"TMPDIR": str(tmp_path)}
    command = [*become, "-m", "mockserver", "exec", "--tls", "--", "true"]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"serving at http://127\.0\.0\.1:\d+, log in ", done.stderr)


def test_exec_hands_every_flag_on_as_it_was_given() -> None:
    given = {"port": "9", "scenario": ("a", "b"), "watch": True, "fast_path": False, "freeze": None, "tls_name": ()}
    assert [*arguments_of(given)] == [
        *["--port", "9", "--scenario", "a", "--scenario", "b", "--watch", "--no-fast-path"]
    ]


def test_exec_leads_its_command_past_a_proxy() -> None:
    found = surroundings("http://127.0.0.1:9", {"control_token": "t"}, {"no_proxy": "intra.example, localhost"})
    assert found == {
        "MOCKSERVER_URL": "http://127.0.0.1:9",
        "no_proxy": "intra.example,localhost,127.0.0.1,::1",
        "NO_PROXY": "intra.example,localhost,127.0.0.1,::1",
        "MOCKSERVER_CONTROL_TOKEN": "t",
    }


def test_what_a_killed_generator_left_is_removed_by_the_next_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    left, foreign = tmp_path / ".out-abcd1234.part", tmp_path / ".out-backup"
    for directory in (left, foreign):
        directory.mkdir()
        (directory / "offers.json").touch()
    with workshop(tmp_path / "out") as one:
        assert not left.exists()
        with workshop(tmp_path / "out") as other:
            assert one != other
            assert one.is_dir()
    assert [each.name for each in tmp_path.iterdir()] == [".out-backup"]
