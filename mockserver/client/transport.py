"""The client's HTTP: JSON over one keep-alive connection per thread."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import weakref
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit


class MockServerUnreachable(ConnectionError):
    """No mock server responds at the address."""


class ControlError(Exception):
    """The control API refused a call: ``status``, ``message``, and ``hint`` and ``path`` if it gives them."""

    def __init__(self, status: int, body: Any) -> None:
        error = body.get("error", {}) if isinstance(body, dict) else {}
        error = error if isinstance(error, dict) else {"message": str(error)}
        self.status = status
        self.body = body
        self.message: str = error.get("message") or f"the server answered {status}"
        self.hint: str | None = error.get("hint")
        self.path: str | None = error.get("path")
        problems = body.get("problems") if isinstance(body, dict) else None
        super().__init__("\n".join(map(_told, problems or [error | {"message": self.message}])))


def _told(problem: Mapping[str, Any]) -> str:
    path, message, hint = (problem.get(name) for name in ("path", "message", "hint"))
    where = f"{path}: " if path and f"{path}:" not in str(message) else ""
    return f"{where}{message}" + (f" ({hint})" if hint else "")


class Connections:
    """Keep-alive connections to one server, one per thread; the clients of all its worlds share them."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"a base URL looks like http://127.0.0.1:8080, not {url!r}")
        self._host, self._port, self._secure = parts.hostname, parts.port, parts.scheme == "https"
        self._local = threading.local()
        self._opened: set[http.client.HTTPConnection] = set()
        weakref.finalize(self, _close_all, self._opened)  # a client that was not closed leaves no open socket

    def kept(self) -> http.client.HTTPConnection | None:
        """Return this thread's connection, or None; the server may have closed it."""
        return getattr(self._local, "connection", None)

    def open(self, timeout: float) -> http.client.HTTPConnection:
        """Open a new connection for this thread."""
        connection = self._local.connection = self.unshared(timeout)
        self._opened.add(connection)
        return connection

    def unshared(self, timeout: float | None) -> http.client.HTTPConnection:
        """Open a connection for an endless response; the caller closes it."""
        made = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        return made(self._host, self._port, timeout=timeout)

    def forget(self, connection: http.client.HTTPConnection) -> None:
        """Close this thread's connection after an error."""
        connection.close()
        self._local.connection = None
        self._opened.discard(connection)

    def close(self) -> None:
        """Close the connections of all threads; the next call opens a new one."""
        _close_all(self._opened)
        self._local = threading.local()


def _close_all(opened: set[http.client.HTTPConnection]) -> None:
    while opened:
        opened.pop().close()


class Transport:
    """Sends control calls to one world of a mock server.

    ``url`` is the server's base URL, with or without a ``/w/{world}`` prefix; ``token`` is the control token, if it has one.
    ``timeout`` is in seconds. ``connections`` are those of another client of the same server; by default new ones are opened.
    With ``must_exist`` calls are refused (404) if the world does not exist, instead of making it. Safe to use from many threads.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        timeout: float = 60.0,
        connections: Connections | None = None,
        *,
        must_exist: bool = False,
    ) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.timeout = timeout
        self.must_exist = must_exist
        self.connections = connections or Connections(self.url)
        self._owns_connections = connections is None
        self._prefix = urlsplit(self.url).path

    def json(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        *,
        accept: tuple[int, ...] = (),
        wait: float = 0.0,
    ) -> Any:
        """Send a control call and return its JSON (text if it is not JSON, None if it is empty).

        ``accept`` has error statuses whose body is returned like a success; ``wait`` is how many seconds the server may take
        beyond the timeout. Raise ControlError on other errors, MockServerUnreachable if no server responds.
        """
        content = None if body is None else json.dumps(body).encode()
        status, media, raw = self._exchange(method, self._target(path, query), content, "application/json", wait)
        value = json.loads(raw) if raw and "json" in media else raw.decode("utf-8", "replace") or None
        if status >= 400 and status not in accept:
            raise ControlError(status, value)
        return value

    def page(self, path: str, query: Mapping[str, Any]) -> Any:
        """Get JSON from a path of the server that is no control call."""
        target = path + (f"?{urlencode(query)}" if query else "")
        status, _, raw = self._exchange("GET", target, None, "application/json", 60.0)
        value = json.loads(raw or b"null")
        if status >= 400:
            raise ControlError(status, value)
        return value

    def file(self, method: str, path: str, body: Any) -> bytes:
        """Send a control call; return the response's body as it is."""
        status, _, raw = self._exchange(
            method, self._target(path, None), json.dumps(body).encode(), "application/json", 60.0
        )
        if status >= 400:
            raise ControlError(status, json.loads(raw or b"null"))
        return raw

    def yaml(self, method: str, path: str, text: str) -> Any:
        """Send YAML text; return the JSON of the response."""
        status, _, raw = self._exchange(method, self._target(path, None), text.encode(), "application/yaml", 0.0)
        value = json.loads(raw) if raw else None
        if status >= 400:
            raise ControlError(status, value)
        return value

    def lines(self, path: str, query: Mapping[str, Any] | None = None) -> Iterator[str]:
        """Yield the lines of an endless response as they arrive."""
        connection = self.connections.unshared(None)
        try:
            connection.request("GET", self._target(path, query), headers=self._headers(None))
            answer = connection.getresponse()
            if answer.status >= 400:
                raise ControlError(answer.status, json.loads(answer.read() or b"null"))
            for line in answer:
                yield line.decode("utf-8", "replace").rstrip("\r\n")
        except OSError as problem:
            raise self._unreachable(problem) from None
        finally:
            connection.close()

    def _target(self, path: str, query: Mapping[str, Any] | None) -> str:
        given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        return f"{self._prefix}/__mock/{path}" + (f"?{urlencode(given, doseq=True)}" if given else "")

    def _headers(self, media: str | None) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if media:
            headers["Content-Type"] = media
        if self.token:
            headers["X-Mock-Token"] = self.token
        if self.must_exist:
            headers["If-Match"] = "*"
        return headers

    def _exchange(
        self, method: str, target: str, body: bytes | None, media: str, wait: float
    ) -> tuple[int, str, bytes]:
        """Send over this thread's connection; if the server has closed it, retry once over a new one."""
        headers = self._headers(media if body is not None else None)
        kept = self.connections.kept()
        connection = kept or self.connections.open(self.timeout)
        try:
            return self._send(connection, method, target, body, headers, wait)
        except (OSError, http.client.HTTPException) as problem:
            self.connections.forget(connection)
            if kept is None or isinstance(problem, TimeoutError):
                raise self._unreachable(problem) from None
        connection = self.connections.open(self.timeout)
        try:
            return self._send(connection, method, target, body, headers, wait)
        except (OSError, http.client.HTTPException) as problem:
            self.connections.forget(connection)
            raise self._unreachable(problem) from None

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        body: bytes | None,
        headers: dict[str, str],
        wait: float,
    ) -> tuple[int, str, bytes]:
        connection.timeout = self.timeout + wait
        if connection.sock is not None:
            connection.sock.settimeout(connection.timeout)
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()

    def _unreachable(self, problem: Exception) -> MockServerUnreachable:
        untrusted = isinstance(problem, ssl.SSLCertVerificationError)
        hint = "; SSL_CERT_FILE may name the authority that serve --tls prints" if untrusted else ""
        reason = problem.strerror if isinstance(problem, OSError) and not isinstance(problem, ssl.SSLError) else None
        return MockServerUnreachable(f"no mock server at {self.url}: {reason or problem}{hint}")

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all threads, unless they belong to another client; the next call opens a new one."""
        if getattr(self, "_owns_connections", False):  # missing if the URL was refused
            self.connections.close()


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_text(each) for each in value] if isinstance(value, (list, tuple)) else value
