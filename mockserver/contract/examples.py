"""The documents' examples of whole models, projected to a revision like responses."""

from __future__ import annotations

from typing import Any

from mockserver.attributes import answered
from mockserver.revisions import Revision
from mockserver.values.attribute import Attribute
from mockserver.values.lists import Model

_WHOLE = frozenset({"Offer", "AdminOffer", "Usage", "Collection", "Meta"})
"""The models with an example in the documents."""
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
    "OfferEventsPayload": {
        "events": [{"offer_id": 1000115, "created_at": "2019-08-27T10:20:11.810Z", "context": {"tags": ["t1"]}}]
    },
    "UsePayload": {"authorization_token": "secret"},
    "GrantPayload": {"usable_for_seconds": 3600},
    "AudienceGrantsPayload": {"offers": [{"id": 1000219, "audience_id": 10, "usable_for_seconds": 3600}]},
    "TokenPayload": {
        "grant_type": "password",
        "identifier_type": "email",
        "identifier": "ada@example.com",
        "password": "correct-horse-42",
    },
    "RevokePayload": {"token": "refresh-token-of-member-42"},
    "OffersPayload": {"offers": [{"name": "Offer 1"}, {"name": "Offer 2"}]},
    "OffersUpdatePayload": {"offers": [{"id": 1000115, "name": "Offer 1"}, {"id": 1000203, "name": "Offer 2"}]},
    "IdsPayload": {"ids": [1000115, 1000203]},
    "BatchAnswer": {
        "success": True,
        "errors": {"1": {"collection_ids": ["list must contain unique values"]}},
        "ids": [1000284],
    },
    "IdsAnswer": {"ids": [1000301, 1000302]},
}


def example_of(model: str, revision: Revision) -> Any:
    """Return the documents' example of a model with a revision's keys; None if there is none."""
    if model == "UsageAnswer":
        usage = _shaped("Usage", revision)
        told = {"max_uses": 100, "uses_left": 68, "active_until": "2019-05-08T14:47:22.323Z"}
        return {"usage": {key: told.get(key, value) for key, value in usage.items()}}
    if model in _WHOLE:
        return _shaped(model, revision)
    return _FIXED.get(model)


def _shaped(model: str, revision: Revision) -> dict[str, Any]:
    """Return a model's example, made from those of its attributes and nested models."""
    return {key: _example(row, revision) for key, row in answered(model, revision.name).items()}


def _example(row: Attribute, revision: Revision) -> Any:
    kind = row.kind
    if isinstance(kind, Model) and kind.name in _WHOLE and row.example is None:
        return [_shaped(kind.name, revision)] if kind.many else _shaped(kind.name, revision)
    return row.example
