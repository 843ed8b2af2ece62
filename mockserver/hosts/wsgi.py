"""The API under Flask: makes a ``Request`` from a WSGI environment, and a Flask response from a ``Response``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.exceptions import RequestEntityTooLarge

from mockserver.exchange import BODILESS, Request, Response, without_body
from mockserver.headers import SentHeaders, decoded
from mockserver.hosts.mount import PATH, PREFIX, raw_path_of
from mockserver.proxies import forwarded

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ANSWER, DELIVERS, REQUEST = "mockserver.response", "mockserver.deliver", "mockserver.request"
"""Environment keys: a response that takes time; whether the host delivers such responses; the host's ``Request``."""
SENT_HOST = "mockserver.sent_host"
"""Environment key: the host that a proxy sent."""
_MOST_UNREAD = 256 * 1024 * 1024


def headers_of(environ: Mapping[str, Any]) -> SentHeaders:
    """Return the headers of a WSGI environment; its Latin-1 values are decoded anew as UTF-8 unless they are ASCII."""
    pairs = []
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            pairs.append((key[5:].replace("_", "-").lower(), _text(value)))
        elif key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            pairs.append((key.replace("_", "-").lower(), _text(value)))
    return SentHeaders(tuple(pairs))


def _text(value: str) -> str:
    return value if value.isascii() else decoded(value.encode("latin-1", "replace"))


def request_of(asked: flask.Request) -> Request:
    """Make a request from Flask's. The embedded server's own (``mockserver.request``) has facts that no environment has."""
    environ = asked.environ
    own: Request | None = environ.get(REQUEST)
    body = _body_of(asked)
    path: str = environ.get(PATH) or environ["PATH_INFO"]
    address, port = environ.get("REMOTE_ADDR"), environ.get("REMOTE_PORT")
    return Request(
        asked.method,
        "/" + path.encode("latin-1").decode("utf-8", "replace").lstrip("/"),
        environ.get("QUERY_STRING", ""),
        own.headers if own else headers_of(environ),
        body or b"",
        asked.scheme,
        asked.host,
        (address, int(port)) if address and port else None,
        body is None or (own is not None and own.oversized),
        broken=own is not None and own.broken,
        raw_path=raw_path_of(environ),
        prefix=environ.get(PREFIX, ""),
        sent_host=environ.get(SENT_HOST),
    )


def _body_of(asked: flask.Request) -> bytes | None:
    """Return the body, or None if it is over the limit: then it is read to its end and discarded.

    Most clients read no response before they have sent the whole body.
    """
    try:
        return asked.get_data(cache=False)
    except RequestEntityTooLarge:
        stream, unread = asked.environ["wsgi.input"], _MOST_UNREAD
        while unread > 0 and (piece := stream.read(min(unread, 65_536))):
            unread -= len(piece)
        return None


def respond(environ: dict[str, Any], response: Response) -> flask.Response:
    """Return Flask's response; the host carries out delays and faults if it can, else they are carried out here."""
    if environ.get(DELIVERS):
        environ[ANSWER] = response
    elif response.delay_ms or response.fault or response.wait or response.stream or response.work:
        from mockserver.hosts.blocking import deliver_blocking

        response, chunks = deliver_blocking(response, environ)
        return _response(response, chunks)
    method = environ.get("REQUEST_METHOD", "GET")
    if method == "HEAD" or response.status in BODILESS:
        response = without_body(response, method)
    return _response(response, response.body)


def _response(response: Response, body: bytes | Iterable[bytes]) -> flask.Response:
    made = flask.Response(body, response.status)
    made.headers.clear()
    made.headers.extend(response.headers)
    return made


def behind_proxy(application: WSGIApplication) -> WSGIApplication:
    """Return the application with the scheme, host and prefix that a proxy forwards."""

    def behind(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get(DELIVERS):  # the embedded server has done so
            environ[SENT_HOST] = environ.get("HTTP_HOST", "")
            reached = forwarded(headers_of(environ), environ["wsgi.url_scheme"], environ[SENT_HOST])
            environ["wsgi.url_scheme"], environ["HTTP_HOST"], prefix = reached
            environ["SCRIPT_NAME"] = prefix + environ.get("SCRIPT_NAME", "")
        return application(environ, start_response)

    return behind
