"""``mockserver mcp``: what a coding agent drives the mock with, over stdin and stdout."""

from __future__ import annotations

import importlib.util
import os
import signal
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mockserver.cli.driving import connect
from mockserver.cli.exits import CANNOT_START, fail

if TYPE_CHECKING:
    from mockserver.client import MockClient

MISSING = "mcp needs the package mcp: pip install 'offers-mockserver[mcp]'"


@click.command
@click.option("--url", help="Server to drive.  [MOCKSERVER_URL; default one of its own, on a free port]")
@click.option("--token", help="Control token, if the server has one.  [MOCKSERVER_CONTROL_TOKEN]")
def mcp(url: str | None, token: str | None) -> None:
    """Serve the Model Context Protocol on stdin and stdout, for a coding agent.

    It drives the server at --url, else starts one of its own at the first call that needs it, with the settings of the
    environment (MOCKSERVER_FIXTURES, ...). Each session works in a world of its own, which goes with it unless kept.
    """
    if importlib.util.find_spec("mcp") is None:
        fail(CANNOT_START, MISSING)
    try:
        _serve(url, token)
    except _Stopped as stopped:  # a thread that reads stdin would hold the process until that is closed
        os._exit(stopped.code)


def _serve(url: str | None, token: str | None) -> None:
    from mockserver.capsules.replay import replay
    from mockserver.capsules.telling import result
    from mockserver.mcp.agent_worlds import AgentWorlds
    from mockserver.mcp.capsule_tools import capsule_tools
    from mockserver.mcp.server import agent_server
    from mockserver.mock import Mock

    given = url or os.environ.get("MOCKSERVER_URL") or None
    with ExitStack() as ended:
        worlds = AgentWorlds(lambda: _client(given, token, ended), time.monotonic)
        ended.callback(worlds.close)
        if given:
            _check(worlds)
        if hasattr(signal, "SIGTERM"):
            signal.signal(signal.SIGTERM, _leave)
        agent_server(worlds, capsule_tools(lambda found: replay(found, Mock), result)).run("stdio")


def _client(url: str | None, token: str | None, ended: ExitStack) -> MockClient:
    """Return the client of the server, which is started if none is named; its output goes to stderr."""
    if url is None:
        from mockserver.client.process import running

        url = ended.enter_context(running())
    return connect(url, None, token)


def _check(worlds: Any) -> None:
    """End the command now where no server answers at the URL, or it wants a token: an agent could do nothing about it."""
    from mockserver.cli.driving import told_problems

    with told_problems():
        worlds.client.world()


class _Stopped(SystemExit):
    """A signal ends the process, once its worlds and its server are gone."""

    code: int


def _leave(number: int, _: Any) -> NoReturn:
    raise _Stopped(128 + number)
