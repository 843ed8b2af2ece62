"""The journal as an HTTP Archive 1.2, for a browser's developer tools, with secrets masked."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

import orjson

from mockserver import __version__
from mockserver.exchange import fragments
from mockserver.journal import delivery
from mockserver.journal.entry import Entry
from mockserver.journal.redaction import Redactor
from mockserver.values.instants import iso

_QUERY = "/:@!$&'()*+,;=-._~%?[]"


def archive(entries: Iterable[Entry], world: str, redactor: Redactor) -> dict[str, Any]:
    """Return the archive of some exchanges, given oldest first."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "mockserver", "version": __version__},
            "pages": [],
            "entries": fragments(_entry(entry, redactor) for entry in entries),
            "comment": f"world {world}",
        }
    }


def _entry(entry: Entry, redactor: Redactor) -> dict[str, Any]:
    took = round(entry.took_ns / 1_000_000, 3)
    wait = took + entry.response.delay_ms
    return {
        "startedDateTime": iso(entry.real_at),
        "time": wait,
        "request": _request(entry, redactor),
        "response": _response(entry, redactor),
        "cache": {},
        "_worldTime": iso(entry.at),
        "timings": {"send": 0, "wait": wait, "receive": 0},
        "comment": " ".join(
            filter(None, (entry.operation, entry.refusal, entry.rule and f"rule {entry.rule}", delivery.told(entry)))
        ),
    }


def _request(entry: Entry, redactor: Redactor) -> dict[str, Any]:
    request = entry.request
    query = redactor.query(request.query)
    found: dict[str, Any] = {
        "method": request.method,
        "url": f"{request.origin}{quote(request.path)}{'?' + quote(query, safe=_QUERY) if query else ''}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(redactor.headers(request.headers.items())),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        kind = request.headers.get("content-type")
        found["postData"] = {"mimeType": kind or "", "text": _text(redactor.body(request.body, kind))}
    return found


def _response(entry: Entry, redactor: Redactor) -> dict[str, Any]:
    response = entry.response
    kind = next((value for name, value in response.headers if name == "content-type"), "")
    location = next((value for name, value in response.headers if name == "location"), "")
    return {
        "status": response.status,
        "statusText": _phrase(response.status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(redactor.headers(response.headers)),
        "content": {"size": len(response.body), "mimeType": kind} | _content(response.body, kind, redactor),
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": len(response.body),
    }


def _content(body: bytes, kind: str, redactor: Redactor) -> dict[str, str]:
    if kind.startswith("image/"):
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}
    return {"text": _text(redactor.body(body, kind))}


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
