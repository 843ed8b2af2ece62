"""A caller of the mock, without a server: what tests of the API speak through.

With ``NO_FAST_PATH=1`` in the environment every mock of the tests is as with ``--no-fast-path``, and calls go through the
Flask application: the same tests must pass, but those of ``tests/fast``.
"""

from __future__ import annotations

import json as jsonlib
import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mockserver.exchange import Request, Response
from mockserver.hosts.environ import Wsgi, answer_of
from mockserver.mock import Mock

NO_FAST_PATH = os.environ.get("NO_FAST_PATH") == "1"
CLIENT = "B7t9U9tsoWsGhrv2ouUoSqpM"
MEMBER_TOKEN = "8433d608645345a45ce5a0f5ba1225e57546e86ac49e5fec842159dc82218522"  # member 42
HEADERS = {
    "x-client-authorization": CLIENT,
    "x-product-name": "default",
    "x-user-agent": "tests",
    "authorization": f"Bearer {MEMBER_TOKEN}",
}


def body_of(answer: Response) -> Any:
    """The answer's JSON body; None when it is empty."""
    return jsonlib.loads(answer.body) if answer.body else None


@dataclass
class Caller:
    """Sends calls to a mock as one app would; ``headers`` go with every call."""

    mock: Mock
    slug: str = "infinity-mall"
    headers: dict[str, str] = field(default_factory=lambda: dict(HEADERS))

    def call(
        self,
        method: str,
        path: str,
        query: str = "",
        *,
        json: Any = None,
        body: bytes | None = None,
        **headers: str | None,
    ) -> Response:
        """Send one call; ``path`` stands below ``/v3/{slug}/`` unless it begins with a slash. A header of None is left out."""
        sent: dict[str, str | None] = {**self.headers}
        if json is not None:
            body = jsonlib.dumps(json).encode()
        if body is not None:
            sent["content-type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        full = path if path.startswith("/") else f"/v3/{self.slug}/{path}"
        kept = {name: value for name, value in sent.items() if value is not None}
        call = Request(method, full, query, kept, body or b"", "http", "mock.test", ("127.0.0.1", 40_000))
        answer = answer_of(self._flask, call) if NO_FAST_PATH else self.mock.handle(call)
        return answer.work() if answer.work and method != "GET" else answer

    @cached_property
    def _flask(self) -> Wsgi:
        from mockserver.app import create_app

        return create_app(mock=self.mock).wsgi_app

    def get(self, path: str, query: str = "", **headers: str | None) -> Response:
        return self.call("GET", path, query, **headers)

    def post(self, path: str, json: Any = None, query: str = "", **headers: str | None) -> Response:
        return self.call("POST", path, query, json=json, **headers)

    def put(self, path: str, json: Any = None, query: str = "", **headers: str | None) -> Response:
        return self.call("PUT", path, query, json=json, **headers)

    def delete(self, path: str, json: Any = None, query: str = "", **headers: str | None) -> Response:
        return self.call("DELETE", path, query, json=json, **headers)
