"""JSON beside records: what does not depend on the viewer is written once for each record and revision.

Only ``liked`` and ``usage`` are written for each request. Links are left open in what is kept, and closed once for a whole
body. Models are written straight from their rows, without marshmallow, whose import a first answer need not wait for.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache, partial
from operator import attrgetter, itemgetter
from typing import Any

import orjson

from mockserver.api.codec import write as plainly
from mockserver.api.shown import Links, ShownOffer
from mockserver.attributes import OPEN, answered
from mockserver.domain.model import Offer
from mockserver.exchange import sized
from mockserver.values.kinds import Instant, Kind
from mockserver.values.lists import Model

BUDGET = 32 * 1024 * 1024  # bytes of the offers' JSON that a world keeps: some 20,000 offers
_OVERHEAD = 400  # bytes that keeping it takes besides
_PERSONAL = ("liked", "usage")
# Unguessable, so that no text in a record can be taken for them; short, for each offer has eight.
_OPEN = Links(secrets.token_urlsafe(9), secrets.token_urlsafe(9))
_HOLE = secrets.token_urlsafe(9)
Parts = list[bytes]
"""An offer's JSON without what is personal: what stands before, between and after it."""


class Writer:
    """Writes the answers of one world. Records, and what is kept beside them, are shared by worlds.

    Beyond ``budget`` bytes, what was written first by this world is written again when it is asked for.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._size = 0
        self._kept: deque[tuple[Offer, str, int]] = deque()
        self._ways: dict[str, Callable[[Any, str], bytes]] = {
            "Empty": lambda _value, _revision: b"{}",
            "Offer": self._offer,
            "Offers": self._offers,
            "UsageAnswer": lambda value, revision: b'{"usage":%b}' % _json("Usage", value["usage"], revision),
            **{name: partial(_json, name) for name in ("Meta", "Member")},
            "AdminOfferAnswer": lambda value, revision: b'{"offer":%b}' % _json("AdminOffer", value["offer"], revision),
        }

    def write(self, response: str, value: Any, revision: str) -> bytes:
        """Return an answer as JSON, as ``Schema.dump`` would have it."""
        way = self._ways.get(response)
        return plainly(response, value, revision) if way is None else way(value, revision)

    def _offer(self, value: Any, revision: str) -> bytes:
        return b'{"offer":%b}' % self._closed((value["offer"],), revision)

    def _offers(self, value: Any, revision: str) -> bytes:
        offers = self._closed(value["offers"], revision)
        if "pagination_info" not in value:
            return b'{"offers":[%b]}' % offers
        return b'{"offers":[%b],"pagination_info":%b}' % (offers, orjson.dumps(value["pagination_info"]))

    def _closed(self, offers: Iterable[ShownOffer], revision: str) -> bytes:
        """Return offers one after the other, with the links of the first one's viewer."""
        fill, shown, texts = _personal(revision), None, []
        for shown in offers:
            parts = shown.offer.shapes.get(revision) or self._keep(shown.offer, revision)
            texts.append(fill(parts, shown))
        return b"" if shown is None else _close(b",".join(texts), shown.links)

    def _keep(self, offer: Offer, revision: str) -> Parts:
        value = _value("Offer", ShownOffer(offer, False, None, _OPEN), revision)  # type: ignore[arg-type]
        whole = orjson.dumps(value | {key: _HOLE for key, name in _holes(revision)})
        parts = offer.shapes[revision] = whole.split(b'"%b"' % _HOLE.encode())
        size = len(whole) + _OVERHEAD
        self._kept.append((offer, revision, size))
        self._size += size
        while self._size > self._budget:
            old, name, size = self._kept.popleft()
            old.shapes.pop(name, None)
            self._size -= size
        return parts


@cache
def _holes(revision: str) -> tuple[tuple[str, str], ...]:
    """Return the keys of what is personal in an offer, in order, each with its attribute."""
    return tuple((key, row.name) for key, row in answered("Offer", revision).items() if row.name in _PERSONAL)


@cache
def _personal(revision: str) -> Callable[[Parts, ShownOffer], bytes]:
    """Return how an offer's parts are put together with what is personal."""
    names, usage = [name for _, name in _holes(revision)], _writer("Usage", revision)

    def fill(parts: Parts, shown: ShownOffer) -> bytes:
        own = {"liked": b"true" if shown.liked else b"false", "usage": orjson.dumps(usage(shown.usage))}
        texts = [parts[0]]
        for name, part in zip(names, parts[1:], strict=True):
            texts += (own[name], part)
        return b"".join(texts)

    return fill


def _close(body: bytes, links: Links) -> bytes:
    for found, filled in zip(_OPEN, links, strict=True):
        body = body.replace(found.encode(), orjson.dumps(filled)[1:-1])
    return body


def _json(model: str, value: Any, revision: str) -> bytes:
    return sized(orjson.dumps(_value(model, value, revision)))


def _value(model: str, value: Any, revision: str) -> dict[str, Any]:
    return _writer(model, revision)(value)


@cache
def _writer(model: str, revision: str) -> Callable[[Any], dict[str, Any]]:
    """Return how a model is written in a revision, compiled from its rows."""
    rows = answered(model, revision)
    keys, names = tuple(rows), [row.name for row in rows.values()]
    of_object, of_mapping = _all_of(attrgetter, names), _all_of(itemgetter, names)
    changes = [(key, change) for key, row in rows.items() if (change := _change(row.kind, revision)) is not None]

    def write(value: Any) -> dict[str, Any]:
        if model in OPEN:
            return {**dict.fromkeys(keys), **value}
        made = dict(zip(keys, (of_mapping if type(value) is dict else of_object)(value), strict=True))
        for key, change in changes:
            if made[key] is not None:
                made[key] = change(made[key])
        return made

    return write


def _all_of(getter: Any, names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    get = getter(*names)
    return (lambda value: (get(value),)) if len(names) == 1 else get


def _change(kind: Kind, revision: str) -> Callable[[Any], Any] | None:
    """Return how a value of a kind becomes JSON; None where it is JSON already."""
    if isinstance(kind, Model):

        def write(value: Any) -> Any:
            each = _writer(kind.name, revision)
            return [each(one) for one in value] if kind.many else each(value)

        return write
    return kind.write if isinstance(kind, Instant) else None
