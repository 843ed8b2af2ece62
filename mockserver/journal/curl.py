"""A journalled request as a curl command with the same response, and the parts that it cannot reproduce."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterator
from urllib.parse import quote

from mockserver.journal.entry import Entry
from mockserver.journal.redaction import Redactor, stand_in

# headers that curl sends by itself, or that belonged to the original connection
_CURLS_OWN = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "expect", "te", "upgrade"}
)
_PATH = "/:@!$&'()*+,;=-._~%"
_QUERY = _PATH + "?[]"


def curl(entry: Entry, redactor: Redactor) -> tuple[str, list[str]]:
    """Return the command, and a line for each part that it cannot reproduce."""
    request = entry.request
    lost: list[str] = []
    path = request.raw_path or quote(request.path, safe=_PATH.replace("%", ""))
    query = quote(redactor.replayable_query(request.query), safe=_QUERY)
    if redactor.query(request.query) != request.query:
        lost.append("a secret in the query is masked")
    parts = ["curl", "-i", "--path-as-is", "--globoff"]
    parts += ["-I"] if request.method == "HEAD" else ["-X", request.method]
    parts.append(shlex.quote(f"{request.origin}{path}{'?' + query if query else ''}"))
    names: set[str] = set()
    for name, value in request.headers.items():
        if name.lower() in _CURLS_OWN:
            continue
        names.add(name.lower())
        shown = redactor.header(name, value)
        if shown != value:
            scheme, space, token = value.partition(" ")
            shown = f"{scheme} {stand_in(token)}" if space and scheme.isalpha() else stand_in(value)
            lost.append(f"{name} is masked: another value of the same length stands for it")
        parts += ["-H", shlex.quote(f"{name}: {shown}" if shown else f"{name};")]
    parts += [
        word for name in ("user-agent", "accept", "content-type") if name not in names for word in ("-H", f"'{name}:'")
    ]
    lost += _unsaid(entry)
    command = " ".join(parts)
    body = request.body
    if not body:
        return command, lost
    try:
        text = body.decode()
        if "\x00" in text:
            raise ValueError
    except ValueError:
        return f"base64 -d <<< {base64.b64encode(body).decode()} | {command} --data-binary @-", lost
    shown = redactor.replayable(text, request.headers.get("content-type"))
    if shown != text:
        lost.append("a secret in the body is masked: another value of the same length stands for it")
    return f"{command} --data-raw {shlex.quote(shown)}", lost


def _unsaid(entry: Entry) -> Iterator[str]:
    if entry.shed:
        yield "the journal let the body go to stay small"
    if entry.response.fault is not None or entry.rule is not None:
        yield f"the answer was rule {entry.rule}'s: it is the same only where the rule acts again"
