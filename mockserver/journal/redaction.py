"""Masks secrets in views of the journal: tokens and passwords in headers, queries and bodies.

The journal stores raw exchanges; every view goes through a ``Redactor``. Tokens and passwords of a world's own records are
made up for tests, and are shown; a real one that an app sends by mistake is masked.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote_plus, unquote_plus

from msgspec import Struct

from mockserver.domain.model import Club, Member, Token
from mockserver.exchange import GZIP
from mockserver.values.nesting import loads

SECRET_HEADERS = frozenset(
    {
        "authorization", "proxy-authorization", "x-client-authorization", "x-usage-token", "x-mock-token", "x-api-key",
        "cookie", "set-cookie",
    }
)  # fmt: skip
SECRET_KEYS = frozenset(
    {
        "password", "passwd", "authorization_token", "token", "access_token", "refresh_token", "id_token",
        "usage_authorization_tokens", "client_secret", "secret", "api_key", "apikey",
    }
)  # fmt: skip
_PASSWORDS = frozenset({"password", "passwd"})
_SHOWN = 4  # characters at each end of a masked token
_LONG = 16  # length from which a token's ends are shown
_SECRET_IN_TEXT = re.compile(
    rb'((?:"|\b)(' + "|".join(sorted(SECRET_KEYS)).encode() + rb')"?\s*[:=]\s*"?)((?:[^"\\&,}\]\s]|\\.)+)',
    re.IGNORECASE,
)

_NUMBER_IN_JSON = re.compile(r'("(' + "|".join(sorted(SECRET_KEYS)) + r')"\s*:\s*)(-?\d+(?:\.\d+)?)', re.IGNORECASE)
_NEXT = {digit: "8" if digit == "9" else "9" for digit in "0123456789"}


class Secrets(Protocol):
    """The tables of a world with secrets in them."""

    clubs: dict[str, Club]
    clients: dict[str, Any]
    members: dict[int, Member]
    tokens: dict[str, Token]


class Redactor(Struct):
    """Masks secrets: all of them, those that the world's records do not have (``unknown``), or none."""

    records: Secrets | None = None
    mode: str = "unknown"
    _known: frozenset[str] | None = None

    def mask(self, secret: str, *, password: bool = False) -> str:
        """Return a secret as it may be shown: whole if it is the world's own, else its ends or its length."""
        if self.mode == "none" or not secret:
            return secret
        if self.mode == "unknown" and self._owns(secret):
            return secret
        length = f"{len(secret)} characters" + (", not one of this world's" if self.mode == "unknown" else "")
        if password or len(secret) < _LONG:
            return f"({length})"
        return f"{secret[:_SHOWN]}…{secret[-_SHOWN:]} ({length})"

    def _owns(self, secret: str) -> bool:
        found = self.records
        if found is None:
            return False
        return secret in found.clients or secret in found.tokens or secret in self._secrets()

    def _secrets(self) -> frozenset[str]:
        """Return the secrets in the world's records, looked up once."""
        if self._known is None:
            self._known = frozenset() if self.records is None else frozenset(_held(self.records))
        return self._known

    def headers(self, pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
        """Return headers as ``[name, value]`` pairs, masked but for an authorization's scheme."""
        return [[name, self.header(name, value)] for name, value in pairs]

    def header(self, name: str, value: str) -> str:
        """Return the value of a header with its secrets masked."""
        name = name.lower()
        if name in ("cookie", "set-cookie"):
            first, *attributes = value.split("; ")
            masked = [self._pair(each) for each in ([first] if name == "set-cookie" else [first, *attributes])]
            return "; ".join([*masked, *(attributes if name == "set-cookie" else ())])
        if name == "referer":
            page, mark, query = value.partition("?")
            return page + mark + self.query(query)
        if name not in SECRET_HEADERS:
            return value
        scheme, space, secret = value.strip().partition(" ")
        return f"{scheme} {self.mask(secret)}" if space and scheme.isalpha() else self.mask(value)

    def _pair(self, cookie: str) -> str:
        name, mark, value = cookie.partition("=")
        return f"{name}={self.mask(value)}" if mark else self.mask(cookie)

    def query(self, raw: str) -> str:
        """Return a raw query string with the values of its secret parameters masked."""
        return "&".join(map(self._parameter, raw.split("&"))) if raw else raw

    def _parameter(self, raw: str) -> str:
        name, mark, value = raw.partition("=")
        key = unquote_plus(name, errors="replace").removesuffix("[]").lower()
        if not mark or key not in SECRET_KEYS:
            return raw
        secret = unquote_plus(value, errors="replace")
        masked = self.mask(secret, password=key in _PASSWORDS)
        return raw if masked == secret else f"{name}={masked}"

    def body(self, raw: bytes, content_type: str | None) -> Any:
        """Return a body for views: JSON as a value (nested too deep, as text), text as text, others as ``{"bytes": n, ...}``."""
        if not raw:
            return None
        try:
            return self.value(loads(raw))
        except ValueError:
            pass
        kind = (content_type or "").partition(";")[0].strip().lower()
        if kind.startswith(("image/", "multipart/", "audio/", "video/")) or kind == "application/octet-stream":
            return {"bytes": len(raw), "type": kind}
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            found = {"bytes": len(raw), "type": kind or None}
            return found | ({"encoding": "gzip"} if raw.startswith(GZIP) else {})
        if kind == "application/x-www-form-urlencoded":
            return self.query(text)
        return _SECRET_IN_TEXT.sub(self._in_text, raw).decode()

    def _in_text(self, found: re.Match[bytes]) -> bytes:
        secret = found[3].decode(errors="replace")
        return found[1] + self.mask(secret, password=found[2].lower().decode() in _PASSWORDS).encode()

    def replayable(self, text: str, content_type: str | None) -> str:
        """Return a body in which another text of the same length stands for each secret that would be masked."""
        if (content_type or "").partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            return self.replayable_query(text)
        try:
            loads(text.encode())
            sent = json.loads(text, object_pairs_hook=_Pairs)  # those of a key that is there twice, too
        except ValueError:
            return _SECRET_IN_TEXT.sub(self._in_place, text.encode()).decode()
        secrets = {secret for secret, password in _texts(sent) if self.mask(secret, password=password) != secret}
        for secret in sorted(secrets, key=len, reverse=True):
            for written in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
                text = text.replace(written, json.dumps(stand_in(secret))[1:-1])
        if any(
            secret in secrets for secret, _ in _texts(json.loads(text, object_pairs_hook=_Pairs))
        ):  # in other escapes
            text = json.dumps(scrub(json.loads(text), {secret: stand_in(secret) for secret in secrets}))
        return _NUMBER_IN_JSON.sub(lambda found: found[1] + self._replayable_number(found), text)

    def _replayable_number(self, found: re.Match[str]) -> str:
        password = found[2].lower() in _PASSWORDS
        return found[3] if self.mask(found[3], password=password) == found[3] else stand_in(found[3])

    def replayable_query(self, raw: str) -> str:
        """Return a raw query string, likewise."""
        return "&".join(map(self._replayable_parameter, raw.split("&")))

    def _replayable_parameter(self, raw: str) -> str:
        name, _, value = raw.partition("=")
        return raw if self._parameter(raw) == raw else f"{name}={quote_plus(stand_in(unquote_plus(value)))}"

    def _in_place(self, found: re.Match[bytes]) -> bytes:
        return found[0] if self._in_text(found) == found[0] else found[1] + stand_in(found[3].decode()).encode()

    def value(self, found: Any) -> Any:
        """Return a JSON value with the values of secret keys masked."""
        if isinstance(found, dict):
            return {
                key: self._under(held, key.lower()) if key.lower() in SECRET_KEYS else self.value(held)
                for key, held in found.items()
            }
        return [self.value(each) for each in found] if isinstance(found, list) else found

    def _under(self, found: Any, key: str) -> Any:
        """Return the value of a secret key, masked; in a leaf of the 422 tree only its ``value`` is masked."""
        if isinstance(found, list):
            return [self._under(each, key) for each in found]
        if isinstance(found, dict):
            leaf = "error" in found and "message" in found
            return {
                name: self._under(held, key) if name == "value" or not leaf else held for name, held in found.items()
            }
        if isinstance(found, str | int | float) and not isinstance(found, bool):
            masked = self.mask(str(found), password=key in _PASSWORDS)
            return found if masked == str(found) else masked
        return found

    def masked(self, pairs: Iterable[tuple[str, str]], raw_query: str, raw_body: bytes) -> Mapping[str, str]:
        """Return the secrets of a request and of its world, each with its masked form, to mask them wherever they occur."""
        sent = [(name, value) for name, value in pairs if name.lower() in SECRET_HEADERS]
        found = {value: self.header(name, value) for name, value in sent}
        found |= {secret: self.mask(secret) for _, value in sent for secret in (value.strip().rpartition(" ")[2],)}
        carried = _carried(raw_query, raw_body)
        found |= {secret: self.mask(secret, password=password) for secret, password in carried}
        if self.mode == "all" and self.records is not None:
            found |= {secret: self.mask(secret) for secret in _held(self.records)}
        return {secret: shown for secret, shown in found.items() if shown != secret}


def _held(records: Secrets) -> Iterator[str]:
    """Return the secrets in a world's records. Tables are copied first: others may change them meanwhile."""
    yield from list(records.clients)
    yield from list(records.tokens)
    yield from (token.refresh_token for token in list(records.tokens.values()) if token.refresh_token)
    yield from (secret for club in list(records.clubs.values()) for secret in club.usage_authorization_tokens)
    yield from (member.password for member in list(records.members.values()) if member.password)


def _carried(raw_query: str, raw_body: bytes) -> Iterator[tuple[str, bool]]:
    """Return the secrets of a query and a body, each with whether it is a password."""
    for name, text in parse_qsl(raw_query, errors="replace"):
        if name.removesuffix("[]").lower() in SECRET_KEYS:
            yield text, name.lower() in _PASSWORDS
    with contextlib.suppress(ValueError):
        yield from _texts(loads(raw_body))


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON, with every pair that it has."""


def stand_in(secret: str) -> str:
    """Return another text of the same length and alphabet, so that an unknown token stays unknown."""
    return "".join(("y" if each == "x" else "x") if each.isalpha() else _NEXT.get(each, each) for each in secret)


def _texts(found: Any, under: str | None = None) -> Iterator[tuple[str, bool]]:
    if isinstance(found, dict | _Pairs):
        for key, held in found if isinstance(found, _Pairs) else found.items():
            yield from _texts(held, under or (key.lower() if key.lower() in SECRET_KEYS else None))
    elif isinstance(found, list):
        for each in found:
            yield from _texts(each, under)
    elif under is not None and isinstance(found, str):
        yield found, under in _PASSWORDS


def scrub(found: Any, masked: Mapping[str, str]) -> Any:
    """Return a JSON value with every secret text masked."""
    if isinstance(found, str):
        return masked.get(found, found)
    if isinstance(found, dict):
        return {str(key): scrub(held, masked) for key, held in found.items()}
    if isinstance(found, list | tuple):
        return [scrub(each, masked) for each in found]
    if isinstance(found, set | frozenset):
        return sorted((scrub(each, masked) for each in found), key=str)
    return found if found is None or isinstance(found, bool | int | float) else str(found)


MASK_ALL = Redactor(None, "all")
"""For output that anybody may read, such as the access log."""
