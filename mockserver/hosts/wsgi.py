"""The API under Flask: a call out of a WSGI environment, and a response out of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import flask
from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge

from mockserver.exchange import Request, Response, forwarded
from mockserver.mock import Mock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ANSWER, DELIVERS = "mockserver.response", "mockserver.deliver"
"""Environment keys: an answer with effects is left in the first for a host that sets the second."""
_MOST_UNREAD = 256 * 1024 * 1024


class EnvironHeaders:
    """The headers of a WSGI environment, by lower-case name."""

    __slots__ = ("_environ",)

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ

    def get(self, name: str, /) -> str | None:
        """Return a header's value, or None."""
        key = name.upper().replace("-", "_")
        value = self._environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key)
        return value or None if key.startswith("CONTENT_") else value

    def __contains__(self, name: str, /) -> bool:
        """Return whether a header was sent."""
        return self.get(name) is not None

    def items(self) -> Iterator[tuple[str, str]]:
        """Return all (name, value) pairs."""
        for key, value in self._environ.items():
            if key.startswith("HTTP_"):
                yield key[5:].replace("_", "-").lower(), value
            elif key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
                yield key.replace("_", "-").lower(), value


def request_of(asked: flask.Request) -> Request:
    """Make a call out of a Flask request."""
    environ = asked.environ
    body = _body_of(asked)
    address, port = environ.get("REMOTE_ADDR"), environ.get("REMOTE_PORT")
    return Request(
        asked.method,
        asked.path,
        environ.get("QUERY_STRING", ""),
        EnvironHeaders(environ),
        body or b"",
        asked.scheme,
        asked.host,
        (address, int(port)) if address and port else None,
        body is None,
    )


def _body_of(asked: flask.Request) -> bytes | None:
    """Return the body, or None for one over the limit: it is read to its end and thrown away.

    Most clients read no answer before they have sent all they have.
    """
    try:
        return asked.get_data(cache=False)
    except RequestEntityTooLarge:
        stream, unread = asked.environ["wsgi.input"], _MOST_UNREAD
        while unread > 0 and (piece := stream.read(min(unread, 65_536))):
            unread -= len(piece)
        return None


def respond(environ: dict[str, Any], response: Response) -> flask.Response:
    """Return the Flask response of an answer; effects go to a host that delivers them, else are carried out here."""
    if environ.get(DELIVERS):
        environ[ANSWER] = response
    elif response.delay_ms or response.fault or response.wait or response.stream or response.work:
        from mockserver.hosts.blocking import deliver_blocking

        response, chunks = deliver_blocking(response, environ)
        return _response(response, chunks)
    return _response(response, response.body)


def _response(response: Response, body: bytes | Iterable[bytes]) -> flask.Response:
    made = flask.Response(body, response.status)
    made.headers.clear()
    made.headers.extend(response.headers)
    return made


def _behind_proxy(application: WSGIApplication) -> WSGIApplication:
    """Return the application as a proxy's clients see it: reached by the scheme and host that the proxy forwards."""

    def behind(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        scheme, host = environ["wsgi.url_scheme"], environ.get("HTTP_HOST", "")
        environ["wsgi.url_scheme"], environ["HTTP_HOST"] = forwarded(EnvironHeaders(environ), scheme, host)
        return application(environ, start_response)

    return behind


def host_api(app: Flask, mock: Mock) -> None:
    """Let a Flask application answer the API: every method on every path that the mock handles."""
    if mock.settings.trust_proxy:
        app.wsgi_app = _behind_proxy(app.wsgi_app)  # type: ignore[method-assign, assignment]

    @app.before_request
    def answer_api() -> flask.Response | None:
        if not mock.handles(flask.request.path):
            return None
        return respond(flask.request.environ, mock.handle(request_of(flask.request)))
