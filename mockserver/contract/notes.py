"""What the documents say about an attribute beyond its type, as keywords of its schema, by ``Model.attribute``."""

from __future__ import annotations

from typing import Any

_NO_LIMIT = "null without limit"
_LINK = {"format": "uri", "description": "Points at this server"}
_MESSAGES = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}

_SAID: dict[str, str] = {
    "PeriodUsage.timespan": "The period in which usage is limited, by the calendar of the club's timezone",
    "PeriodUsage.max_uses": "How many times the member may use the offer within the period",
    "PeriodUsage.uses_left": "How many times the member may use the offer until the end of the current period",
    "Usage.usable": "Is the offer usable?",
    "Usage.max_uses": f"How many times the member can use the offer; {_NO_LIMIT}",
    "Usage.uses_left": f"How many more times the member can use the offer, also by the global limit; {_NO_LIMIT}",
    "Usage.active_until": "The last use plus the club's activation time; null when the offer has not been used yet",
    "File.width": "Pixels",
    "File.height": "Pixels",
    "File.kind": "offer_default, offer_image or collection_cover_default",
    "Offer.type": "EXCLUSIVE, BIRTHDAY and WELCOME must be granted before use",
    "Offer.external_url": "The URL the offer may be linked with",
    "Offer.read_more": "Additional offer display data",
    "Offer.usable_since": "Time since the offer may be used; null without restriction",
    "Offer.usable_until": "Time until the offer may be used; null without restriction",
    "Offer.usage_authorization_token_required": "When true, a usage authorization token is needed for using the offer",
    "Offer.collection_ids": "Ids of the collections that the offer belongs to",
    "Offer.tags": "Identifiers of tags; list_translations has their texts",
    "Offer.shops": "Names of the shops associated with the offer",
    "Offer.stores": "Names of the stores associated with the offer",
    "Offer.images": "Images of the offer, as uploaded",
    "Offer.liked": "Has the offer been liked by the member?",
    "Offer.extras": "Extendable container for any extra data",
    "AdminOffer.external_url": "The URL the offer may be linked with",
    "AdminOffer.status": "The offer is visible only when it is published",
    "AdminOffer.usable_since": "Time since the offer may be used; null without restriction",
    "AdminOffer.usable_until": "Time until the offer may be used; null without restriction",
    "AdminOffer.visible_since": "Time since the offer is visible to members; null without restriction",
    "AdminOffer.visible_until": "Time until the offer is visible to members; null without restriction",
    "AdminOffer.stores": "Names of the stores; the member API of 2019-08 calls them shops",
    "AdminOffer.audience_id": "When set, the offer is only for members of this audience",
    "AdminOffer.extras": "Extendable container for any extra data",
    "AdminOffer.display_schemas": "Offer display schemas",
    "AdminOffer.maximum_uses_per_user": f"How many uses an individual member may perform; {_NO_LIMIT}",
    "AdminOffer.stock": f"Global limit of member uses; {_NO_LIMIT}",
    "AdminOffer.archived_at": "When the offer has been archived",
    "AdminOffer.uses_count": "How many times the offer has been used by members",
    "Collection.offers_order": "The order in which offers should be displayed inside this collection",
    "Meta.tags": "Unique tags assigned to offers",
    "Meta.shops": "Unique shops assigned to offers",
    "Meta.stores": "Unique stores assigned to offers",
    "Meta.activated_seconds_time": "How many seconds the offer stays active after the member uses it",
    "Meta.usage_authorization_tokens": "Tokens permitted to use the offers",
    "BatchAnswer.success": "True if any item went through",
    "TokenAnswer.expires_in": "Seconds",
    "TokenAnswer.created_at": "Seconds since the epoch",
    "TokenAnswer.resource_owner_id": "Id of the member",
    "TokenInfo.created_at": "Seconds since the epoch",
    "TokenInfo.resource_owner_id": "Id of the member",
    "ProjectedVersion.longer_side": "Pixels",
}
_MORE: dict[str, dict[str, Any]] = {
    "File.url": _LINK,
    "Image.url": _LINK,
    "BatchAnswer.errors": {
        "description": "Messages by attribute, by the index of the item that is refused",
        "additionalProperties": _MESSAGES,
    },
}


def _grant(grant_type: str, *needed: str) -> dict[str, Any]:
    """Say which attributes a grant type needs."""
    return {
        "if": {"properties": {"grant_type": {"const": grant_type}}},
        "then": {"required": [*needed], "properties": {name: {"type": "string"} for name in needed}},
    }


_MODELS: dict[str, dict[str, Any]] = {
    "TokenPayload": {
        "allOf": [
            _grant("password", "identifier_type", "identifier", "password"),
            _grant("refresh_token", "refresh_token"),
        ]
    },
}


def notes_on_model(model: str) -> dict[str, Any]:
    """Return further keywords of a model's schema: what no single attribute can say."""
    return _MODELS.get(model, {})


def notes_on(model: str, attribute: str) -> dict[str, Any]:
    """Return further keywords of an attribute's schema; empty where there are none."""
    name = f"{model}.{attribute}"
    return ({"description": _SAID[name]} if name in _SAID else {}) | _MORE.get(name, {})
