"""The JSON bodies of the operations; those of offers follow from ``attributes.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, post_load, validates_schema

from mockserver.domain.model import Period
from mockserver.limits import ELEMENTS, LIFETIME, LIMIT_OF_USES, LINK_LENGTH, NAME_LENGTH, TEXT_LENGTH
from mockserver.values.choices import DISPLAY_TYPES, TIMESPANS
from mockserver.values.fields import Bound, KindField, ModelField
from mockserver.values.kinds import AnyText, Choice, Digits, InstantKind, Integer, Text
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


class ActivationTextsPayload(Payload):
    """What an app shows while the offer is activated."""

    modal = KindField(_name, null=True)
    button = KindField(_name, null=True)
    description = KindField(Text(longest=TEXT_LENGTH), null=True)


class PeriodPayload(Payload):
    """A limit of uses by one member within a calendar period."""

    timespan = KindField(Choice(TIMESPANS), required=True)
    max_uses = KindField(Integer(0, LIMIT_OF_USES), required=True)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> Period:
        """Return the period."""
        return Period(**values)


class DisplayFieldPayload(Payload):
    """The content of one place: an attribute of the offer, a fixed text, or nothing."""

    type = KindField(Choice(DISPLAY_TYPES), required=True)
    value = KindField(_text, "The attribute's name, or the text", null=True)


class DisplaySchemaPayload(Payload):
    """What an app shows of an offer in one of its views; absent places get their default."""

    header = ModelField(Model("DisplayFieldPayload"), null=True)
    body = ModelField(Model("DisplayFieldPayload"), null=True)
    caption = ModelField(Model("DisplayFieldPayload"), null=True)


class DisplaySchemasPayload(Payload):
    """What apps show of an offer; absent places get their default."""

    # values/display_schemas.py reads them, as in fixture files; these models are for the contract
    list = ModelField(Model("DisplaySchemaPayload"), null=True)
    details = ModelField(Model("DisplaySchemaPayload"), null=True)


class OffersPayload(Payload):
    """Offers to create; each item is validated by itself."""

    offers = ModelField(Model("OfferPayload", many=True, most=ELEMENTS), raw=True, required=True)


class OffersUpdatePayload(Payload):
    """Offers to update; each item is validated by itself."""

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
    """Offers to grant; one invalid item refuses them all."""

    offers = ModelField(Model("AudienceGrantPayload", many=True, most=ELEMENTS), required=True)


class UsePayload(Payload):
    """The body of a use; the token may also be sent as the header ``X-Usage-Token``."""

    authorization_token = KindField(_text, null=True)


class GrantPayload(Payload):
    """The body of a grant."""

    usable_for_seconds = KindField(_age, null=True)


class EventContextPayload(Payload):
    """The circumstances of an event."""

    collections_ids = KindField(ListOf(Integer(digits=True), most=ELEMENTS), null=True)
    tags = KindField(_texts, null=True)
    stores = KindField(_texts, null=True)
    shops = KindField(_texts, "Another name of stores", null=True)
    search_string = KindField(_text, null=True)
    utm = KindField(_text, null=True)

    dated: ClassVar[Mapping[str, tuple[str, ...]]] = {"shops": ("2019-08",)}

    @validates_schema
    def check_one_name(self, values: dict[str, Any], **_: Any) -> None:
        """Refuse a context that uses both names of the stores."""
        if values.get("shops") is not None and values["stores"] is not None:
            raise ValidationError(
                {"shops": [leaf(values["shops"], "attribute_cannot_be_present_with", **{"with": "stores"})]}
            )

    @post_load
    def name_stores(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the context with the stores under their later name."""
        shops = values.pop("shops", None)
        return values if shops is None else values | {"stores": shops}


class OfferEventPayload(Payload):
    """One OfferEvent (``docs/offers-events.md``)."""

    offer_id = KindField(Integer(digits=True), required=True)
    created_at = KindField(InstantKind(), required=True)
    context = ModelField(Model("EventContextPayload"), null=True)


class OfferEventsPayload(Payload):
    """Events to register; one invalid item refuses them all."""

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
        """Refuse a grant type without the attributes that it needs."""
        by_password = values["grant_type"] == "password"
        needed = ("identifier_type", "identifier", "password") if by_password else ("refresh_token",)
        absent = {name: [leaf(None, "presence")] for name in needed if values[name] is None}
        if absent:
            raise ValidationError(absent)


class RevokePayload(Payload):
    """The access or refresh token to revoke; an unknown one revokes nothing."""

    lenient = True
    token = KindField(AnyText(), null=True)
