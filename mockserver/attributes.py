"""The table of attributes: one row each.

A row makes the record's field (unless ``domain/model.py`` declares it, for rules), the shape in fixture files, the payload,
the responses of each revision in the order of the rows, OpenAPI and its examples. To add an attribute, add a row.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from mockserver.limits import ELEMENTS, LIMIT_OF_USES, LINK_LENGTH, NAME_LENGTH, TEXT_LENGTH
from mockserver.revisions import REVISIONS
from mockserver.values.attribute import EVERYWHERE, Attribute, Shown
from mockserver.values.choices import MEMBER_STATUSES, OFFER_TYPES, SCOPES, STATUSES, TIMESPANS
from mockserver.values.consents import ConsentKind
from mockserver.values.dates import FixtureDate
from mockserver.values.display_schemas import DisplaySchemasKind, ShownDisplaySchemas
from mockserver.values.kinds import Boolean, Choice, InstantKind, Integer, Kind, Link, Mapping, Text
from mockserver.values.lists import ListOf, MapOf, Model

_2019, _2025, _UNION = Shown(only=("2019-08",)), Shown(only=("2025-03",)), Shown(only=("union",))
_MEMBER_2019, _MEMBER_2025 = "offers-member-2019-08.md", "offers-member-2025-03.md"
_ADMIN, _GENERAL, _STORES = "offers-admin-2019-10.md", "02_general_info.md", "90_stores.md"
_UNSAID = Shown(says="")
_NO_LIMIT = "null without limit"
_text, _texts, _any_ids, _ids = Text(), ListOf(Text()), ListOf(Integer()), ListOf(Integer(1), unique=True)
_labels = ListOf(Text(longest=NAME_LENGTH), most=ELEMENTS)
_mapping, _instant, _flag, _count = Mapping(), InstantKind(), Boolean(), Integer(0)
_CLUB = Text(filled=True)  # if absent in a file: the only club


def _row(
    name: str, kind: Kind, source: str, *, settable: bool | Kind = False, file: bool | Kind = True, **row: Any
) -> Attribute:
    stored = row.setdefault("stored", True)
    in_file = FixtureDate() if isinstance(kind, InstantKind) else kind
    return Attribute(
        name=name,
        kind=kind,
        source=source,
        settable=settable if isinstance(settable, Kind) else kind if settable else None,
        file=file if isinstance(file, Kind) else in_file if file and stored else None,
        **row,
    )


def _offer(
    name: str, kind: Kind, *, member: Shown | bool = False, admin: Shown | bool = False, **row: Any
) -> Attribute:
    """Make a row of an offer: its form for members and for staff."""
    shown = {"Offer": member, "AdminOffer": admin}
    source = _ADMIN if not member else _MEMBER_2025 if member is _2025 else _MEMBER_2019
    named = {model: EVERYWHERE if how is True else how for model, how in shown.items() if how}
    return _row(name, kind, row.pop("source", source), shown=named, **row)


def _answered(model: str, source: str) -> Any:
    """Make rows of a model with one form in responses."""

    def row(name: str, kind: Kind, shown: Shown | None = EVERYWHERE, **rest: Any) -> Attribute:
        return _row(name, kind, rest.pop("source", source), shown={} if shown is None else {model: shown}, **rest)

    return row


def _since(what: str) -> str:
    return f"Time {what}; null without restriction"


_EXAMPLE_READ_MORE = {"button_title": "Button title", "url": None, "title": "Title", "text": "Text"}
_EXAMPLE_ACTIVATION_TEXTS = {"modal": "Modal", "button": "Button", "description": None}
_FILES = "https://offers-api.s3.eu-central-1.amazonaws.com/"


def _file_example(record: str, kind: str, size: str, width: int, height: int) -> dict[str, Any]:
    url = f"{_FILES}{record}-{kind}-{size}.jpg"
    return {"url": url, "width": width, "height": height, "kind": kind, "size_type": size}


def _cover(size: str, width: int, height: int) -> dict[str, Any]:
    return _file_example("collection-1000016", "collection_cover_default", size, width, height)


def _answered_to_staff() -> list[str]:
    """Return the attributes of the table of the admin page."""
    return [row.name for row in OFFERS if "AdminOffer" in row.shown and not row.shown["AdminOffer"].only]


_display_schemas = DisplaySchemasKind(_answered_to_staff)
OFFERS = (
    _offer("id", Integer(), member=True, admin=True, file=Integer(1), required=True, example=1000115),
    _offer("club", _CLUB, source="ours"),
    _offer("name", _text, null=True, member=True, admin=True, settable=Text(longest=NAME_LENGTH),
           example="Buy two shoes, get one jacket"),
    _offer("description", _text, null=True, member=True, admin=True, settable=Text(longest=TEXT_LENGTH)),
    _offer("internal_name", _text, null=True, admin=True, settable=Text(longest=NAME_LENGTH)),
    _offer("internal_description", _text, null=True, admin=True, settable=Text(longest=TEXT_LENGTH)),
    _offer("type", Choice(OFFER_TYPES), member=_2025, admin=_UNION, settable=True, default="REGULAR", example="REGULAR",
           says="EXCLUSIVE, BIRTHDAY and WELCOME must be granted before use"),
    _offer("scope", Choice(SCOPES), admin=_UNION, settable=True, default="standard", source="ours", example="standard"),
    _offer("external_url", _text, null=True, member=True, admin=True, settable=Text(longest=LINK_LENGTH),
           says="The URL the offer may be linked with", example="https://example.com/foo"),
    _offer("read_more", Model("ReadMore"), member=Shown(("2019-08",), says="Additional offer display data"), admin=_UNSAID,
           file=_mapping, settable=Model("ReadMorePayload"), default={}, example=_EXAMPLE_READ_MORE),
    _offer("activation_texts", Model("ActivationTexts"), admin=_UNION, file=_mapping, settable=Model("ActivationTextsPayload"),
           default={}, source="ours", example=_EXAMPLE_ACTIVATION_TEXTS),
    _offer("status", Choice(STATUSES), admin=True, settable=True, default="draft", example="published",
           says="The offer is visible only when it is published"),
    _offer("usable_since", _instant, null=True, member=True, admin=True, settable=True,
           says=_since("since the offer may be used"), example="2019-03-13T17:32:00.000Z"),
    _offer("usable_until", _instant, null=True, member=True, admin=True, settable=True,
           says=_since("until the offer may be used")),
    _offer("visible_since", _instant, null=True, admin=True, settable=True,
           says=_since("since the offer is visible to members")),
    _offer("visible_until", _instant, null=True, admin=True, settable=True,
           says=_since("until the offer is visible to members")),
    _offer("usage_authorization_token_required", _flag, member=_2025, admin=_UNION, settable=True, default=False, example=False,
           says="When true, a usage authorization token is needed for using the offer"),
    _offer("collection_ids", _any_ids, member=Shown(says="Ids of the collections that the offer belongs to"), admin=_UNSAID,
           file=_ids, settable=ListOf(Integer(), most=ELEMENTS), example=[1000016, 1000017]),
    _offer("tags", _texts, member=Shown(("2019-08",), says="Identifiers of tags; list_translations has their texts"),
           admin=_UNSAID, settable=_labels, example=["2 + 1"]),
    _offer("stores", _texts, settable=_labels, example=["M&H"],
           member=Shown(renamed={"2019-08": "shops"}, says="Names of the {name} associated with the offer"),
           admin=Shown(says="Names of the stores")),
    _offer("audience_id", Integer(1), null=True, admin=True, settable=True,
           says="When set, the offer is only for members of this audience"),
    _offer("campaign_id", Integer(), null=True, admin=True, settable=True),
    _offer("files", Model("File", many=True), member=_2019, admin=True, default=(),
           example=[_file_example("offer-1000115", "offer_default", "base", 600, 800)]),
    _offer("images", Model("Image", many=True), member=_2025, stored=False, says="Images of the offer, as uploaded",
           example=[{"url": f"{_FILES}offer-1000115-offer_default-original.jpg"}]),
    _offer("display", Model("Display"), member=_2025, stored=False,
           example={"read_more": _EXAMPLE_READ_MORE,
                    "activation_texts": _EXAMPLE_ACTIVATION_TEXTS}),
    _offer("liked", _flag, member=Shown(says="Has the offer been liked by the member?"), stored=False, example=False,
           admin=Shown(("union",), says="")),
    _offer("usage", Model("Usage"), member=True, admin=_UNION, stored=False),
    _offer("extras", _mapping, member=True, admin=True, settable=True, example={"category": 42},
           says="Extendable container for any extra data"),
    _offer("display_schemas", ShownDisplaySchemas(), admin=True, settable=_display_schemas, file=_display_schemas, default={},
           says="What apps show of the offer", example=ShownDisplaySchemas().write({})),
    _offer("maximum_uses_per_user", _count, null=True, admin=True, settable=Integer(0, LIMIT_OF_USES), example=10,
           says=f"How many uses an individual member may perform; {_NO_LIMIT}"),
    _offer("period", Model("Period"), null=True, admin=_UNION, settable=Model("PeriodPayload"), file=Model("Period"),
           source="ours"),
    _offer("stock", _count, null=True, admin=True, settable=Integer(0, LIMIT_OF_USES),
           says=f"Global limit of member uses; {_NO_LIMIT}"),
    _offer("created_at", _instant, admin=True, default=0, example="2019-03-13T17:00:00.000Z"),
    _offer("updated_at", _instant, admin=True, default=0, example="2019-03-13T17:00:00.000Z"),
    _offer("archived_at", _instant, null=True, admin=True, says="When the offer has been archived"),
    _offer("uses_count", _count, admin=True, stored=False, example=7,
           says="How many times the offer has been used by members"),
)  # fmt: skip

_usage = _answered("Usage", _MEMBER_2019)
USAGE = (
    _usage("usable", _flag, says="Is the offer usable?", example=True),
    _usage("max_uses", Integer(), null=True, example=10,
           says=f"How many times the member can use the offer; {_NO_LIMIT}"),
    _usage("uses_left", Integer(), null=True, example=3,
           says=f"How many more times the member can use the offer, also by the global limit; {_NO_LIMIT}"),
    _usage("active_until", _instant, null=True, example="2019-03-13T18:41:00.000Z",
           says="The last use plus the club's activation time; null when the offer has not been used yet"),
    _usage("period", Model("PeriodUsage"), _2025, null=True, source=_MEMBER_2025),
)  # fmt: skip

_collection = _answered("Collection", _MEMBER_2019)
COLLECTIONS = (
    _collection("id", Integer(), file=Integer(1), required=True, example=1000016),
    _collection("club", _CLUB, None),
    _collection("title", _text, null=True, example="Collection #1"),
    _collection("short_title", _text, _2019, null=True),
    _collection("description", _text, null=True),
    _collection("short_description", _text, _2019, null=True),
    _collection("offers_order", _any_ids, file=_ids, example=[1000115, 1000112, 1000114],
                says="The order in which offers should be displayed inside this collection"),
    _collection("files", Model("File", many=True), default=(),
                example=[_cover("original", 600, 300), _cover("thumbnail", 300, 150), _cover("base", 600, 300)]),
)  # fmt: skip

_meta = _answered("Meta", _MEMBER_2019)
META = (
    _meta("tags", _texts, _2019, says="Unique tags assigned to offers", example=["-50%", "great deal", "2 + 1"]),
    _meta("stores", _texts, Shown(renamed={"2019-08": "shops"}), says="Unique {name} assigned to offers",
          example=["M&H", "Doo Doo"]),
    _meta("collections", Model("Collection", many=True)),
    _meta("activated_seconds_time", _count, example=35,
          says="How many seconds the offer stays active after the member uses it"),
    _meta("usage_authorization_tokens", _texts, _2019, says="Tokens permitted to use the offers",
          example=["secret", "another-secret", "06edd7397efa83b1e4d07a195324b8a5a"]),
)  # fmt: skip

_period = _answered("PeriodUsage", _MEMBER_2025)
PERIOD_USAGE = (
    _period("timespan", Choice(TIMESPANS),
            says="The period in which usage is limited, by the calendar of the club's timezone"),
    _period("max_uses", Integer(), says="How many times the member may use the offer within the period"),
    _period("uses_left", Integer(), null=True,
            says="How many times the member may use the offer until the end of the current period"),
)  # fmt: skip

_limit = _answered("Period", "ours")
PERIOD = (
    _limit("timespan", Choice(TIMESPANS), says="The period, by the calendar of the club's timezone"),
    _limit("max_uses", Integer(), says="How many times a member may use the offer within it"),
)
_read_more, _activation = _answered("ReadMore", _MEMBER_2019), _answered("ActivationTexts", _MEMBER_2025)
READ_MORE = tuple(_read_more(name, _text, null=True) for name in ("button_title", "url", "title", "text"))
ACTIVATION_TEXTS = tuple(_activation(name, _text, null=True) for name in ("modal", "button", "description"))
_display = _answered("Display", _MEMBER_2025)
DISPLAY = (
    _display("read_more", Model("ReadMore"), null=True),
    _display("activation_texts", Model("ActivationTexts"), null=True),
)
IMAGE = (_answered("Image", _MEMBER_2025)("url", Link(), says="Points at this server"),)

_file = _answered("File", _MEMBER_2019)
FILES = (
    _file("url", Link(), says="Points at this server"),
    _file("width", Integer(1), says="Pixels"),
    _file("height", Integer(1), says="Pixels"),
    _file("kind", _text, says="The kind of file, as get_file_schema lists them"),
    _file("size_type", Choice(("base", "thumbnail", "original"))),
)

_member, _channel = _answered("Member", _GENERAL), Choice(MEMBER_STATUSES)
MEMBERS = (
    _member("id", Integer(), file=Integer(1), required=True),
    _member("club", _CLUB, None),
    _member("email", _text, None, null=True),
    _member("msisdn", _text, None, null=True),
    _member("password", _text, None, null=True),
    _member("properties", _mapping),
    _member("consents", MapOf(ConsentKind()),
            says="By slug; a consent that the member has neither given nor refused is not there"),
    _member("sms_status", _channel, default="enabled"),
    _member("email_status", _channel, default="enabled"),
    _member("push_status", _channel, default="enabled"),
    _member("optin_channel", _text, null=True),
    _member("optin_subchannel", _text, null=True),
    _member("created_at", _instant, default=0),
    _member("updated_at", _instant, default=0),
    _member("banned_until", _instant, _2025, null=True, source="10_members_api/0_members.md",
            says="Banned until then; also when it has passed"),
    _member("person_id", Integer(), null=True),
)  # fmt: skip

_store = _answered("Store", _STORES)
STORES = (
    _store("id", Integer(), file=Integer(1), required=True),
    _store("club", _CLUB, None),
    _store("parent_id", Integer(), null=True),
    _store("store_id", _text, null=True),
    _store("department_id", Integer(), null=True),
    _store("name", _text, file=Text(filled=True), required=True),
    _store("categories", _texts, file=ListOf(Text(filled=True), unique=True)),
    _store("location", _text, null=True),
)

ROWS: dict[str, tuple[Attribute, ...]] = {
    "Offer": OFFERS, "AdminOffer": OFFERS, "Usage": USAGE, "Collection": COLLECTIONS, "Meta": META, "File": FILES,
    "Image": IMAGE, "Period": PERIOD, "PeriodUsage": PERIOD_USAGE, "ReadMore": READ_MORE, "ActivationTexts": ACTIVATION_TEXTS,
    "Display": DISPLAY,
    "Member": MEMBERS, "Store": STORES,
}  # fmt: skip
"""The rows of each model in responses."""
OPEN = frozenset({"ReadMore", "ActivationTexts"})
"""Models that also return other keys stored in them."""
SPARSE = frozenset({"Store"})
"""Models without null and empty values."""
RECORDS = {"offers": OFFERS, "collections": COLLECTIONS, "members": MEMBERS, "stores": STORES}
"""The rows of each record, by its key in fixture files."""


@cache
def answered(model: str, revision: str) -> dict[str, Attribute]:
    """Return the keys of a model in a revision, in order, each with its row."""
    found = {}
    for row in ROWS[model]:
        how = row.shown.get(model, _NOWHERE)
        for name in REVISIONS[revision].names(model, row.name, how.only, how.renamed):
            found[name] = row
    return found


@cache
def settable(revision: str) -> dict[str, Attribute]:
    """Return the settable attributes of an offer in a revision, by their (latest) name in payloads."""
    latest = {row.name: name for name, row in answered("AdminOffer", revision).items() if row.settable is not None}
    return {name: answered("AdminOffer", revision)[name] for name in latest.values()}


_NOWHERE = Shown(only=("nowhere",))
