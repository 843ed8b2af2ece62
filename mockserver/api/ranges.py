"""Parts of a picture: ``Range`` and ``If-Range`` (RFC 9110, section 14), one range of bytes at a time."""

from __future__ import annotations

import re
from collections.abc import Callable

from mockserver.exchange import Request, Response, json_response

_ONE_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})", re.ASCII | re.IGNORECASE)
Range = tuple[int | None, int | None]
"""First and last byte; without a first, the number of bytes from the end."""


def range_of(request: Request, is_current: Callable[[str], bool]) -> Range | None:
    """Return the range that a GET asks for; None for everything: no range, an unsupported one, or one of another version.

    ``is_current`` returns whether a validator of ``If-Range`` is the picture's. Several ranges at once are not supported.
    """
    found = _ONE_RANGE.fullmatch((request.headers.get("range") or "").strip())
    if request.method != "GET" or found is None or not any(found.groups()):
        return None
    version = request.headers.get("if-range")
    if version is not None and not is_current(version.strip()):
        return None
    first, last = (int(text) if text else None for text in found.groups())
    return None if first is not None and last is not None and last < first else (first, last)


def from_the_start(asked: Range | None) -> bool:
    """Return whether a request includes the first byte, as far as can be known without the picture's size."""
    return asked is None or asked[0] == 0


def part_of(response: Response, asked: Range) -> Response:
    """Return 206 with a part of a complete response, or 416 if the part begins after the end."""
    size = len(response.body)
    first, last = asked
    if first is None:
        first, last = max(size - (last or 0), 0), size - 1
    last = min(size - 1, size if last is None else last)
    if first >= size:
        refused = json_response(416, {"error": f"The picture has {size} bytes"}, ("content-range", f"bytes */{size}"))
        response.status, response.body, response.headers = 416, refused.body, refused.headers
        return response
    response.status = 206
    response.headers = (*response.headers, ("content-range", f"bytes {first}-{last}/{size}"))
    response.body = response.body[first : last + 1]
    return response
