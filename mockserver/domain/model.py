"""The records of the Offers API, immutable: a change replaces a record.

Names are the API's own (``docs/offers-member-2019-08.md``, ``docs/offers-admin-2019-10.md``). Instants are milliseconds
since the epoch (``instants.py``). Dictionaries inside a record are never changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from mockserver.domain.instants import Instant
from mockserver.domain.uses import NO_USES as NO_USES
from mockserver.domain.uses import Uses as Uses

Status = Literal["draft", "published"]
OfferType = Literal["REGULAR", "EXCLUSIVE", "BIRTHDAY", "WELCOME"]
Scope = Literal["standard", "informational", "parking", "carbon_offset", "reward"]
Timespan = Literal["MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"]
EventKind = Literal["clicked", "seen"]

OFFER_TYPES: tuple[OfferType, ...] = ("REGULAR", "EXCLUSIVE", "BIRTHDAY", "WELCOME")
GRANTED_TYPES: frozenset[str] = frozenset({"EXCLUSIVE", "BIRTHDAY", "WELCOME"})
SCOPES: tuple[Scope, ...] = ("standard", "informational", "parking", "carbon_offset", "reward")
TIMESPANS: tuple[Timespan, ...] = ("MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR")


def _shapes() -> dict[Any, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Club:
    """A loyalty club and its configuration of the Offers API."""

    slug: str
    name: str | None = None
    timezone: str = "Europe/Oslo"
    offers_api_enabled: bool = True
    activated_seconds_time: int = 35
    usage_authorization_tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An API client: the token of ``X-Client-Authorization`` with the clubs, products and permits that it opens.

    A permit may end in ``*``, which stands for any ending.
    """

    token: str
    name: str | None = None
    clubs: tuple[str, ...] = ()
    products: tuple[str, ...] = ("default",)
    permits: frozenset[str] = frozenset()

    def permits_any(self, *wanted: str) -> bool:
        """Tell whether one of the wanted permits is held."""
        return _opens(self.permits, wanted)


@lru_cache(maxsize=1_024)
def _opens(permits: frozenset[str], wanted: tuple[str, ...]) -> bool:
    return any(
        permit in permits or any(held.endswith("*") and permit.startswith(held[:-1]) for held in permits)
        for permit in wanted
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of one club. ``password`` opens the OAuth grant; ``banned_until`` in the future means banned."""

    id: int
    club: str
    email: str | None = None
    msisdn: str | None = None
    password: str | None = None
    banned_until: Instant | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    consents: dict[str, Any] = field(default_factory=dict)
    sms_status: str | None = None
    email_status: str | None = None
    push_status: str | None = None
    optin_channel: str | None = None
    optin_subchannel: str | None = None
    person_id: int | None = None
    created_at: Instant = 0
    updated_at: Instant = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A set of members that some offers are for."""

    id: int
    club: str
    name: str | None = None
    member_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A shop of the mall. Offers name their stores by ``name``."""

    id: int
    club: str
    name: str
    parent_id: int | None = None
    store_id: str | None = None
    department_id: str | None = None
    categories: tuple[str, ...] = ()
    location: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image of an offer or a collection, drawn by the mock unless ``content`` (the uploaded bytes) is there.

    ``width`` and ``height`` are pixels of the original; ``crop_to`` is the part of it (x, y, width, height) that the
    other sizes are made from, None for all. ``version`` changes with every upload.
    """

    kind: str
    extension: str = "jpg"
    width: int = 600
    height: int = 800
    content: bytes | None = field(default=None, repr=False)
    crop_to: tuple[int, int, int, int] | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A named, ordered group of offers."""

    id: int
    club: str
    title: str | None = None
    short_title: str | None = None
    description: str | None = None
    short_description: str | None = None
    offers_order: tuple[int, ...] = ()
    files: tuple[Picture, ...] = ()
    shapes: dict[Any, Any] = field(default_factory=_shapes, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A limit of uses by one member within a calendar period of the club's timezone."""

    timespan: Timespan
    max_uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offer of one club, with every attribute of the documents.

    ``stock`` is the global limit of uses (what is left is ``stock`` less the uses booked). ``shapes`` keeps what was
    derived from this very record, such as its JSON; it dies with the record.
    """

    id: int
    club: str
    name: str | None = None
    description: str | None = None
    internal_name: str | None = None
    internal_description: str | None = None
    type: OfferType = "REGULAR"
    scope: Scope = "standard"
    external_url: str | None = None
    read_more: dict[str, Any] = field(default_factory=dict)
    activation_texts: dict[str, Any] = field(default_factory=dict)
    status: Status = "draft"
    usable_since: Instant | None = None
    usable_until: Instant | None = None
    visible_since: Instant | None = None
    visible_until: Instant | None = None
    usage_authorization_token_required: bool = False
    collection_ids: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    audience_id: int | None = None
    campaign_id: int | None = None
    files: tuple[Picture, ...] = ()
    extras: dict[str, Any] = field(default_factory=dict)
    display_schemas: dict[str, Any] = field(default_factory=dict)
    maximum_uses_per_user: int | None = None
    period: Period | None = None
    stock: int | None = None
    created_at: Instant = 0
    updated_at: Instant = 0
    archived_at: Instant | None = None
    shapes: dict[Any, Any] = field(default_factory=_shapes, init=False, compare=False, repr=False)

    @property
    def needs_grant(self) -> bool:
        """Tell whether its type must be granted before use."""
        return self.type in GRANTED_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An OAuth access token of a member with its refresh token. Lifetimes are seconds."""

    token: str
    member_id: int
    refresh_token: str | None = None
    created_at: Instant = 0
    expires_in: int = 86_400
    refresh_expires_in: int = 31_536_000
    revoked: bool = False

    @property
    def expires_at(self) -> Instant:
        """The first instant at which the access token is no longer valid."""
        return self.created_at + self.expires_in * 1000

    @property
    def refresh_expires_at(self) -> Instant:
        """The first instant at which the refresh token is no longer valid."""
        return self.created_at + self.refresh_expires_in * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A permission for a member to use an offer ``uses`` times, from ``granted_at`` until ``expires_at``."""

    offer_id: int
    member_id: int
    granted_at: Instant
    uses: int = 1
    expires_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A ``clicked`` or ``seen`` that an app registered, or a ``seen`` that fetching an image recorded."""

    kind: EventKind
    club: str
    offer_id: int
    member_id: int
    created_at: Instant
    recorded_at: Instant
    context: dict[str, Any] | None = None
    source: Literal["app", "image"] = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """The texts of one club in one language, as ``list_translations`` answers them."""

    club: str
    language: str
    member_properties: dict[str, Any] = field(default_factory=dict)
    consents: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, Any] = field(default_factory=dict)
    terms: dict[str, Any] = field(default_factory=dict)
