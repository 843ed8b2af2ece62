"""Answers as a capsule has them, and what of two of them differs.

An answer's own origin, world and request id are placeholders. Pictures are compared by status, type and size in pixels: how they
are drawn and compressed is not the API's business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from mockserver.api.overrides import split_world
from mockserver.api.routes import PICTURES
from mockserver.capsules.model import Pairs, RecordedAnswer
from mockserver.exchange import FRAMING, Request, Response
from mockserver.journal.entry import REQUEST_ID
from mockserver.worlds.worlds import DEFAULT

ORIGIN, WORLD, ID = "{origin}", "{world}", "{request_id}"
_LEFT_OUT = FRAMING | {"connection", "x-mock-hint"}
"""What the host adds, and hints for people."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ABSENT: Any = object()
ABSENT = "(absent)"


class PlaceholderAnswer(Struct):
    """An answer with placeholders; ``body`` is empty where it is a picture."""

    status: int
    headers: Pairs
    body: bytes
    picture: tuple[int, int] | None
    fault: str | None


class AnswerDifference(Struct):
    """One difference. ``where`` is a JSON path into the body, or ``status``, ``headers.NAME``, ``fault``, ``picture``."""

    where: str
    before: Any
    after: Any


def answer_of(request: Request, response: Response, world: str) -> PlaceholderAnswer:
    """Return a response with placeholders."""
    fault = None if response.fault is None else response.fault.kind
    base = request.origin if world == DEFAULT else f"{request.origin}/w/{world}"

    def placed(text: str) -> str:
        return text.replace(base, ORIGIN).replace(request.origin, ORIGIN)

    own = {REQUEST_ID: ID, "x-mock-world": WORLD}
    headers = tuple(
        (name, own.get(name) or placed(value)) for name, value in response.headers if name.lower() not in _LEFT_OUT
    )
    answer = PlaceholderAnswer(response.status, headers, b"", None, fault)
    if response.status < 400 and split_world(request.path)[1].startswith(PICTURES):
        answer.headers = tuple(pair for pair in headers if pair[0] == "content-type")
        answer.picture = _size(response.body)
    else:
        body = response.body.replace(base.encode(), ORIGIN.encode())
        answer.body = body.replace(request.origin.encode(), ORIGIN.encode())
    return answer


def _size(body: bytes) -> tuple[int, int] | None:
    """Return a picture's width and height; None for a part of one, and for none."""
    from io import BytesIO

    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(body)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None


def read_answer(recorded: RecordedAnswer, body: bytes) -> PlaceholderAnswer:
    """Return the answer that a capsule has."""
    return PlaceholderAnswer(recorded.status, recorded.headers, body, recorded.picture, recorded.fault)


def differences(before: PlaceholderAnswer, after: PlaceholderAnswer) -> Iterator[AnswerDifference]:
    """Give what differs, the most telling first: status, body, headers, fault."""
    if before.status != after.status:
        yield AnswerDifference("status", before.status, after.status)
    if before.body != after.body:
        yield _in_bodies(before.body, after.body)
    if None not in (before.picture, after.picture) and before.picture != after.picture:
        yield AnswerDifference("picture", before.picture, after.picture)
    yield from _in_headers(before.headers, after.headers)
    if before.fault != after.fault:
        yield AnswerDifference("fault", before.fault, after.fault)


def _in_headers(before: Pairs, after: Pairs) -> Iterator[AnswerDifference]:
    for name in dict.fromkeys(name for name, _ in (*before, *after) if name != REQUEST_ID):
        old, new = ([value for key, value in pairs if key == name] for pairs in (before, after))
        if old != new:
            yield AnswerDifference(
                f"headers.{name}", *(each[0] if len(each) == 1 else each or None for each in (old, new))
            )


def _in_bodies(before: bytes, after: bytes) -> AnswerDifference:
    try:
        values = json.loads(before), json.loads(after)
    except (ValueError, RecursionError):
        return AnswerDifference("$", *map(_text, (before, after)))
    return _in_values("$", *values) or AnswerDifference("$ (written otherwise)", *_around(before, after))


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _around(before: bytes, after: bytes) -> Iterator[str]:
    """Give what two texts have where they begin to differ."""
    place = next((n for n, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
    start = max(0, place - 20)
    return (_text(each[start : place + 40]) for each in (before, after))


def _in_values(path: str, before: Any, after: Any) -> AnswerDifference | None:
    """Return the first difference of two JSON values, in the order of the first; None where there is none but the spelling."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            step = f".{key}" if _NAME.fullmatch(key) else f"[{json.dumps(key)}]"
            found = _in_values(path + step, before.get(key, _ABSENT), after.get(key, _ABSENT))
            if found is not None:
                return found
        return None
    if isinstance(before, list) and isinstance(after, list):
        for place in range(max(len(before), len(after))):
            pair = (each[place] if place < len(each) else _ABSENT for each in (before, after))
            found = _in_values(f"{path}[{place}]", *pair)
            if found is not None:
                return found
        return None
    same = type(before) is type(after) and before == after
    return None if same else AnswerDifference(path, *map(_shown, (before, after)))


def _shown(value: Any) -> Any:
    return ABSENT if value is _ABSENT else value
