"""The access log: one line per request on stderr, for people or as JSON.

Lines are buffered, and written a few times a second by the server's event loop; a request only pays for one ``append``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TextIO

import orjson

from mockserver.clock import system_now
from mockserver.exchange import Request, Response, Summary
from mockserver.journal.delivery import in_words, reached
from mockserver.journal.redaction import MASK_ALL
from mockserver.settings import Settings

COLOURS = {2: "32", 3: "36", 4: "33", 5: "31"}
PROBE = "/__mock/ready"  # container runtimes poll it every second; those lines would bury the others
EVERY = 0.1  # seconds between writes
_NOTHING = Summary(None, None, committed=False)
_FROM_HEADERS = {"x-mock-rule": "rule", "x-mock-world": "world", "x-mock-request-id": "request", "x-mock-hint": "hint"}


class LogLine(NamedTuple):
    """One exchange; ``took_ns`` is the time until its response was delivered."""

    at: int
    request: Request
    response: Response
    took_ns: int


class AccessLog:
    """Buffers one line per request; ``flush`` formats and writes the buffer."""

    def __init__(self, stream: TextIO, *, as_json: bool, coloured: bool) -> None:
        self._stream = stream
        self._format = _json if as_json else (_coloured if coloured else _plain)
        self._lines: list[LogLine] = []

    def write(self, request: Request, response: Response, took_ns: int) -> None:
        """Add one exchange whose delivery has ended."""
        if request.path != PROBE or response.status != 200:
            self._lines.append(LogLine(system_now(), request, response, took_ns))

    def flush(self) -> None:
        """Write the buffered lines. A closed pipe is not an error."""
        lines, self._lines = self._lines, []
        if lines:
            try:
                self._stream.write("".join(map(self._format, lines)))
                self._stream.flush()
            except (OSError, ValueError):
                pass


def access_log(
    settings: Settings, environ: Mapping[str, str] = os.environ, stream: TextIO | None = None
) -> AccessLog | None:
    """Return the access log of the settings, or None; ``auto`` logs to a terminal, and always as JSON."""
    stream = stream or sys.stderr
    wanted = settings.access_log == "on" or (
        settings.access_log == "auto" and (stream.isatty() or settings.log_format == "json")
    )
    if settings.quiet or not wanted:
        return None
    coloured = stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    return AccessLog(stream, as_json=settings.log_format == "json", coloured=coloured)


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _facts(line: LogLine) -> dict[str, Any]:
    """Return the fields of an exchange besides its request line; ``wire`` describes an unusual delivery."""
    response = line.response
    summary = response.summary or _NOTHING
    found = {"operation": summary.operation, "refusal": summary.refusal}
    found |= {_FROM_HEADERS[name]: value for name, value in response.headers if name in _FROM_HEADERS}
    found |= {"wire": in_words(response, committed=summary.committed)}
    found |= {"traceparent": line.request.headers.get("traceparent")}
    return {name: value for name, value in found.items() if value is not None}


def _target(request: Request) -> str:
    query = MASK_ALL.query(request.query)
    return _safe(request.path + ("?" + query if query else ""))


def _safe(text: str) -> str:
    return text if text.isprintable() else ascii(text)[1:-1]


def _plain(line: LogLine, status: str = "") -> str:
    at, request, response, took_ns = line
    facts = "".join(f" {name}={_value(value)}" for name, value in _facts(line).items())
    asked = f"{status or response.status} {request.method} {_target(request)}"
    return f"{_time(at)} {asked} {len(response.body)}B {took_ns / 1e6:.2f}ms{facts}\n"


def _value(value: str) -> str:
    return f'"{_safe(value)}"' if " " in value else _safe(value)


def _coloured(line: LogLine) -> str:
    code = line.response.status
    return _plain(line, f"\x1b[{COLOURS.get(code // 100, '35')}m{code}\x1b[0m")


def _json(line: LogLine) -> str:
    at, request, response, took_ns = line
    facts: dict[str, Any] = {"at": _time(at), "status": response.status, "method": request.method, "path": request.path}
    facts |= {"query": MASK_ALL.query(request.query), "bytes": len(response.body), "ms": round(took_ns / 1e6, 3)}
    facts |= {"delivered": reached(response)} | _facts(line)
    if "request" in facts:
        facts["request"] = int(facts["request"])
    return orjson.dumps(facts).decode() + "\n"
