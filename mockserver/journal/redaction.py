"""Hides secrets from what people read: tokens and passwords in headers, queries and bodies.

The journal keeps the raw exchange; nothing leaves it but through here.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import orjson

REDACTED = "[redacted]"
SECRET_HEADERS = frozenset(
    {"authorization", "x-client-authorization", "x-usage-token", "x-mock-token", "cookie", "set-cookie"}
)
SECRET_KEYS = frozenset(
    {"password", "authorization_token", "token", "access_token", "refresh_token", "usage_authorization_tokens"}
)
_SECRET_IN_TEXT = re.compile(
    rb'((?:"|\b)(?:' + "|".join(sorted(SECRET_KEYS)).encode() + rb')"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|[^\s,&}\]]+)'
)


def headers(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return headers as ``[name, value]`` pairs; of an authorization only its scheme is kept."""
    return [[name, _header(value) if name.lower() in SECRET_HEADERS else value] for name, value in pairs]


def _header(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {REDACTED}" if space and scheme.isalpha() else REDACTED


def query(raw: str) -> str:
    """Return a raw query string without the values of secret parameters."""
    if not any(key in raw for key in SECRET_KEYS):
        return raw
    return "&".join(
        f"{name}={REDACTED}" if name in SECRET_KEYS else part
        for part in raw.split("&")
        for name in (part.partition("=")[0],)
    )


def body(raw: bytes, content_type: str | None) -> Any:
    """Return a body for people: JSON as a value, other text as text, the rest as ``{"bytes": n, "type": ...}``; None if empty."""
    if not raw:
        return None
    try:
        return value(orjson.loads(raw))
    except orjson.JSONDecodeError:
        pass
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind.startswith(("image/", "multipart/", "audio/", "video/")) or kind == "application/octet-stream":
        return {"bytes": len(raw), "type": kind}
    hidden = _SECRET_IN_TEXT.sub(rb"\1" + REDACTED.encode(), raw)
    try:
        return hidden.decode()
    except UnicodeDecodeError:
        return {"bytes": len(raw), "type": kind or None}


def value(found: Any) -> Any:
    """Return a JSON value with everything under a secret's name hidden."""
    if isinstance(found, dict):
        return {key: _hidden(held) if key in SECRET_KEYS else value(held) for key, held in found.items()}
    return [value(each) for each in found] if isinstance(found, list) else found


def _hidden(found: Any) -> Any:
    """Hide what stands under a secret's name; of a leaf of the 422 tree only its ``value``."""
    if isinstance(found, list):
        return [_hidden(each) for each in found]
    if isinstance(found, dict):
        leaf = "error" in found and "message" in found
        return {key: _hidden(held) if key == "value" or not leaf else held for key, held in found.items()}
    return found if found is None or isinstance(found, bool) else REDACTED


def secrets(pairs: Iterable[tuple[str, str]], raw_query: str, raw_body: bytes) -> frozenset[str]:
    """Return the secrets that a request carried, to hide them wherever else they turn up."""
    found: set[str] = set()
    for name, text in pairs:
        if name.lower() in SECRET_HEADERS:
            found.update((text, text.rpartition(" ")[2]))
    found.update(text for name, text in parse_qsl(raw_query) if name in SECRET_KEYS)
    with contextlib.suppress(orjson.JSONDecodeError):
        found.update(_texts_of_secrets(orjson.loads(raw_body)))
    return frozenset(text for text in found if text)


def _texts_of_secrets(found: Any, secret: bool = False) -> Iterator[str]:
    if isinstance(found, dict):
        for key, held in found.items():
            yield from _texts_of_secrets(held, secret or key in SECRET_KEYS)
    elif isinstance(found, list):
        for each in found:
            yield from _texts_of_secrets(each, secret)
    elif secret and isinstance(found, str):
        yield found


def scrub(found: Any, hidden: frozenset[str]) -> Any:
    """Return a value, JSON-able or not, with every text that is a secret hidden."""
    if isinstance(found, str):
        return REDACTED if found in hidden else found
    if isinstance(found, dict):
        return {str(key): scrub(held, hidden) for key, held in found.items()}
    if isinstance(found, list | tuple):
        return [scrub(each, hidden) for each in found]
    if isinstance(found, set | frozenset):
        return sorted((scrub(each, hidden) for each in found), key=str)
    return found if found is None or isinstance(found, bool | int | float) else str(found)
