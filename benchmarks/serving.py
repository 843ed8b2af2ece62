"""A server of its own that is asked over connections, and gets of it that are timed one after the other."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

from benchmarks.processes import HEADERS, JSON, Running

GET = "/w/timed/v3/infinity-mall/members/me/offers/1000115"
GETS = 2_000


def kind_of(data: bytes) -> dict[str, str]:
    """Return the header that says what a body is: JSON, else YAML."""
    return JSON if data[:1] in b"{[" else {"Content-Type": "application/yaml"}


class OneServer:
    """A server of its own, and how it is asked."""

    def __init__(self, port: int, process: Running) -> None:
        self.port, self._process = port, process

    def connection(self) -> http.client.HTTPConnection:
        """Open a connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        api: bool = False,
        connection: Any = None,
        headers: Any = None,
    ) -> tuple[int, bytes]:
        """Ask, with an app's headers or as the control API is asked; return the status and the body.

        Without a connection it is one of its own. Text that is no JSON is sent as YAML.
        """
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = (HEADERS if api or data is None else {}) | ({} if data is None else kind_of(data)) | (headers or {})
        used = connection or self.connection()
        try:
            used.request(method, path, data, sent)
            answer = used.getresponse()
            return answer.status, answer.read()
        finally:
            if connection is None:
                used.close()

    def memory(self) -> float:
        """Return resident memory in MB."""
        return self._process.resident_mb()


@dataclass(frozen=True)
class Times:
    """How long some gets took, in milliseconds."""

    count: int
    half: float
    most: float
    longest: float

    def __str__(self) -> str:
        few = "" if self.count == GETS else f"{self.count:,} gets: "
        return f"{few}{self.half:.1f}, {self.most:.1f}, {self.longest:.0f} ms"


def timed(server: OneServer, most: float = 60.0) -> Times:
    """Time 2,000 gets one after the other, fewer if they take more than ``most`` seconds in all."""
    connection, took, end = server.connection(), [], time.perf_counter() + most
    while len(took) < GETS and time.perf_counter() < end:
        started = time.perf_counter()
        status, _ = server.ask("GET", GET, api=True, connection=connection)
        took.append((time.perf_counter() - started) * 1_000)
        assert status == 200
    connection.close()
    took.sort()
    return Times(len(took), took[len(took) // 2], took[len(took) * 99 // 100], took[-1])
