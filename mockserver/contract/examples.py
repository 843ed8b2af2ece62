"""The documents' own examples, as values: of whole models, projected to a revision as answers are."""

from __future__ import annotations

from typing import Any

from mockserver.revisions import Revision

_FILES = "https://offers-api.s3.eu-central-1.amazonaws.com/"


def _file(record: str, size: str, width: int, height: int) -> dict[str, Any]:
    kind = "offer_default" if record.startswith("offer") else "collection_cover_default"
    url = f"{_FILES}{record}-{kind}-{size}.jpg"
    return {"url": url, "width": width, "height": height, "kind": kind, "size_type": size}


_READ_MORE = {"button_title": "Button title", "url": None, "title": "Title", "text": "Text"}
_USAGE = {
    "usable": True,
    "max_uses": 10,
    "uses_left": 3,
    "active_until": "2019-03-13T18:41:00.000Z",
    "period": None,
}
_OFFER: dict[str, Any] = {
    "id": 1000115,
    "name": "Buy two shoes, get one jacket",
    "description": None,
    "internal_name": None,
    "internal_description": None,
    "type": "REGULAR",
    "external_url": "https://example.com/foo",
    "read_more": _READ_MORE,
    "status": "published",
    "usable_since": "2019-03-13T17:32:00.000Z",
    "usable_until": None,
    "visible_since": None,
    "visible_until": None,
    "usage_authorization_token_required": False,
    "collection_ids": [1000016, 1000017],
    "tags": ["2 + 1"],
    "shops": ["M&H"],
    "stores": ["M&H"],
    "audience_id": None,
    "campaign_id": None,
    "files": [_file("offer-1000115", "base", 600, 800)],
    "images": [{"url": f"{_FILES}offer-1000115-offer_default-original.jpg"}],
    "display": {
        "read_more": _READ_MORE,
        "activation_texts": {"modal": "Modal", "button": "Button", "description": None},
    },
    "liked": False,
    "usage": _USAGE,
    "extras": {"category": 42},
    "display_schemas": {},
    "maximum_uses_per_user": 10,
    "stock": None,
    "created_at": "2019-03-13T17:00:00.000Z",
    "updated_at": "2019-03-13T17:00:00.000Z",
    "archived_at": None,
    "uses_count": 7,
}
_COLLECTION: dict[str, Any] = {
    "id": 1000016,
    "title": "Collection #1",
    "short_title": None,
    "description": None,
    "short_description": None,
    "offers_order": [1000115, 1000112, 1000114],
    "files": [
        _file("collection-1000016", "original", 600, 300),
        _file("collection-1000016", "thumbnail", 300, 150),
        _file("collection-1000016", "base", 600, 300),
    ],
}
_META: dict[str, Any] = {
    "tags": ["-50%", "great deal", "2 + 1"],
    "shops": ["M&H", "Doo Doo"],
    "stores": ["M&H", "Doo Doo"],
    "collections": [_COLLECTION],
    "activated_seconds_time": 35,
    "usage_authorization_tokens": ["secret", "another-secret", "06edd7397efa83b1e4d07a195324b8a5a"],
}
_FULL: dict[str, dict[str, Any]] = {
    "Offer": _OFFER,
    "AdminOffer": _OFFER,
    "Usage": _USAGE,
    "Collection": _COLLECTION,
    "Meta": _META,
}
_FIXED: dict[str, Any] = {
    "OfferEventPayload": {
        "offer_id": "14",
        "created_at": "2019-08-27T10:20:11.810Z",
        "context": {
            "collections_ids": [1, 2],
            "tags": ["t1"],
            "stores": ["a"],
            "search_string": "foo",
            "utm": "campaign-2018-05-01",
        },
    },
    "OffersPayload": {"offers": [{"name": "Offer 1"}, {"name": "Offer 2"}]},
    "OffersUpdatePayload": {"offers": [{"id": 1000284, "name": "Offer 1"}, {"id": 1000285, "name": "Offer 2"}]},
    "IdsPayload": {"ids": [1000284, 1000285]},
    "BatchAnswer": {
        "success": True,
        "errors": {"1": {"collection_ids": ["list must contain unique values"]}},
        "ids": [1000284],
    },
    "IdsAnswer": {"ids": [1000301, 1000302]},
}


def example_of(model: str, revision: Revision) -> Any:
    """Return the documents' example of a model with a revision's keys; None where they give none."""
    if model == "UsageAnswer":
        usage = _USAGE | {"max_uses": 100, "uses_left": 68, "active_until": "2019-05-08T14:47:22.323Z"}
        return {"usage": _shaped("Usage", usage, revision)}
    if model in _FULL:
        return _shaped(model, _FULL[model], revision)
    return _FIXED.get(model)


def _shaped(model: str, full: dict[str, Any], revision: Revision) -> dict[str, Any]:
    value = {key: full[key] for key in revision.shapes[model]}
    if "usage" in value:
        value["usage"] = _shaped("Usage", value["usage"], revision)
    return value
