"""Stand-ins for secrets that are not the world's own: the same for the same secret everywhere, of its length and alphabet.

A token that the world does not know stays one that it does not know, so what it was answered stays as it is.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote_plus

from mockserver.domain.model import Client, Club, Member, Token
from mockserver.journal.entry import Entry
from mockserver.journal.redaction import SECRET_HEADERS, SECRET_KEYS
from mockserver.records.effects import RecordsPut, TokensPut
from mockserver.worlds.base import Base

EVERYWHERE = 16
"""Characters from which a secret is replaced wherever it stands; a shorter one may be an ordinary word elsewhere."""
_A_NUMBER = 4
"""Digits from which a number may be a secret."""
_JSON = re.compile(r'"((?:[^"\\]|\\.)*+)"(\s*:)?|-?\d[\d.eE+-]*|[][{},]')
_FORM = "application/x-www-form-urlencoded"
_FIRST_OF_LENGTH = {2: 0xE0, 3: 0x3042, 4: 0x20000}  # ten letters from here on take so many bytes each


def own_secrets(states: Iterable[Any]) -> frozenset[str]:
    """Return the secrets in the records of bases and effects: those that the world has itself."""
    found: set[str] = set()
    for state in states:
        match state:
            case Base(records=records) | RecordsPut(records=records) | TokensPut(tokens=records):
                found.update(secret for record in records for secret in _held(record))
    return frozenset(found)


def _held(record: Any) -> Iterator[str]:
    match record:
        case Client(token=token):
            yield token
        case Token(token=token, refresh_token=refresh_token):
            yield token
            yield from filter(None, (refresh_token,))
        case Club(usage_authorization_tokens=tokens):
            yield from tokens
        case Member(password=password):
            yield from filter(None, (password,))


class StandIns:
    """Gives each secret that is not among the ``own`` ones its stand-in; without ``masks`` each stands for itself."""

    def __init__(self, own: frozenset[str], *, masks: bool = True) -> None:
        self._own, self._masks = own, masks
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, secret: str) -> str:
        """Return the stand-in of a secret; a secret of the world's own stands for itself."""
        if not self._masks or not secret or secret in self._own:
            return secret
        found = self._given.get(secret)
        if found is None:
            found = self._given[secret] = self._free(secret)
            self._taken.add(found)
        return found

    def _free(self, secret: str) -> str:
        for number in range(1, 10_000):
            found = _filled(secret, number)
            if found not in self._taken and found not in self._own and found != secret:
                return found
        return _filled(secret, 0)

    # -- where the structure tells what is a secret

    def headers(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return headers with stand-ins."""
        return tuple((name, self._header(name.lower(), value)) for name, value in pairs)

    def _header(self, name: str, value: str) -> str:
        if name in ("cookie", "set-cookie"):
            first, *others = value.split(";")
            kept = [self._cookie(first), *(others if name == "set-cookie" else map(self._cookie, others))]
            return ";".join(kept)
        if name == "referer":
            page, mark, query = value.partition("?")
            return page + mark + self.query(query)
        if name not in SECRET_HEADERS:
            return value
        scheme, space, secret = value.strip().partition(" ")
        secret = secret.strip() if space and scheme.isalpha() else value.strip()
        return value.replace(secret, self.of(secret)) if secret else value

    def _cookie(self, cookie: str) -> str:
        name, mark, value = cookie.partition("=")
        return f"{name}={self.of(value)}" if mark else cookie

    def query(self, raw: str) -> str:
        """Return a query, or a form, with stand-ins."""
        return "&".join(map(self._parameter, raw.split("&"))) if raw else raw

    def _parameter(self, raw: str) -> str:
        name, mark, value = raw.partition("=")
        key = unquote_plus(name, errors="replace").removesuffix("[]").lower()
        secret = unquote_plus(value, errors="replace")
        if not mark or key not in SECRET_KEYS or self.of(secret) == secret:
            return raw
        return f"{name}={quote(self.of(secret), safe='')}"

    def body(self, raw: bytes, content_type: str | None) -> bytes:
        """Return a body with stand-ins; one that is no text, such as a picture, is returned as it is."""
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return raw
        if (content_type or "").partition(";")[0].strip().lower() == _FORM:
            return self.query(text).encode()
        return self._json(text).encode() if text.lstrip()[:1] in ("{", "[") else raw

    def answer(self, raw: bytes) -> bytes:
        """Return the body of an answer with stand-ins for what requests have sent."""
        if not any(_key(secret) in raw for secret in self._given):
            return raw
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return raw
        return self.text(self._json(text, sent=True) if text[:1] in ("{", "[") else text).encode()

    def _json(self, text: str, *, sent: bool = False) -> str:
        """Return a JSON text with stand-ins for the texts and numbers under secret keys; all else stays to the letter.

        ``sent``: only for those that have a stand-in already.
        """
        under, key, parts, end = [False], False, [], 0
        for found in _JSON.finditer(text):
            token = found[0]
            if found[2] is not None:
                key = under[-1] or found[1].lower() in SECRET_KEYS
            elif token in ("{", "["):
                under.append(key or under[-1])
                key = False
            elif token in ("}", "]"):
                key = False
                if len(under) > 1:
                    under.pop()
            elif token == ",":
                key = False
            elif (key or under[-1]) and (found[1] is not None or len(token) >= _A_NUMBER):
                inner = token if found[1] is None else found[1]
                secret, start = _read(inner), found.start() + (found[1] is not None)
                if not sent or secret in self._given:
                    parts += [text[end:start], _written(self.of(secret), inner)]
                    end = start + len(inner)
        return "".join([*parts, text[end:]])

    # -- wherever they stand

    def _everywhere(self) -> Iterator[tuple[str, str]]:
        """Give the secrets that are replaced wherever they stand, each with its stand-in, longest first."""
        for secret in sorted(self._given, key=len, reverse=True):
            if len(secret) >= EVERYWHERE:
                yield secret, self._given[secret]
                if quote(secret, safe="") != secret:
                    yield quote(secret, safe=""), quote(self._given[secret], safe="")

    def text(self, found: str) -> str:
        """Return a text with stand-ins for the long secrets in it."""
        for secret, stand_in in self._everywhere():
            found = found.replace(secret, stand_in)
        return found

    def data(self, found: bytes) -> bytes:
        """Return bytes with stand-ins, of the same length, for the long secrets in them."""
        for secret, stand_in in self._everywhere():
            found = found.replace(secret.encode(), stand_in.encode())
        return found

    def value(self, found: Any) -> Any:
        """Return a JSON value with stand-ins: for long secrets wherever they stand, for others where they are the whole text."""
        if isinstance(found, str):
            return self._given.get(found) or self.text(found)
        if isinstance(found, int) and str(found) in self._given:
            return int(self._given[str(found)])
        if isinstance(found, dict):
            return {key: self.value(held) for key, held in found.items()}
        return [self.value(each) for each in found] if isinstance(found, list | tuple) else found


def _filled(secret: str, number: int) -> str:
    """Return a text with the secret's length and alphabet, whose last letters and digits write a number."""
    made = []
    for character in reversed(secret):
        if character.isalnum():
            number, digit = divmod(number, 10) if number else (0, 1)  # a JSON number does not begin with 0
            character = _letter(character, digit)
        made.append(character)
    return "".join(reversed(made))


def _letter(like: str, digit: int) -> str:
    """Return one of ten characters of the same sort, which take as many bytes."""
    if like.isdecimal() and like.isascii():
        return string.digits[digit]
    if like.isascii():
        return string.ascii_lowercase[(digit - 3) % 26]  # x, y, z, a, b, ...
    return chr(_FIRST_OF_LENGTH[len(like.encode())] + digit)


def _key(secret: str) -> bytes:
    """Return bytes that stand in every text in which a secret stands, however it is escaped: its longest plain part."""
    return max(re.split(r"[^A-Za-z0-9._~-]+", secret), key=len).encode()


def _read(inner: str) -> str:
    try:
        return str(json.loads(f'"{inner}"', strict=False))
    except ValueError:
        return inner


def _written(text: str, like: str) -> str:
    """Return a text as it stands within quotes in JSON; one that has not changed, to the letter."""
    return like if _read(like) == text else json.dumps(text, ensure_ascii=False)[1:-1]


def collect(stand_ins: StandIns, entries: Iterable[Entry]) -> None:
    """Give a stand-in to every secret that requests sent, before any of them is written."""
    for entry in entries:
        request = entry.request
        stand_ins.headers(request.headers.items())
        stand_ins.query(request.query)
        stand_ins.body(request.body, request.headers.get("content-type"))
