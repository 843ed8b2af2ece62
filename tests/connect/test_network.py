"""A machine that changes its network keeps its HTTPS; and a server with HTTPS stops when it is told to."""

from __future__ import annotations

import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="the extra tls is not installed")
# a server whose machine has the addresses that a file says, and that looks at them often
SERVER = """
import pathlib
from mockserver.hosts import addresses, network
network.EVERY = 0.02
addresses.lan_addresses = lambda: pathlib.Path({file!r}).read_text().split()
from mockserver.cli import main
main(["serve", "--port", "0", "--tls", "--data-dir", {data!r}])
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    (tmp_path / "addresses").write_text("192.168.1.20")
    script = SERVER.format(file=str(tmp_path / "addresses"), data=str(tmp_path / "data"))
    running = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert running.stdout is not None
    try:
        for line in running.stdout:
            if found := re.search(r"https://[^:]+:(\d+)", line):
                yield running, int(found[1])
                break
        else:
            pytest.fail("the server did not come up")
    finally:
        running.kill()
        running.communicate()


def connected(port: int, name: str, authority: Path) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=60)
    try:
        return ssl.create_default_context(cafile=authority).wrap_socket(plain, server_hostname=name)
    finally:
        plain.close()


def verifies(port: int, name: str, authority: Path) -> bool:
    try:
        connected(port, name, authority).close()
    except ssl.SSLCertVerificationError:
        return False
    return True


def verifies_by_now(port: int, name: str, authority: Path) -> bool:
    try:
        return verifies(port, name, authority)
    except (ssl.SSLEOFError, ConnectionError):  # a handshake that the change of hosts cut off
        return False


def health(connection: ssl.SSLSocket) -> bytes:
    connection.sendall(b"GET /__mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection.recv(65_536).split(b"\r\n")[0]


def test_a_new_network_has_its_certificate_within_moments_and_the_authority_stays(
    process: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    _, port = process
    authority = tmp_path / "data" / "ca.pem"
    trusted = authority.read_bytes()
    assert verifies(port, "192.168.1.20", authority)
    assert not verifies(port, "10.9.8.7", authority)
    (tmp_path / "addresses").write_text("10.9.8.7")
    deadline = time.monotonic() + 60
    while not verifies_by_now(port, "10.9.8.7", authority):
        assert time.monotonic() < deadline, "the certificate was not renewed"
    for _ in range(10):  # none of them goes to the host that is gone
        with connected(port, "10.9.8.7", authority) as connection:
            assert health(connection) == b"HTTP/1.1 200 OK"
    assert authority.read_bytes() == trusted


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_server_with_https_stops_though_clients_hold_connections_open(
    process: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    running, port = process
    with connected(port, "localhost", tmp_path / "data" / "ca.pem") as connection:
        assert health(connection) == b"HTTP/1.1 200 OK"
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0


def test_a_port_of_https_that_is_in_use_is_one_line_that_names_its_flag(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--tls", "--tls-port", port]
        done = subprocess.run([*command, "--data-dir", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.fullmatch(rf"mockserver: port {port} on 127.0.0.1 is in use: .* --tls-port .*\n", done.stderr)


def test_without_the_extra_the_server_does_not_start_and_says_what_to_install(tmp_path: Path) -> None:
    script = "import sys; sys.modules['cryptography'] = None; from mockserver.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", script, "serve", "--port", "0", "--tls", "--data-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'offers-mockserver[tls]'" in done.stderr
