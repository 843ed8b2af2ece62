"""Commands of curl, sent to a mock as curl sends them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from mockserver.exchange import Response
from tests.callers import Caller
from tests.pictures import halves, multipart

HOST = "https://HOST"
CURLS = [
    "\n".join(line for line in block.splitlines() if not line.startswith("#")).replace("\\\n", "")
    for block in (Path(__file__).parent / "curls.txt").read_text().split("\n\n")
    if block.strip()
]
"""The commands of the documents."""


def request_of(curl: str) -> str:
    """The method and path of a command, such as ``GET offers/1000016``."""
    method, path = re.search(r"-X (\w+)", curl), re.search(r"HOST/v3/infinity-mall/([^\s\"]+)", curl)
    assert path is not None, curl
    return f"{method[1] if method else 'GET'} {path[1]}"


def run(app: Caller, curl: str) -> Response:
    """Send what a command sends; ``-X``, ``-H``, ``-d`` and ``-F`` are all that the documents use."""
    words = iter(shlex.split(curl)[1:])
    method, headers, body, url = "GET", {}, None, ""
    form: dict[str, str] = {}
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name.lower().replace("-", "_")] = value
        elif word == "-d":
            body = next(words).encode()
        elif word == "-F":
            name, _, value = next(words).partition("=")
            form[name] = value
        else:
            url = word.removeprefix(HOST)
    if form:
        picture = halves((1024, 1024)) if form.pop("file", None) else None
        body, content_type = multipart(picture, **form)
        headers["content_type"] += content_type.removeprefix("multipart/form-data")  # curl adds its own, which it uses
    path, _, query = url.partition("?")
    answer = app.call(method, path, query, body=body, **headers)
    return answer.work() if answer.work else answer
