"""An app that asks a real server, and tells what it saw, whatever that was."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from tests.callers import HEADERS

PATIENCE = 30.0  # seconds


class App:
    """Sends requests to one base URL."""

    def __init__(self, base: str) -> None:
        found = urlsplit(base)
        self.host, self.port, self.prefix = found.hostname, found.port, found.path

    def ask(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, text: str | None = None,
        timeout: float = PATIENCE,
    ) -> tuple[Any, Any, str | None]:  # fmt: skip
        """Return (status, JSON or text, the rule that acted), or the name of what went wrong in their places."""
        sent = dict(HEADERS if headers is None else headers)
        content = text.encode() if text is not None else b"" if body is None else json.dumps(body).encode()
        if content:
            sent["content-type"] = "application/json"
        connection = http.client.HTTPConnection(str(self.host), self.port, timeout=timeout)
        rule = None
        try:
            connection.request(method, self.prefix + path, content or None, sent)
            response = connection.getresponse()
            rule = response.getheader("x-mock-rule")
            found = response.read()
        except (OSError, http.client.HTTPException) as problem:
            return type(problem).__name__, None, rule
        finally:
            connection.close()
        try:
            return response.status, json.loads(found) if found else None, rule
        except ValueError:
            return response.status, found, rule

    def use(self, offer_id: int) -> tuple[Any, Any]:
        return self.ask("POST", f"/v3/infinity-mall/members/me/offers/{offer_id}/use")[:2]

    def offers(self) -> tuple[Any, Any]:
        return self.ask("GET", "/v3/infinity-mall/members/me/offers?per_page=100")[:2]
