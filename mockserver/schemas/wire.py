"""From records to JSON: the full (union) shape of each model, and a revision's projection of it.

What does not depend on the member is serialised once per record and revision and kept beside the record
(``Offer.shapes``), as far as there is room; only ``liked`` and ``usage`` are written anew. Links are left open in what is
kept: ``close_links`` fills in where the server is reached and the member's signature, once for a whole body.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from mockserver.domain.files import file_models, image_models
from mockserver.domain.instants import Instant, iso
from mockserver.domain.model import Collection, Member, Offer, Picture
from mockserver.domain.usage import Usage
from mockserver.revisions import Revision

# Unguessable, so that no text in a record can be taken for them; short, for each offer has eight.
_BASE, _SUFFIX = secrets.token_urlsafe(9), secrets.token_urlsafe(9)
BUDGET = 32 * 1024 * 1024  # bytes of the offers' JSON that a world keeps: some 20,000 offers
_OVERHEAD = 400  # bytes that keeping it takes besides
_BASE_BYTES, _SUFFIX_BYTES = _BASE.encode(), _SUFFIX.encode()
_READ_MORE = ("button_title", "url", "title", "text")
_ACTIVATION_TEXTS = ("modal", "button", "description")


def has_links(body: bytes) -> bool:
    """Return whether a body has open links."""
    return _BASE_BYTES in body


def close_links(body: bytes, base: str, suffix: str) -> bytes:
    """Fill in the links of a body: where this world is reached, and the member's suffix (empty for a guest)."""
    return body.replace(_BASE_BYTES, _json_text(base)).replace(_SUFFIX_BYTES, _json_text(suffix))


def _json_text(text: str) -> bytes:
    return orjson.dumps(text)[1:-1]


def time(instant: Instant | None) -> str | None:
    """Return an instant as the API writes it, or None."""
    return None if instant is None else iso(instant)


def usage_bytes(usage: Usage, revision: Revision) -> bytes:
    """Return the usage object as JSON."""
    return orjson.dumps(usage_value(usage, revision))


def usage_value(usage: Usage, revision: Revision) -> dict[str, Any]:
    """Return the usage object."""
    value: dict[str, Any] = {
        "usable": usage.usable,
        "max_uses": usage.max_uses,
        "uses_left": usage.uses_left,
        "active_until": time(usage.active_until),
    }
    if "period" in revision.shapes["Usage"]:
        period = usage.period
        value["period"] = period and {
            "timespan": period.timespan,
            "max_uses": period.max_uses,
            "uses_left": period.uses_left,
        }
    return value


def _texts(keys: tuple[str, ...], value: dict[str, Any] | None) -> dict[str, Any]:
    """The documented keys first, null where nothing is set; whatever else was stored follows."""
    return dict.fromkeys(keys) | (value or {})


def _files(owner: Any, record_id: int, pictures: Iterable[Picture]) -> list[dict[str, Any]]:
    return [file.shape(_BASE, _SUFFIX) for file in file_models(owner, record_id, pictures)]


def _images(offer: Offer) -> list[dict[str, Any]]:
    return [{"url": image.url(_BASE, _SUFFIX)} for image in image_models(offer.id, offer.files)]


def _display(offer: Offer) -> dict[str, Any]:
    return {
        "read_more": _texts(_READ_MORE, offer.read_more),
        "activation_texts": _texts(_ACTIVATION_TEXTS, offer.activation_texts),
    }


_OFFER: dict[str, Callable[[Offer], Any]] = {
    "read_more": lambda offer: _texts(_READ_MORE, offer.read_more),
    "usable_since": lambda offer: time(offer.usable_since),
    "usable_until": lambda offer: time(offer.usable_until),
    "visible_since": lambda offer: time(offer.visible_since),
    "visible_until": lambda offer: time(offer.visible_until),
    "created_at": lambda offer: time(offer.created_at),
    "updated_at": lambda offer: time(offer.updated_at),
    "archived_at": lambda offer: time(offer.archived_at),
    "shops": lambda offer: offer.stores,
    "files": lambda offer: _files("offer", offer.id, offer.files),
    "images": _images,
    "display": _display,
}
"""How a key of an offer is made where it is not simply the record's attribute of that name."""


def _offer_value(offer: Offer, keys: Iterable[str]) -> dict[str, Any]:
    return {key: _OFFER[key](offer) if key in _OFFER else getattr(offer, key) for key in keys}


def _offer_halves(offer: Offer, keys: tuple[str, ...]) -> tuple[bytes, bytes]:
    """What stands before ``liked`` and after ``usage`` in an offer's JSON."""
    at = keys.index("liked")
    head = orjson.dumps(_offer_value(offer, keys[:at]))
    tail = orjson.dumps(_offer_value(offer, keys[at + 2 :]))
    return head[:-1] + b',"liked":', b"," + tail[1:] if len(tail) > 2 else b"}"


class OfferWriter:
    """Writes members' views of offers for one world. Records, and what is kept beside them, are shared by worlds.

    Beyond ``budget`` bytes, what was written first by this world is written again when it is asked for.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._size = 0
        self._kept: deque[tuple[Offer, str, int]] = deque()

    def offer_bytes(self, offer: Offer, liked: bool, usage: Usage, revision: Revision) -> bytes:
        """Return a member's view of an offer as JSON, its links open."""
        head, tail = offer.shapes.get(revision.name) or self._write(offer, revision)
        return b"%b%b%b%b%b" % (
            head, b"true" if liked else b"false", b',"usage":', usage_bytes(usage, revision), tail,
        )  # fmt: skip

    def _write(self, offer: Offer, revision: Revision) -> tuple[bytes, bytes]:
        head, tail = offer.shapes[revision.name] = _offer_halves(offer, revision.shapes["Offer"])
        size = len(head) + len(tail) + _OVERHEAD
        self._kept.append((offer, revision.name, size))
        self._size += size
        while self._size > self._budget:
            old, name, size = self._kept.popleft()
            old.shapes.pop(name, None)
            self._size -= size
        return head, tail


def admin_offer_value(offer: Offer, uses_count: int, guest_usage: Usage, revision: Revision) -> dict[str, Any]:
    """Return the staff's view of an offer, its links open; ``liked`` is false and ``usage`` a guest's, where shown."""
    keys = revision.shapes["AdminOffer"]
    extra = {"uses_count": uses_count, "liked": False, "usage": usage_value(guest_usage, revision)}
    return {
        key: extra[key] if key in extra else _OFFER[key](offer) if key in _OFFER else getattr(offer, key)
        for key in keys
    }


def collection_value(collection: Collection, revision: Revision) -> dict[str, Any]:
    """Return a collection, its links open."""
    value = {key: getattr(collection, key) for key in revision.shapes["Collection"] if key != "files"}
    return value | {"files": _files("collection", collection.id, collection.files)}


def meta_value(
    tags: list[str],
    stores: list[str],
    collections: list[Collection],
    seconds: int,
    tokens: tuple[str, ...],
    revision: Revision,
) -> dict[str, Any]:
    """Return the offers' metadata of a club, its links open."""
    full = {
        "tags": tags,
        "shops": stores,
        "stores": stores,
        "collections": [collection_value(collection, revision) for collection in collections],
        "activated_seconds_time": seconds,
        "usage_authorization_tokens": tokens,
    }
    return {key: full[key] for key in revision.shapes["Meta"]}


def member_value(member: Member) -> dict[str, Any]:
    """Return a member as ``get_me`` does."""
    return {
        "id": member.id,
        "properties": member.properties,
        "consents": member.consents,
        "sms_status": member.sms_status,
        "email_status": member.email_status,
        "push_status": member.push_status,
        "optin_channel": member.optin_channel,
        "optin_subchannel": member.optin_subchannel,
        "created_at": time(member.created_at),
        "updated_at": time(member.updated_at),
        "person_id": member.person_id,
    }
