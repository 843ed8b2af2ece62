"""The JSON bodies of the operations; those of offers follow from ``attributes.py``."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from mockserver.limits import ELEMENTS, LIFETIME, LINK_LENGTH, NAME_LENGTH, TEXT_LENGTH
from mockserver.values.fields import Bound, KindField, ModelField
from mockserver.values.kinds import AnyText, Choice, Digits, Instant, Integer, Text
from mockserver.values.lists import ListOf, Model
from mockserver.values.problems import leaf

_text, _texts, _name, _id = Text(), ListOf(Text(), most=ELEMENTS), Text(longest=NAME_LENGTH), Integer()
_age, _ids = Integer(1, LIFETIME), ListOf(Integer(), most=ELEMENTS)


class Payload(Bound):
    """Attributes of a JSON body."""


class ReadMorePayload(Payload):
    """Additional display data."""

    button_title = KindField(_name, null=True)
    url = KindField(Text(longest=LINK_LENGTH), null=True)
    title = KindField(_name, null=True)
    text = KindField(Text(longest=TEXT_LENGTH), null=True)


class OffersPayload(Payload):
    """Offers to create; each item is judged by itself."""

    offers = ModelField(Model("OfferPayload", many=True, most=ELEMENTS), raw=True, required=True)


class OffersUpdatePayload(Payload):
    """Offers to update; each item is judged by itself."""

    offers = ModelField(Model("OfferUpdatePayload", many=True, most=ELEMENTS), raw=True, required=True)


class IdsPayload(Payload):
    """Ids of offers."""

    ids = KindField(_ids, required=True)


class AudienceGrantPayload(Payload):
    """An offer to grant to every member of an audience."""

    id = KindField(_id, required=True)
    audience_id = KindField(_id, required=True)
    usable_for_seconds = KindField(_age, null=True)


class AudienceGrantsPayload(Payload):
    """Offers to grant; each item is judged by itself."""

    offers = ModelField(Model("AudienceGrantPayload", many=True, most=ELEMENTS), raw=True, required=True)


class UsePayload(Payload):
    """What a use may carry; the token may come as the header ``X-Usage-Token`` instead."""

    authorization_token = KindField(_text, null=True)


class GrantPayload(Payload):
    """What a grant may carry."""

    usable_for_seconds = KindField(_age, null=True)


class EventContextPayload(Payload):
    """In what circumstances an event has occurred."""

    collections_ids = KindField(ListOf(Integer(digits=True), most=ELEMENTS), null=True)
    tags = KindField(_texts, null=True)
    stores = KindField(_texts, null=True)
    search_string = KindField(_text, null=True)
    utm = KindField(_text, null=True)


class OfferEventPayload(Payload):
    """One OfferEvent (``docs/offers-events.md``)."""

    offer_id = KindField(Integer(digits=True), required=True)
    created_at = KindField(Instant(), required=True)
    context = ModelField(Model("EventContextPayload"), null=True)


class OfferEventsPayload(Payload):
    """Events to register; a bad one refuses them all."""

    events = ModelField(Model("OfferEventPayload", many=True, most=ELEMENTS), required=True)


class TokenPayload(Payload):
    """A request for a token: by a member's password, or by a refresh token."""

    grant_type = KindField(Choice(("password", "refresh_token")), required=True)
    identifier_type = KindField(Choice(("id", "email", "msisdn")), null=True)
    identifier = KindField(Digits(), null=True)
    password = KindField(_text, null=True)
    refresh_token = KindField(_text, null=True)

    @validates_schema
    def check_grant(self, values: dict[str, Any], **_: Any) -> None:
        """Refuse a grant type without its own attributes."""
        by_password = values["grant_type"] == "password"
        needed = ("identifier_type", "identifier", "password") if by_password else ("refresh_token",)
        absent = {name: [leaf(None, "presence")] for name in needed if values[name] is None}
        if absent:
            raise ValidationError(absent)


class RevokePayload(Payload):
    """The access or refresh token to revoke; what is none revokes nothing."""

    lenient = True
    token = KindField(AnyText(), null=True)
