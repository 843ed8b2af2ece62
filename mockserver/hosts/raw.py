"""HTTP/1.1 written by hand, for responses that no server would send."""

from __future__ import annotations

from email.utils import formatdate
from http import HTTPStatus
from itertools import pairwise

from mockserver.exchange import Response

GARBAGE = b"\x16\x03\x01 this is not HTTP \x00\xff\xfe\r\n\r\n"
BROKEN_CHUNK = b"zz\r\nthis chunk has no size\r\n"


def head(response: Response, *framing: tuple[str, str]) -> bytes:
    """Return the status line and headers, with ``framing`` headers of the caller."""
    reason = HTTPStatus(response.status).phrase if response.status in HTTPStatus._value2member_map_ else "<none>"
    kept = [pair for pair in response.headers if pair[0] not in {"content-length", "transfer-encoding"}]
    lines = [f"HTTP/1.1 {response.status} {reason}"]
    lines += [
        f"{name}: {value}"
        for name, value in (*kept, *framing, ("server", "granian"), ("date", formatdate(usegmt=True)))
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def promised_length(response: Response) -> int:
    """Return the announced length: for a response to HEAD, the one in its headers."""
    said = next((int(value) for name, value in response.headers if name == "content-length"), 0)
    return max(said, len(response.body), 1)


def truncated(response: Response, most: int | None) -> bytes:
    """Return a response that announces its whole body and has a part of it: ``most`` bytes, half unless given."""
    part = part_of(response.body, most)
    return head(response, ("content-length", str(promised_length(response)))) + part


def part_of(body: bytes, most: int | None) -> bytes:
    """Return the part of a body that is sent before the cut."""
    return body[: len(body) // 2 if most is None else min(most, max(len(body) - 1, 0))]


def malformed_chunk(response: Response, bodiless: bool = False) -> bytes:
    """Return a chunked response whose first chunk is half the body and whose second has no size.

    Without a body, its head alone.
    """
    begun = head(response, ("transfer-encoding", "chunked"))
    if bodiless:
        return begun
    part = response.body[: max(len(response.body) // 2, 1)] or b"{"
    return begun + b"%x\r\n%s\r\n" % (len(part), part) + BROKEN_CHUNK


def pieces_of(body: bytes, count: int) -> list[bytes]:
    """Cut a body into at most ``count`` pieces of almost equal length, none of them empty."""
    count = max(1, min(count, len(body)))
    edges = [len(body) * number // count for number in range(count + 1)]
    return [body[start:end] for start, end in pairwise(edges) if end > start]
