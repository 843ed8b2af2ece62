"""Capsules and what became of them, in words and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.capsules.model import Capsule, Change, RecordedRequest
from mockserver.capsules.replay import Replayed
from mockserver.printable import in_words
from mockserver.values.instants import iso
from mockserver.worlds.base import Base

_MOST = 400  # characters of a value, or lines of a body, that are shown to people


def heading(capsule: Capsule) -> str:
    """Return one line about a capsule."""
    count = len(capsule.requests)
    earlier = f", {capsule.earlier} earlier ones left out" if capsule.earlier > 0 else ""
    return (
        f"world {capsule.base.name}, {count} request{'' if count == 1 else 's'}{earlier}; "
        f"saved {iso(capsule.saved_at)} by version {capsule.version}"
    )


def target(request: RecordedRequest) -> str:
    """Return a request's path as it was sent, with its query."""
    return (request.raw_path or request.path) + (f"?{request.query}" if request.query else "")


def row(request: RecordedRequest) -> tuple[Any, ...]:
    """Return a request as a row: id, time, status, method, path, what became of it."""
    why = request.why
    told = (why.get("rule") and f"rule {why['rule']}", _refusal(why), why.get("wire"))
    became = "; ".join(str(each) for each in told if each) or None
    return request.id, iso(request.at), request.answer.status, request.method, target(request), became


def _refusal(why: Mapping[str, Any]) -> Any:
    refusal = why.get("refusal")
    return refusal.get("id") if isinstance(refusal, dict) else None


def between(capsule: Capsule) -> dict[int, list[str]]:
    """Return the changes that came between requests, in words, by the id of the request that they came before (0: the end)."""
    own = {place for each in capsule.requests for place in range(each.saw, each.saw + each.made)}
    found: dict[int, list[str]] = {}
    for place, change in enumerate(capsule.changes):
        if place not in own:
            after = [each for each in capsule.requests if each.saw > place]
            found.setdefault(min(after, key=lambda each: each.saw).id if after else 0, []).append(named(change))
    return found


def named(change: Change) -> str:
    """Return what a change is, in words: ``clock set``."""
    if isinstance(change, Base):
        return "a new state (reset, restored or reloaded)"
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type(change).__name__).lower()


def whole(capsule: Capsule, request: RecordedRequest) -> dict[str, Any]:
    """Return a request with its answer as JSON."""
    answer = request.answer
    return {
        "id": request.id, "at": iso(request.at), "method": request.method, "path": request.raw_path or request.path,
        "query": request.query, "headers": [list(pair) for pair in request.headers],
        "body": _body(capsule.blobs.get(request.body)),
        "answer": {
            "status": answer.status, "headers": [list(pair) for pair in answer.headers],
            "body": _body(capsule.blobs.get(answer.body)), "picture": answer.picture, "fault": answer.fault,
        },
        "why": request.why,
    }  # fmt: skip


def _body(body: bytes) -> Any:
    """Return a body as its JSON, else as text, else how many bytes it has."""
    if not body:
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"bytes": len(body)}
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def result(replayed: Replayed, count: int) -> dict[str, Any]:
    """Return the first request that was answered otherwise, as JSON."""
    recorded, first = replayed.recorded, replayed.differences[0]
    return {
        "same": False, "requests": count, "number": replayed.number,
        "request": {"id": recorded.id, "at": iso(recorded.at), "method": recorded.method, "path": target(recorded)},
        "path": first.where, "before": first.before, "after": first.after, "decided": deciding(recorded.why, replayed.why),
        "differences": [{"path": each.where, "before": each.before, "after": each.after} for each in replayed.differences],
    }  # fmt: skip


def in_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Give the lines for people about such a request."""
    request = found["request"]
    yield f"request {request['id']} is answered otherwise ({found['number']} of {found['requests']}):"
    yield f"  {request['method']} {request['path']}, at {request['at']}"
    for each in found["differences"]:
        yield f"  {each['path']}"
        yield f"    before  {_short(each['before'])}"
        yield f"    after   {_short(each['after'])}"
    decided = found["decided"]
    if decided is None:
        yield "  no check and no rule came out otherwise"
        return
    kind = "check" if "check" in decided else "rule"
    yield f"  decided by {kind} {decided[kind]}"
    yield f"    before  {_outcome(decided['before'])}"
    yield f"    after   {_outcome(decided['after'])}"


def _outcome(check: Mapping[str, Any] | None) -> str:
    if check is None:
        return "not reached"
    words = check["outcome"] if "outcome" in check else "passed" if check.get("passed") else "failed"
    found, expected = check.get("found"), check.get("expected")
    compared = [f"found {in_words(found)}"] if found is not None else []
    compared += [f"expected {in_words(expected)}"] if expected is not None else []
    return f"{words}: {', '.join(compared)}" if compared else str(words)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST else f"{text[:_MOST]}... ({len(text):,} characters)"


# -- what decided


def deciding(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
    """Return the first check, or rule, that came out otherwise: its name, and what the journal says of it before and after.

    One that passes and failed, or the other way round, comes before one whose values differ. None where there is none.
    """
    for key, name, result in (("checks", "check", "passed"), ("rules", "rule", "outcome")):
        for telling in ((result,), (result, "found", "expected")):
            found = _first(_rows(before, key), _rows(after, key), name, telling)
            if found is not None:
                return found
    return None


def _rows(why: dict[str, Any], key: str) -> list[dict[str, Any]]:
    rows = why.get(key)
    return [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []


def _first(before: list[Any], after: list[Any], name: str, telling: tuple[str, ...]) -> dict[str, Any] | None:
    old, new = ({str(each.get(name)): each for each in rows} for rows in (before, after))
    for each in {**new, **old}:
        one, other = old.get(each), new.get(each)
        if one is None or other is None:
            if "passed" in telling and (one or other or {}).get("passed") is False:
                return {name: each, "before": one, "after": other}
        elif any(_plain(one.get(key)) != _plain(other.get(key)) for key in telling):
            return {name: each, "before": one, "after": other}
    return None


def _plain(value: Any) -> Any:
    """Return a value as it is once it has been written as JSON."""
    return json.loads(json.dumps(value, default=str))
