"""One call to the API as an app makes it, over a connection of its own, and what became of it."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from mockserver.client import MockClient

PATIENCE = 5.0  # seconds without a byte after which the caller gives up
_PICTURE = (1_200, 1_600)
_BOUNDARY = "----agent"


class Received(Struct):
    """What a caller received: an answer, or in ``broken`` what became of the connection instead."""

    status: int | None = None
    body: Any = None
    request_id: int | None = None
    broken: str | None = None
    seconds: float = 0.0

    def shown(self) -> dict[str, Any]:
        """Return it as JSON."""
        if self.broken is not None:
            return {"status": self.status, "broken": self.broken}
        return {"status": self.status, "body": self.body} | (
            {"took": f"{self.seconds:.1f}s"} if self.seconds > 1 else {}
        )


def send(client: MockClient, step: Mapping[str, Any], headers: Mapping[str, str | None]) -> Received:
    """Send one call to the client's world.

    ``step`` has ``method`` and ``path`` (below the world), and ``body`` (JSON), ``text``, ``size`` (of a body of blanks) or
    ``picture``, as the plan has them; its ``headers`` come over the others, and null removes one.
    """
    sent = {name: value for name, value in {**headers, **step.get("headers", {})}.items() if value is not None}
    body, media = _body_of(step)
    if media is not None:
        sent.setdefault("Content-Type", media)
    parts = urlsplit(client.url)
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = made(parts.hostname or "", parts.port, timeout=PATIENCE)
    started = time.monotonic()
    try:
        received = _exchanged(connection, step["method"], parts.path + step["path"], body, sent)
    finally:
        connection.close()
    received.seconds = time.monotonic() - started
    return received


def _exchanged(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> Received:
    received = Received()
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        received.status = answer.status
        id_ = answer.headers.get("X-Mock-Request-Id", "")
        received.request_id = int(id_) if id_.isdigit() else None
        received.body = _read(answer.read(), answer.headers.get("Content-Type", ""))
    except http.client.RemoteDisconnected:
        received.broken = "the connection was closed without an answer"
    except ConnectionResetError:
        received.broken = "the connection was reset"
    except TimeoutError:
        received.broken = f"nothing came for {PATIENCE:g} seconds, and the caller gave up"
    except http.client.IncompleteRead as problem:
        more = f" of {len(problem.partial) + problem.expected}" if problem.expected else ""
        received.broken = f"the body broke off after {len(problem.partial)}{more} bytes"
    except http.client.BadStatusLine:
        received.broken = "what came is not HTTP"
    except (http.client.HTTPException, OSError, ValueError) as problem:
        received.broken = f"{type(problem).__name__}: {problem}"
    return received


def _body_of(step: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    if step.get("picture"):
        return _form(), f"multipart/form-data; boundary={_BOUNDARY}"
    if "text" in step or "size" in step:
        return step.get("text", "").encode() or b" " * step.get("size", 0), "application/json"
    if step.get("body") is not None:
        return json.dumps(step["body"]).encode(), "application/json"
    return None, None


def _form() -> bytes:
    from PIL import Image

    file = BytesIO()
    Image.new("RGB", _PICTURE, (200, 60, 60)).save(file, "PNG")
    head = 'Content-Disposition: form-data; name="file"; filename="picture.png"\r\nContent-Type: image/png'
    start = f"--{_BOUNDARY}\r\n{head}\r\n\r\n".encode()
    return start + file.getvalue() + f"\r\n--{_BOUNDARY}--\r\n".encode()


def _read(raw: bytes, media: str) -> Any:
    if "json" in media:
        try:
            return json.loads(raw)
        except ValueError:
            pass
    if media.startswith("text/") or "json" in media:
        return raw.decode("utf-8", "replace")
    return f"{len(raw)} bytes of {media or 'no type'}" if raw else None
