"""Drives a mock by control calls, without a server."""

from __future__ import annotations

import json as jsonlib
from dataclasses import dataclass, field
from typing import Any

from mockserver.exchange import Request, Response
from mockserver.mock import Mock


@dataclass
class Driver:
    """Sends control calls as a tool on this machine would; ``world`` goes into the path."""

    mock: Mock
    world: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    peer: tuple[str, int] = ("127.0.0.1", 50_000)
    host: str = "127.0.0.1:8080"

    def call(
        self, method: str, path: str, query: str = "", *, json: Any = None, text: str | None = None, **headers: str
    ) -> Response:
        """Send one call; ``path`` stands below ``/__mock/``."""
        sent = dict(self.headers)
        body = b"" if json is None else jsonlib.dumps(json).encode()
        if text is not None:
            body = text.encode()
        elif body:
            sent["content-type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        prefix = f"/w/{self.world}" if self.world else ""
        call = Request(method, f"{prefix}/__mock/{path}", query, sent, body, "http", self.host, self.peer)
        answer = self.mock.handle(call)
        return answer.work() if answer.work else answer

    def json(self, method: str, path: str, query: str = "", *, status: int = 200, **more: Any) -> Any:
        """Send one call and answer the body of its answer, which has this status."""
        answer = self.call(method, path, query, **more)
        assert answer.status == status, answer.body.decode()
        return jsonlib.loads(answer.body) if answer.body else None

    def get(self, path: str, query: str = "", status: int = 200, **headers: str) -> Any:
        return self.json("GET", path, query, status=status, **headers)

    def put(self, path: str, json: Any = None, status: int = 200, **headers: str) -> Any:
        return self.json("PUT", path, json=json, status=status, **headers)

    def post(self, path: str, json: Any = None, status: int = 200, **headers: str) -> Any:
        return self.json("POST", path, json=json, status=status, **headers)

    def patch(self, path: str, json: Any = None, status: int = 200, **headers: str) -> Any:
        return self.json("PATCH", path, json=json, status=status, **headers)

    def delete(self, path: str, status: int = 200, **headers: str) -> Any:
        return self.json("DELETE", path, status=status, **headers)

    def error(self, method: str, path: str, query: str = "", *, status: int, **more: Any) -> dict[str, Any]:
        """Send a call that is refused, and answer its error."""
        body = self.json(method, path, query, status=status, **more)
        return body["error"]

    def in_world(self, world: str) -> Driver:
        """Drive another world."""
        return Driver(self.mock, world, self.headers, self.peer, self.host)
