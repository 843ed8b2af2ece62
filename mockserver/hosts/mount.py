"""WSGI middleware in front of Flask: the mount of each world, and the undecoded path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

from mockserver.api.routes import has_encoded_slash
from mockserver.exchange import single_slashes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "mockserver.path"
"""Environment key: ``PATH_INFO`` as the server gave it, with the world's prefix."""
PREFIX = "mockserver.prefix"
"""Environment key: ``SCRIPT_NAME`` as the server gave it, without the world's prefix."""


class WorldMount:
    """The application, also mounted at each ``/w/{world}``; an encoded slash stays encoded, so that it separates no segments."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Handle a request."""
        environ[PREFIX] = environ.get("SCRIPT_NAME", "")
        environ[PATH] = path = single_slashes(environ.get("PATH_INFO", ""))
        raw_path = raw_path_of(environ)
        if raw_path is not None and has_encoded_slash(raw_path):
            path = "/".join(map(_segment, raw_path.split("/")))
        if path.startswith("/w/"):
            name, slash, below = path[3:].partition("/")
            environ["SCRIPT_NAME"], path = f"{environ.get('SCRIPT_NAME', '')}/w/{name}", slash + below
        environ["PATH_INFO"] = path
        return self._application(environ, start_response)


def raw_path_of(environ: dict[str, Any]) -> str | None:
    """Return the undecoded path below the server's mount, where the server gives it (``RAW_URI``, ``REQUEST_URI``)."""
    uri: str | None = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if uri is None:
        return None
    path = urlsplit(uri).path if "://" in uri.partition("?")[0] else uri.partition("?")[0]
    return single_slashes(path.removeprefix(environ.get("SCRIPT_NAME", "")))


def _segment(raw: str) -> str:
    return unquote_to_bytes(raw).decode("latin-1").replace("/", "%2F")
