"""A client that sees everything: bytes as they come, and how a connection ends."""

from __future__ import annotations

import errno
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def get(path: str, *headers: str, version: str = "1.1", method: str = "GET", body: bytes = b"") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/{version}", "Host: mock.test", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@dataclass
class Response:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


class RawClient:
    """One connection. Nothing it does waits longer than ``timeout`` seconds."""

    def __init__(self, port: int, host: str = "127.0.0.1", timeout: float = 60) -> None:
        self.socket = socket.create_connection((host, port), timeout)
        self.buffer = b""

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, path: str, *headers: str, **parts: Any) -> Response:
        """Send one request and read its whole response, on a connection that stays open."""
        self.send(get(path, *headers, **parts))
        return self.read(head_only=parts.get("method") == "HEAD")

    def read(self, head_only: bool = False) -> Response:
        """Read one whole response: by its Content-Length, or chunked."""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        headers = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]
        response = Response(int(status_line.split()[1]), headers, b"")
        length = int(response.header("content-length") or 0)
        if response.header("transfer-encoding") == "chunked":
            while b"0\r\n\r\n" not in self.buffer:
                self._more()
            response.body, _, self.buffer = self.buffer.partition(b"0\r\n\r\n")
        elif not head_only:
            while len(self.buffer) < length:
                self._more()
            response.body, self.buffer = self.buffer[:length], self.buffer[length:]
        return response

    def read_to_end(self) -> tuple[bytes, int | None]:
        """Read until the connection ends: all bytes, and the errno it ended with (None for an orderly end)."""
        try:
            while data := self.socket.recv(65_536):
                self.buffer += data
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise
            return self.buffer, error.errno
        return self.buffer, None

    def _more(self) -> None:
        data = self.socket.recv(65_536)
        if not data:
            raise EOFError(f"the connection ended after {self.buffer!r}")
        self.buffer += data


RESET = errno.ECONNRESET


def wait_until(condition: Callable[[], Any]) -> None:
    """Ask until it holds, for a minute at most."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
