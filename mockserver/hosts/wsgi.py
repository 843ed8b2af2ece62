"""The API under Flask: a call out of a WSGI environment, and a response out of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.exceptions import RequestEntityTooLarge

from mockserver.exchange import Request, Response, forwarded
from mockserver.headers import SentHeaders
from mockserver.hosts.mount import PATH, raw_path_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ANSWER, DELIVERS = "mockserver.response", "mockserver.deliver"
"""Environment keys: an answer with effects is left in the first for a host that sets the second."""
UNREADABLE = "mockserver.unreadable"
"""Environment key: names of headers that were sent in bytes that no header may hold."""
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
    path: str = environ.get(PATH) or environ["PATH_INFO"]
    address, port = environ.get("REMOTE_ADDR"), environ.get("REMOTE_PORT")
    return Request(
        asked.method,
        "/" + path.encode("latin-1").decode("utf-8", "replace").lstrip("/"),
        environ.get("QUERY_STRING", ""),
        _headers_of(environ),
        body or b"",
        asked.scheme,
        asked.host,
        (address, int(port)) if address and port else None,
        body is None,
        raw_path=raw_path_of(environ),
    )


def _headers_of(environ: dict[str, Any]) -> EnvironHeaders | SentHeaders:
    headers, unreadable = EnvironHeaders(environ), environ.get(UNREADABLE)
    return SentHeaders(tuple(headers.items()), unreadable) if unreadable else headers


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


def behind_proxy(application: WSGIApplication) -> WSGIApplication:
    """Return the application as a proxy's clients see it: reached by the scheme and host that the proxy forwards."""

    def behind(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        scheme, host = environ["wsgi.url_scheme"], environ.get("HTTP_HOST", "")
        environ["wsgi.url_scheme"], environ["HTTP_HOST"] = forwarded(EnvironHeaders(environ), scheme, host)
        return application(environ, start_response)

    return behind
