"""The shape of every record that a fixture file may hold, by top-level key. Names are the API's own."""

from __future__ import annotations

from mockserver.domain.model import (
    OFFER_TYPES,
    SCOPES,
    Audience,
    Client,
    Club,
    Collection,
    Grant,
    Store,
    Token,
    Translation,
)
from mockserver.schemas.fixture_parts import (
    PERIOD,
    Like,
    Slug,
    Use,
    event,
    in_order,
    member,
    offer,
)
from mockserver.schemas.fixture_pictures import PICTURES, picture
from mockserver.schemas.fixture_shape import Attribute, Nested, Shape
from mockserver.schemas.kinds import Choice, Date, Dates, Each, Flag, Mapping, Text, Whole, Zone
from mockserver.schemas.moments import Relative

NOW = Relative(0)
_text, _filled, _flag, _date, _mapping = Text(), Text(filled=True), Flag(), Date(), Mapping()
_id, _count, _any_whole = Whole(1), Whole(0), Whole()
_ids, _texts = Each(_id, unique=True), Each(_filled, unique=True)

_ID = Attribute(_id, required=True)
_CLUB = Attribute(_filled)  # absent means the only club there is; ``assemble.py`` fills it in
_TEXT = Attribute(_text, null=True)
_DATE = Attribute(_date, null=True)
_MAPPING = Attribute(_mapping)
_IDS, _TEXTS = Attribute(_ids), Attribute(_texts)
# the admin API takes any texts as tags and stores, and an exported world must load again
_LABELS = Attribute(Each(_text))
_COUNT = Attribute(_count, null=True)


SHAPES: dict[str, Shape] = {
    "clubs": Shape(
        Club,
        {
            "slug": Attribute(Slug(), required=True),
            "name": _TEXT,
            "timezone": Attribute(Zone()),
            "offers_api_enabled": Attribute(_flag),
            "activated_seconds_time": Attribute(_count),
            "usage_authorization_tokens": _TEXTS,
        },
    ),
    "clients": Shape(
        Client,
        {
            "token": Attribute(_filled, required=True),
            "name": _TEXT,
            "clubs": _TEXTS,
            "products": _TEXTS,
            "permits": Attribute(Each(_filled, unique=True, into=frozenset)),
        },
    ),
    "members": Shape(
        member,
        {
            "id": _ID,
            "club": _CLUB,
            "email": _TEXT,
            "msisdn": _TEXT,
            "password": _TEXT,
            "banned_until": _DATE,
            "properties": _MAPPING,
            "consents": _MAPPING,
            "sms_status": _TEXT,
            "email_status": _TEXT,
            "push_status": _TEXT,
            "optin_channel": _TEXT,
            "optin_subchannel": _TEXT,
            "person_id": Attribute(_any_whole, null=True),
            "created_at": Attribute(_date),
            "updated_at": Attribute(_date),
        },
        {"created_at": NOW},
    ),
    "audiences": Shape(
        Audience,
        {
            "id": _ID,
            "club": _CLUB,
            "name": _TEXT,
            "member_ids": Attribute(Each(_id, unique=True, into=frozenset)),
        },
    ),
    "stores": Shape(
        Store,
        {
            "id": _ID,
            "club": _CLUB,
            "name": Attribute(_filled, required=True),
            "parent_id": Attribute(_any_whole, null=True),
            "store_id": _TEXT,
            "department_id": _TEXT,
            "categories": _TEXTS,
            "location": Attribute(_mapping, null=True),
        },
    ),
    "collections": Shape(
        Collection,
        {
            "id": _ID,
            "club": _CLUB,
            "title": _TEXT,
            "short_title": _TEXT,
            "description": _TEXT,
            "short_description": _TEXT,
            "offers_order": _IDS,
            "files": PICTURES,
        },
        {"files": (picture("collection_cover_default"),)},
    ),
    "offers": Shape(
        offer,
        {
            "id": _ID,
            "club": _CLUB,
            "name": _TEXT,
            "description": _TEXT,
            "internal_name": _TEXT,
            "internal_description": _TEXT,
            "type": Attribute(Choice(OFFER_TYPES)),
            "scope": Attribute(Choice(SCOPES)),
            "external_url": _TEXT,
            "read_more": _MAPPING,
            "activation_texts": _MAPPING,
            "status": Attribute(Choice(("draft", "published"))),
            "usable_since": _DATE,
            "usable_until": _DATE,
            "visible_since": _DATE,
            "visible_until": _DATE,
            "usage_authorization_token_required": Attribute(_flag),
            "collection_ids": _IDS,
            "tags": _LABELS,
            "stores": _LABELS,
            "audience_id": Attribute(_id, null=True),
            "campaign_id": Attribute(_any_whole, null=True),
            "files": PICTURES,
            "extras": _MAPPING,
            "display_schemas": _MAPPING,
            "maximum_uses_per_user": _COUNT,
            "period": Attribute(Nested(PERIOD), null=True),
            "stock": _COUNT,
            "created_at": Attribute(_date),
            "updated_at": Attribute(_date),
            "archived_at": _DATE,
        },
        {"created_at": NOW, "files": (picture("offer_default"),)},
        in_order("usable", "visible"),
    ),
    "tokens": Shape(
        Token,
        {
            "token": Attribute(_filled, required=True),
            "member_id": _ID,
            "refresh_token": _TEXT,
            "created_at": Attribute(_date),
            "expires_in": Attribute(_count),
            "refresh_expires_in": Attribute(_count),
            "revoked": Attribute(_flag),
        },
        {"created_at": NOW},
    ),
    "uses": Shape(Use, {"offer_id": _ID, "member_id": _ID, "at": Attribute(Dates(), required=True)}),
    "likes": Shape(Like, {"offer_id": _ID, "member_id": _ID, "at": Attribute(_date)}, {"at": NOW}),
    "grants": Shape(
        Grant,
        {
            "offer_id": _ID,
            "member_id": _ID,
            "granted_at": Attribute(_date),
            "uses": Attribute(_count),
            "expires_at": _DATE,
        },
        {"granted_at": NOW},
    ),
    "events": Shape(
        event,
        {
            "kind": Attribute(Choice(("clicked", "seen")), required=True),
            "club": _CLUB,
            "offer_id": Attribute(_any_whole, required=True),
            "member_id": _ID,
            "created_at": Attribute(_date),
            "recorded_at": Attribute(_date),
            "context": Attribute(_mapping, null=True),
            "source": Attribute(Choice(("app", "image"))),
        },
        {"created_at": NOW},
    ),
    "translations": Shape(
        Translation,
        {
            "club": _CLUB,
            "language": Attribute(_filled, required=True),
            "member_properties": _MAPPING,
            "consents": _MAPPING,
            "tags": _MAPPING,
            "terms": _MAPPING,
        },
    ),
}
