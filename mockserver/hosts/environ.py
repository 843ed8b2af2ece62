"""Calls of the Flask application by the embedded server: request to WSGI environment, and its response back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mockserver.exchange import Request, Response

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PRINTABLE = "".join(map(chr, range(33, 127)))


def answer_of(application: Wsgi, request: Request, http_version: str = "1.1") -> Response:
    """Return the WSGI application's response. A ``Response`` that takes time is passed through the environment."""
    environ = environ_of(request, http_version)
    head: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:  # noqa: ARG001
        head[:] = [int(status[:3]), tuple((name.lower(), value) for name, value in headers)]

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    effects = environ.get("mockserver.response")
    return effects if isinstance(effects, Response) else Response(head[0], body, head[1])


def environ_of(request: Request, http_version: str) -> dict[str, Any]:
    """Return the WSGI environment of a request."""
    from io import BytesIO
    from sys import stderr
    from urllib.parse import quote

    target = request.raw_path or quote(request.path, errors="replace")
    name, _, port = (
        request.host.rpartition(":") if request.host.rpartition(":")[2].isdigit() else (request.host, "", "80")
    )
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": request.prefix,
        "PATH_INFO": request.path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": request.query if request.query.isascii() else quote(request.query, PRINTABLE, errors="replace"),
        "RAW_URI": f"{target}?{request.query}" if request.query else target,
        "SERVER_NAME": name or "localhost",
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "mockserver.deliver": True,
        "mockserver.sent_host": request.sent_host,
        "mockserver.request": request,
    }
    if request.peer is not None:
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = request.peer[0], str(request.peer[1])
    for header, value in request.headers.items():
        key = "HTTP_" + header.upper().replace("-", "_")
        text = value.encode("utf-8", "replace").decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    environ["HTTP_HOST"] = request.host
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ
