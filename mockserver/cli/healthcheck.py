"""``mockserver healthcheck``: is a server there, and ready? For containers and pipelines; standard library only."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import click

from mockserver.cli.exits import NOT_READY, UNREACHABLE, fail


@click.command
@click.option("--url", help="Server to ask.  [MOCKSERVER_URL; default http://127.0.0.1:PORT]")
@click.option("--wait", type=float, default=0.0, metavar="SECONDS", help="Keep asking for this long.")
def healthcheck(url: str | None, wait: float) -> None:
    """Ask a running server whether it is ready: exit code 0 if so, 3 if nobody answers, 4 if it is not ready in time."""
    asked = f"{(url or url_of(os.environ)).rstrip('/')}/__mock/ready"
    deadline = time.monotonic() + wait
    while (code := state_of(asked)) and time.monotonic() < deadline:
        time.sleep(0.05)
    if code == UNREACHABLE:
        fail(code, f"nobody answers at {asked}")
    if code:
        fail(code, f"not ready: {asked}")
    click.echo("ready")


def url_of(environ: Mapping[str, str]) -> str:
    """Return the server that the environment names: MOCKSERVER_URL, else loopback at MOCKSERVER_PORT or PORT or 8080."""
    port = environ.get("MOCKSERVER_PORT") or environ.get("PORT") or "8080"
    return environ.get("MOCKSERVER_URL") or f"http://127.0.0.1:{port}"


def state_of(url: str) -> int:
    """Return 0 where a GET succeeds, NOT_READY where it is refused, UNREACHABLE where nobody answers within 2 seconds."""
    try:
        return 0 if status_of(url) == 200 else NOT_READY
    except (OSError, ValueError):
        return UNREACHABLE


def status_of(url: str) -> int:
    """Return the status of a GET. Raise OSError or ValueError where no HTTP comes back.

    A container runtime asks every second, so plain HTTP is spoken by hand: importing urllib costs more than all the rest.
    """
    parts = urlsplit(url)
    if parts.scheme == "https":
        return _status_over_tls(url)
    with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 80), 2) as connection:
        connection.sendall(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        answer = connection.recv(32).split()
    if len(answer) < 2 or not answer[0].startswith(b"HTTP/"):
        raise ValueError("no HTTP")
    return int(answer[1])


def _status_over_tls(url: str) -> int:
    import ssl
    from urllib.error import HTTPError
    from urllib.request import urlopen

    unverified = ssl._create_unverified_context()  # the certificate is the mock's own; only life is asked for
    try:
        with urlopen(url, timeout=2, context=unverified) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code
