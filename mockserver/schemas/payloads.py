"""The JSON bodies of the operations."""

from __future__ import annotations

from typing import Any

from mockserver.schemas.arrays import ArrayOf, ArrayOfObjects, ObjectOf
from mockserver.schemas.fields import Enum, FreeObject, Instant, Integer, String
from mockserver.schemas.problems import leaf
from mockserver.schemas.shapes import Payload

NAME, TEXT, LINK = 1_000, 65_535, 2_048  # the longest name, text and link, in characters
AGE = 100 * 366 * 86_400  # the longest lifetime that may be asked for: a century, in seconds
LIMIT = 2**31 - 1


class ReadMorePayload(Payload):
    """Additional display data."""

    button_title = String(longest=NAME, allow_none=True)
    url = String(longest=LINK, allow_none=True)
    title = String(longest=NAME, allow_none=True)
    text = String(longest=TEXT, allow_none=True)


class OfferPayload(Payload):
    """The attributes of an offer that may be set (``docs/offers-admin-2019-10.md``, "OfferPayload")."""

    name = String(longest=NAME, allow_none=True)
    description = String(longest=TEXT, allow_none=True)
    internal_name = String(longest=NAME, allow_none=True)
    internal_description = String(longest=TEXT, allow_none=True)
    external_url = String(longest=LINK, allow_none=True)
    read_more = ObjectOf(ReadMorePayload, allow_none=True)
    status = Enum(("draft", "published"), allow_none=True)
    usable_since = Instant(allow_none=True)
    usable_until = Instant(allow_none=True)
    visible_since = Instant(allow_none=True)
    visible_until = Instant(allow_none=True)
    collection_ids = ArrayOf(Integer(), allow_none=True)
    tags = ArrayOf(String(longest=NAME), allow_none=True)
    stores = ArrayOf(String(longest=NAME), allow_none=True)
    audience_id = Integer(min=1, allow_none=True)
    campaign_id = Integer(allow_none=True)
    extras = FreeObject(allow_none=True)
    display_schemas = FreeObject(allow_none=True)
    maximum_uses_per_user = Integer(min=0, max=LIMIT, allow_none=True)
    stock = Integer(min=0, max=LIMIT, allow_none=True)


class OfferUpdatePayload(OfferPayload):
    """An OfferPayload with the id of the offer that it updates."""

    id = Integer(required=True)


class OffersPayload(Payload):
    """Offers to create; each item is judged by itself."""

    offers = ArrayOfObjects(OfferPayload, raw=True, required=True)


class OffersUpdatePayload(Payload):
    """Offers to update; each item is judged by itself."""

    offers = ArrayOfObjects(OfferUpdatePayload, raw=True, required=True)


class IdsPayload(Payload):
    """Ids of offers."""

    ids = ArrayOf(Integer(), required=True)


class AudienceGrantPayload(Payload):
    """An offer to grant to every member of an audience."""

    id = Integer(required=True)
    audience_id = Integer(required=True)
    usable_for_seconds = Integer(min=1, max=AGE, allow_none=True)


class AudienceGrantsPayload(Payload):
    """Offers to grant; each item is judged by itself."""

    offers = ArrayOfObjects(AudienceGrantPayload, raw=True, required=True)


class UsePayload(Payload):
    """What a use may carry; the token may come as the header ``X-Usage-Token`` instead."""

    authorization_token = String(allow_none=True)


class GrantPayload(Payload):
    """What a grant may carry."""

    usable_for_seconds = Integer(min=1, max=AGE, allow_none=True)


class EventContextPayload(Payload):
    """In what circumstances an event has occurred."""

    collections_ids = ArrayOf(Integer(text=True), allow_none=True)
    tags = ArrayOf(String(), allow_none=True)
    stores = ArrayOf(String(), allow_none=True)
    search_string = String(allow_none=True)
    utm = String(allow_none=True)


class OfferEventPayload(Payload):
    """One OfferEvent (``docs/offers-events.md``)."""

    offer_id = Integer(text=True, required=True)
    created_at = Instant(required=True)
    context = ObjectOf(EventContextPayload, allow_none=True)


class OfferEventsPayload(Payload):
    """Events to register; a bad one refuses them all."""

    events = ArrayOfObjects(OfferEventPayload, required=True)


class TokenPayload(Payload):
    """A request for a token: by a member's password, or by a refresh token."""

    grant_type = Enum(("password", "refresh_token"), required=True)
    identifier_type = Enum(("id", "email", "msisdn"), allow_none=True)
    identifier = String(allow_none=True)
    password = String(allow_none=True)
    refresh_token = String(allow_none=True)

    def further(self, values: dict[str, Any]) -> dict[str, Any]:
        """Each grant type needs its own attributes."""
        by_password = values["grant_type"] == "password"
        needed = ("identifier_type", "identifier", "password") if by_password else ("refresh_token",)
        return {name: [leaf(None, "presence")] for name in needed if values[name] is None}


class RevokePayload(Payload):
    """The access or refresh token to revoke."""

    token = String(allow_none=True)
