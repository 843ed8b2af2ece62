"""JSON cached with records: the parts that do not depend on the viewer are written once per record and revision.

Only ``liked`` and ``usage`` are written for each request. Cached JSON has placeholders for links, replaced once for a whole
body. Models are written directly from their rows, without marshmallow, whose import would delay a first response.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache, lru_cache, partial
from operator import attrgetter, itemgetter
from typing import Any

import orjson

from mockserver.api.codec import write as plainly
from mockserver.api.shown import PictureLinks, ShownCollection, ShownOffer, kind_names
from mockserver.attributes import OPEN, SPARSE, answered
from mockserver.domain.model import Offer
from mockserver.domain.usage import Usage
from mockserver.exchange import sized
from mockserver.values.display_schemas import ShownDisplaySchemas
from mockserver.values.kinds import InstantKind, Kind
from mockserver.values.lists import MapOf, Model

BUDGET = 32 * 1024 * 1024  # bytes of offers' JSON that a world caches: some 20,000 offers
_OVERHEAD = 400  # bytes of a cache entry besides the JSON
_PERSONAL = ("liked", "usage")
# Unguessable, so that no text in a record can be taken for them; short, for each offer has eight.
_OPEN = PictureLinks(secrets.token_urlsafe(9), secrets.token_urlsafe(9))
_BASE, _SUFFIX = _OPEN.base.encode(), _OPEN.suffix.encode()
_HOLE = secrets.token_urlsafe(9)
_SHOWN = {
    "Offer": (ShownOffer, "offer"),
    "AdminOffer": (ShownOffer, "offer"),
    "Collection": (ShownCollection, "collection"),
}
Parts = tuple[bytes, ...]
"""An offer's JSON without its personal values: the parts before, between and after them."""


class Writer:
    """Writes the responses of one world. Records, and the JSON cached with them, are shared by worlds.

    Beyond ``budget`` bytes, the JSON that this world wrote first is removed, and written again when it is needed.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._size = 0
        self._kept: deque[tuple[Offer, str, int]] = deque()
        self._ways: dict[str, Callable[[Any, str], bytes]] = {
            "Empty": lambda _value, _revision: b"{}",
            "Offer": self._offer,
            "Offers": self._offers,
            "UsageAnswer": lambda value, revision: _dumped({"usage": _writer("Usage", revision)(value["usage"])}),
            **{name: partial(_json, name) for name in ("Meta", "Member", "Store")},
            "AdminOfferAnswer": lambda value, revision: b'{"offer":%b}' % _json("AdminOffer", value["offer"], revision),
            "AdminOffersAnswer": _admin_offers,
            "Stores": _stores,
        }

    def write(self, response: str, value: Any, revision: str) -> bytes:
        """Return a response as JSON, equal to that of ``Schema.dump``."""
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
        """Return the JSON of offers, separated by commas, with the links of the first one's viewer."""
        (_, places), shown, texts = _holes(revision), None, []
        for shown in offers:
            first, *rest = shown.offer.shapes.get(revision) or self._keep(shown.offer, revision)
            own = (b"true" if shown.liked else b"false", _usage(shown.usage, revision))
            texts.append(first)
            for place, part in zip(places, rest, strict=True):
                texts += (own[place], part)
            texts.append(b",")
        return b"" if shown is None else _close(b"".join(texts[:-1]), shown.links)

    def _keep(self, offer: Offer, revision: str) -> Parts:
        value = _writer("Offer", revision)(ShownOffer(offer, False, None, _open(revision)))  # type: ignore[arg-type]
        whole = orjson.dumps(value | dict.fromkeys(_holes(revision)[0], _HOLE))
        parts = offer.shapes[revision] = tuple(whole.split(b'"%b"' % _HOLE.encode()))
        size = len(whole) + _OVERHEAD
        self._kept.append((offer, revision, size))
        self._size += size
        while self._size > self._budget:
            old, name, size = self._kept.popleft()
            old.shapes.pop(name, None)
            self._size -= size
        return parts


@cache
def _open(revision: str) -> PictureLinks:
    return _OPEN._replace(kinds=kind_names(revision))


@cache
def _holes(revision: str) -> tuple[list[str], list[int]]:
    """Return the keys of an offer's personal values, in order, and the index of each in ``_PERSONAL``."""
    found = {key: row.name for key, row in answered("Offer", revision).items() if row.name in _PERSONAL}
    return list(found), [_PERSONAL.index(name) for name in found.values()]


@lru_cache(maxsize=4_096)
def _usage(usage: Usage, revision: str) -> bytes:
    """Return a usage as JSON, cached because most usages on a page are equal."""
    return _json("Usage", usage, revision)


def _admin_offers(value: Any, revision: str) -> bytes:
    write = _writer("AdminOffer", revision)
    return _dumped({**value, "offers": [write(offer) for offer in value["offers"]]})


def _stores(stores: Any, revision: str) -> bytes:
    return _dumped(list(map(_writer("Store", revision), stores)))


def _close(body: bytes, links: PictureLinks) -> bytes:
    return body.replace(_BASE, orjson.dumps(links.base)[1:-1]).replace(_SUFFIX, orjson.dumps(links.suffix)[1:-1])


def _json(model: str, value: Any, revision: str) -> bytes:
    return _dumped(_writer(model, revision)(value))


def _dumped(value: Any) -> bytes:
    return sized(orjson.dumps(value))


@cache
def _writer(model: str, revision: str) -> Callable[[Any], dict[str, Any]]:
    """Return the function that writes a model in a revision, compiled from its rows."""
    rows = answered(model, revision)
    keys, names = tuple(rows), [row.name for row in rows.values()]
    of_object, of_mapping = _all_of(attrgetter, _paths(model, names)), _all_of(itemgetter, names)
    changes = [(key, change) for key, row in rows.items() if (change := _change(row.kind, revision)) is not None]

    is_sparse = model in SPARSE
    if model in OPEN:
        return lambda value: {**dict.fromkeys(keys), **value}

    def write(value: Any) -> dict[str, Any]:
        made = dict(zip(keys, (of_mapping if type(value) is dict else of_object)(value), strict=True))
        for key, change in changes:
            if (found := made[key]) is not None:
                made[key] = change(found)
        return {key: value for key, value in made.items() if value is not None and value != ()} if is_sparse else made

    return write


def _paths(model: str, names: list[str]) -> list[str]:
    """Return the paths of attributes: those of a shown record are in the record."""
    shown, record = _SHOWN.get(model, (None, ""))
    return [name if shown is None or hasattr(shown, name) else f"{record}.{name}" for name in names]


def _all_of(getter: Any, names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    get = getter(*names)
    return (lambda value: (get(value),)) if len(names) == 1 else get


def _change(kind: Kind, revision: str) -> Callable[[Any], Any] | None:
    """Return the function that turns a value of a kind into JSON; None if it is JSON already."""
    if isinstance(kind, Model):

        def write(value: Any) -> Any:
            each = _writer(kind.name, revision)
            return [each(one) for one in value] if kind.many else each(value)

        return write
    return kind.write if isinstance(kind, (InstantKind, MapOf, ShownDisplaySchemas)) else None
