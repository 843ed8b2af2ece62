"""CORS: the web apps of other origins that may read the API's responses (``--cors``). It does not concern the control API."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mockserver.exchange import HeaderPairs, Request, Response, json_response

EXPOSED = "X-Mock-Request-Id, X-Mock-World, X-Mock-Rule, X-Mock-Hint, Retry-After"
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
LASTS = "600"  # seconds for which a browser may cache a preflight
VARY = ("vary", "Origin")
VARY_PREFLIGHT = ("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9.:\[\]_-]{1,255}")
_HEADER_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]*")


def is_preflight(request: Request) -> bool:
    """Return whether a request is a CORS preflight."""
    headers = request.headers
    return request.method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def shown_origin(request: Request) -> str:
    """Return the origin of a request, fit for a header; ORIGIN if it is not a valid one."""
    origin = request.headers.get("origin") or ""
    return origin if _ORIGIN.fullmatch(origin) else "ORIGIN"


class Cors:
    """Answers preflights, and adds headers to responses to allowed origins; ``*`` allows all."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origins)
        self._everybody = "*" in self._origins

    def preflight(self, request: Request) -> Response | None:
        """Return the response to a preflight; None for any other request."""
        get = request.headers.get
        if not is_preflight(request):
            return None
        allowed = self._allowed(request)
        if not allowed:
            message = f"Origin {get('origin')} is not allowed: start the mock server with --cors {get('origin')}"
            return json_response(403, {"error": message}, VARY_PREFLIGHT)
        wanted = get("access-control-request-headers") or ""
        headers = [
            *allowed,
            ("access-control-allow-methods", METHODS),
            ("access-control-max-age", LASTS),
            VARY_PREFLIGHT,
        ]
        if wanted and _HEADER_NAMES.fullmatch(wanted):
            headers.append(("access-control-allow-headers", wanted))
        if get("access-control-request-private-network") == "true":
            headers.append(("access-control-allow-private-network", "true"))
        return Response(204, b"", tuple(headers))

    def allows(self, request: Request) -> bool:
        """Return whether pages of the request's origin may read responses."""
        return bool(self._allowed(request))

    def marked(self, request: Request, response: Response) -> Response:
        """Add the CORS headers to a response."""
        allowed = self._allowed(request)
        exposed = (("access-control-expose-headers", EXPOSED),) if allowed else ()
        response.headers = (*response.headers, *allowed, *exposed, VARY)
        return response

    def _allowed(self, request: Request) -> HeaderPairs:
        """Return the headers that allow the request's origin; none if it has none, or one that is not allowed."""
        origin = request.headers.get("origin")
        if origin is None:
            return ()
        if origin.lower() in self._origins:
            return ("access-control-allow-origin", origin), ("access-control-allow-credentials", "true")
        return (("access-control-allow-origin", "*"),) if self._everybody else ()
