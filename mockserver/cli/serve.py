"""``mockserver serve``: load, listen, say so, and serve until told to stop."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.exits import CANNOT_START, fail
from mockserver.cli.knobs import knob_options, settings_of

if TYPE_CHECKING:
    from mockserver.adapter import Wsgi
    from mockserver.mock import Mock
    from mockserver.settings import Settings


@click.command
@knob_options()
def serve(**flags: Any) -> None:
    """Start the mock server.

    Every flag has a variable, shown in brackets; a flag beats its variable.
    """
    from mockserver.server import ListenError, listen

    settings = settings_of(flags)
    try:
        listener = listen(settings.host, settings.port)
    except ListenError as error:
        fail(CANNOT_START, str(error))
    mock = built(settings)
    run(settings, mock, listener)


def built(settings: Settings) -> Mock:
    """Build the mock. Broken fixtures or scenarios end the process with 2 and every problem on a line of its own."""
    from mockserver.fixtures.load import FixtureError
    from mockserver.mock import build
    from mockserver.scenarios.library import UnknownScenarioError
    from mockserver.scenarios.reading import ScenarioError

    try:
        return build(settings)
    except (FixtureError, ScenarioError, UnknownScenarioError) as error:
        fail(CANNOT_START, *str(error).splitlines())


def run(settings: Settings, mock: Mock, listener: Any) -> None:
    """Serve on a listening socket until a signal, then end the process."""
    from mockserver.accesslog import access_log
    from mockserver.cli.welcome import welcome
    from mockserver.server import Server, end_process

    def application() -> Wsgi:
        from mockserver.app import create_app

        return create_app(mock=mock).wsgi_app

    host, port = listener.getsockname()[:2]

    def started() -> None:
        if not settings.quiet:
            click.echo("\n".join(welcome(settings, mock, host, port)))
            sys.stdout.flush()

    Server(listener, mock, application, settings, access_log(settings)).run(started)
    end_process()
