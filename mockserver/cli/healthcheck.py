"""``mockserver healthcheck``: is a server there, and ready? For containers and pipelines; standard library only."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

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
    """Answer the server that the environment names: MOCKSERVER_URL, else loopback at MOCKSERVER_PORT or PORT or 8080."""
    port = environ.get("MOCKSERVER_PORT") or environ.get("PORT") or "8080"
    return environ.get("MOCKSERVER_URL") or f"http://127.0.0.1:{port}"


def state_of(url: str) -> int:
    """Answer 0 where a GET succeeds, NOT_READY where it is refused, UNREACHABLE where nobody answers within 2 seconds."""
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, build_opener

    try:
        with build_opener(ProxyHandler({})).open(url, timeout=2) as response:
            return 0 if response.status == 200 else NOT_READY
    except HTTPError:
        return NOT_READY
    except (OSError, ValueError):
        return UNREACHABLE
