"""``mockserver healthcheck``: tells whether a server is ready, for containers and pipelines; standard library only."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import click

from mockserver.cli.exits import NOT_READY, UNREACHABLE, fail
from mockserver.cli.output import say
from mockserver.cli.whereabouts import container_flags, url_of

SECONDS = 2.0  # for a response


@click.command
@click.option("--url", help="Server to ask.  [MOCKSERVER_URL; default that of this container or environment]")
@click.option("--token", help="Control token, if the server has one.  [MOCKSERVER_CONTROL_TOKEN]")
@click.option("--wait", type=float, default=0.0, metavar="SECONDS", help="Keep asking for this long.")
def healthcheck(url: str | None, token: str | None, wait: float) -> None:
    """Check whether a server is ready: exit code 0 if so, 3 if it does not respond, 4 if it is not ready in time."""
    environ = dict(os.environ) | container_flags()
    asked = f"{(url or url_of(environ)).rstrip('/')}/__mock/ready"
    token = token or environ.get("MOCKSERVER_CONTROL_TOKEN")
    deadline = time.monotonic() + wait
    while (code := state_of(asked, token)) and time.monotonic() < deadline:
        time.sleep(0.05)
    if code == UNREACHABLE:
        fail(code, f"nobody answers at {asked}; --url or MOCKSERVER_URL names another server")
    if code:
        fail(code, f"not ready: {asked}" + _told_by(asked, token))
    say("ready")


def state_of(url: str, token: str | None = None) -> int:
    """Return 0 if a GET succeeds, NOT_READY if it is refused, UNREACHABLE without a response within 2 seconds."""
    try:
        return 0 if status_of(url, token) == 200 else NOT_READY
    except (OSError, ValueError):
        return UNREACHABLE


def _told_by(url: str, token: str | None) -> str:
    try:
        status = status_of(url, token)
    except (OSError, ValueError):
        return ""
    wanted = ": it needs --token or MOCKSERVER_CONTROL_TOKEN" if status == 401 else ""
    return f" answers {status}{wanted}"


def status_of(url: str, token: str | None = None) -> int:
    """Return the status of a GET. Raise OSError or ValueError without an HTTP response.

    Container runtimes call this every second, so plain HTTP is written by hand: importing urllib takes longer than the rest.
    """
    parts = urlsplit(url)
    headers = {"Host": parts.netloc.rpartition("@")[2]} | _authorization(token)
    if parts.scheme == "https":
        return _status_over_tls(url, headers)
    with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 80), SECONDS) as connection:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"GET {parts.path} HTTP/1.0\r\n{head}\r\n".encode("latin-1", "replace"))
        answer = connection.recv(32).split()
    if len(answer) < 2 or not answer[0].startswith(b"HTTP/"):
        raise ValueError("no HTTP")
    return int(answer[1])


def _authorization(token: str | None) -> dict[str, str]:
    return {"X-Mock-Token": "".join(token.splitlines())} if token else {}


def _status_over_tls(url: str, headers: Mapping[str, str]) -> int:
    import ssl
    from urllib.error import HTTPError
    from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

    unverified = ssl._create_unverified_context()  # the certificate is the mock's own; only liveness matters
    direct = build_opener(ProxyHandler({}), HTTPSHandler(context=unverified))
    try:
        with direct.open(Request(url, headers=dict(headers)), timeout=SECONDS) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code
