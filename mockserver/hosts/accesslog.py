"""The access log: one line a request on stderr, for people or as JSON.

Lines are gathered and written a few times a second by the server's event loop; a request pays for one ``append``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

import orjson

from mockserver.clock import system_now
from mockserver.exchange import Request, Response
from mockserver.journal.redaction import Redactor
from mockserver.settings import Settings

COLOURS = {2: "32", 3: "36", 4: "33", 5: "31"}
PROBE = "/__mock/ready"  # a container runtime asks every second; a log of that says nothing
_MASKED = Redactor(None, "all")
EVERY = 0.1  # seconds between writes
Line = tuple[int, str, str, str, int, int, int, str | None]


class AccessLog:
    """Gathers one fact tuple a request; ``flush`` formats and writes what has been gathered."""

    def __init__(self, stream: TextIO, *, as_json: bool, coloured: bool) -> None:
        self._stream = stream
        self._format = _json if as_json else (_coloured if coloured else _plain)
        self._lines: list[Line] = []

    def write(self, request: Request, response: Response, took_ns: int) -> None:
        """Note one exchange, answered in ``took_ns``."""
        if request.path == PROBE and response.status == 200:
            return
        effect = response.fault.kind if response.fault else None
        self._lines.append(
            (
                system_now(),
                request.method,
                request.path,
                _MASKED.query(request.query),
                response.status,
                len(response.body),
                took_ns,
                effect,
            )
        )

    def flush(self) -> None:
        """Write what has been gathered. A log that nobody reads any more is not an error."""
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
    """Return the access log that the settings ask for, or None; ``auto`` logs on a terminal, and JSON."""
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


def _target(path: str, query: str) -> str:
    target = path + ("?" + query if query else "")
    return target if target.isprintable() else ascii(target)[1:-1]


def _plain(line: Line, status: str = "") -> str:
    at, method, path, query, code, size, took, effect = line
    told = f" {effect}" if effect else ""
    return f"{_time(at)} {status or code} {method} {_target(path, query)} {size}B {took / 1e6:.2f}ms{told}\n"


def _coloured(line: Line) -> str:
    code = line[4]
    return _plain(line, f"\x1b[{COLOURS.get(code // 100, '35')}m{code}\x1b[0m")


def _json(line: Line) -> str:
    at, method, path, query, code, size, took, effect = line
    facts = {"at": _time(at), "status": code, "method": method, "path": path, "query": query, "bytes": size}
    facts |= {"ms": round(took / 1e6, 3)} | ({"fault": effect} if effect else {})
    return orjson.dumps(facts).decode() + "\n"
