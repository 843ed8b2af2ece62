"""``mockserver serve``: load, listen, print the addresses, and serve until a signal."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from itertools import islice
from threading import Timer
from typing import TYPE_CHECKING, Any

import click
import orjson

from mockserver.cli.exits import CANNOT_START, fail
from mockserver.cli.knobs import knob_options, settings_of
from mockserver.cli.output import tell
from mockserver.clock import system_now
from mockserver.values.instants import iso

if TYPE_CHECKING:
    from socket import socket

    from mockserver.hosts.environ import Wsgi
    from mockserver.hosts.tls import HttpsListener
    from mockserver.mock import Mock
    from mockserver.settings import Settings

# Requests make no reference cycles, and searching the journals of many worlds for some takes a tenth of a second.
COLLECTIONS = (2_000, 10, 1_000)
SETTLED = 0.5  # seconds after start by which the first request is usually handled


@click.command
@knob_options()
def serve(**flags: Any) -> None:
    """Start the mock server.

    Every flag has a variable, shown in brackets; a flag beats its variable.
    """
    start(settings_of(flags))


def start(settings: Settings, arrange: Callable[[Mock], None] = lambda _: None) -> None:
    """Build a mock, have it arranged, and serve it until a signal; then end the process."""
    from mockserver.hosts.server import ListenError, listen_locally

    try:
        listeners = listen_locally(settings.host, settings.port)
    except ListenError as error:
        fail(CANNOT_START, str(error))
    warn = warner(settings)
    secure = secured(settings, warn, listeners[0].getsockname()[1])
    mock = built(settings, warn)
    arrange(mock)
    run(settings, mock, listeners, warn, secure)


def secured(settings: Settings, warn: Callable[[str], None], port: int) -> HttpsListener | None:
    """Listen for HTTPS on the port after HTTP's, if the settings want it; an error ends the process with 2."""
    if not settings.tls:
        return None
    import os

    from mockserver.hosts.addresses import certificate_names
    from mockserver.hosts.server import ListenError, listen_locally
    from mockserver.hosts.tls import HttpsListener, TlsError, certificate_for, usable_directory

    wanted = settings.tls_port
    if wanted is None:
        wanted = port + 1 if settings.port and port < 65_535 else 0
    try:
        names = certificate_names(settings.tls_name)
        directory = settings.data_dir or usable_directory(os.environ, warn)
        certificate = certificate_for(names, directory)
        listeners = listen_locally(settings.host, wanted, "--tls-port")
    except (TlsError, ListenError) as error:
        fail(CANNOT_START, str(error))
    return HttpsListener(listeners, listeners[0].getsockname()[1], certificate)


def built(settings: Settings, warn: Callable[[str], None]) -> Mock:
    """Build the mock, and warn about probable mistakes in its fixtures.

    Invalid fixtures or scenarios end the process with 2 and one line per problem.
    """
    from mockserver.documents.problems import DocumentError
    from mockserver.fixtures.hints import TOLD, hints
    from mockserver.scenarios.library import UnknownScenarioError

    try:
        mock = _build(settings, warn)
    except (DocumentError, UnknownScenarioError) as error:
        fail(CANNOT_START, *str(error).splitlines())
    if settings.fixtures is not None:
        for hint in islice(hints(mock.worlds.get("default").records), TOLD):
            warn(f"hint: {hint}")
    return mock


def _build(settings: Settings, warn: Callable[[str], None]) -> Mock:
    if settings.store == "memory":
        from mockserver.mock import build

        return build(settings)
    from mockserver.stores.kept_mock import KeptMock, build_kept, unheeded
    from mockserver.stores.store import StoreError

    try:
        mock: KeptMock
        if settings.store.startswith("sqlite:"):
            mock = build_kept(settings)
        else:
            from mockserver.stores.replica_mock import build_replica

            mock = build_replica(settings, settings.host)
    except StoreError as error:
        fail(CANNOT_START, f"--store {settings.store}: {error}")
    line = unheeded(mock)
    if line is not None:
        warn(line)
    return mock


def run(
    settings: Settings,
    mock: Mock,
    listeners: Sequence[socket],
    warn: Callable[[str], None],
    secure: HttpsListener | None = None,
) -> None:
    """Serve on listening sockets until a signal, then end the process."""
    from mockserver.cli.welcome import welcome
    from mockserver.hosts.accesslog import access_log
    from mockserver.hosts.server import Server, end_process

    def application() -> Wsgi:
        from mockserver.app import create_app

        return create_app(mock=mock, secure=secure).wsgi_app

    host, port = listeners[0].getsockname()[:2]
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    mock.own_url = f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"

    def started() -> None:
        later = Timer(SETTLED, get_ready, (mock,))
        later.daemon = True
        later.start()
        if not settings.quiet:
            tell(*welcome(settings, mock, host, port, secure))
        if settings.watch:
            from mockserver.sources.watch import SourceWatch

            SourceWatch(mock, warn).start()

    mock.worlds.when_evicted(warn)
    gc.set_threshold(*COLLECTIONS)
    world = mock.worlds.get("default")
    with world.lock:
        world.lists.make_ready(world.records)
    gc.freeze()  # loaded objects are permanent: collecting them again and again would delay requests
    Server(listeners, mock, application, settings, access_log(settings), secure, mock.hand_over).run(started)
    mock.close()
    end_process()


def warner(settings: Settings) -> Callable[[str], None]:
    """Return a function that prints a warning on stderr: a line of text, or of JSON under ``--log-format json``."""

    def warn(line: str) -> None:
        if settings.log_format == "text":
            tell(f"mockserver: {line}", err=True)
        else:
            told = {"at": iso(system_now()), "event": "warning", "message": line}
            tell(orjson.dumps(told).decode(), err=True)

    return warn


def get_ready(mock: Mock) -> None:
    """Prepare imports and indexes, off the first requests' path."""
    from mockserver.hosts.warm_up import warm_up

    warm_up(mock.worlds.get("default"))
