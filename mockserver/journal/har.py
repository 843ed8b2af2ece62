"""The journal as an HTTP Archive 1.2, for a browser's developer tools. Secrets are hidden in it, too."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

import orjson

from mockserver import __version__
from mockserver.domain.instants import iso
from mockserver.journal import redaction
from mockserver.journal.entry import Entry


def archive(entries: Iterable[Entry], world: str) -> dict[str, Any]:
    """Return the archive of some exchanges, given oldest first."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "mockserver", "version": __version__},
            "pages": [],
            "entries": [_entry(entry) for entry in entries],
            "comment": f"world {world}",
        }
    }


def _entry(entry: Entry) -> dict[str, Any]:
    took = round(entry.took_ns / 1_000_000, 3)
    wait = took + entry.response.delay_ms
    return {
        "startedDateTime": iso(entry.at),
        "time": wait,
        "request": _request(entry),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": 0},
        "comment": " ".join(filter(None, (entry.operation, entry.refusal, entry.rule and f"rule {entry.rule}"))),
    }


def _request(entry: Entry) -> dict[str, Any]:
    request = entry.request
    query = redaction.query(request.query)
    found: dict[str, Any] = {
        "method": request.method,
        "url": f"{request.origin}{quote(request.path)}{'?' + query if query else ''}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(redaction.headers(request.headers.items())),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        kind = request.headers.get("content-type")
        found["postData"] = {"mimeType": kind or "", "text": _text(redaction.body(request.body, kind))}
    return found


def _response(entry: Entry) -> dict[str, Any]:
    response = entry.response
    kind = next((value for name, value in response.headers if name == "content-type"), "")
    location = next((value for name, value in response.headers if name == "location"), "")
    return {
        "status": response.status,
        "statusText": _phrase(response.status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(redaction.headers(response.headers)),
        "content": {"size": len(response.body), "mimeType": kind} | _content(response.body, kind),
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": len(response.body),
    }


def _content(body: bytes, kind: str) -> dict[str, str]:
    if kind.startswith("image/"):
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}
    return {"text": _text(redaction.body(body, kind))}


def _text(found: Any) -> str:
    if found is None or isinstance(found, str):
        return found or ""
    return orjson.dumps(found).decode()


def _pairs(pairs: Iterable[Any]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
