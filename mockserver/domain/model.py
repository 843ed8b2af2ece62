"""The records of the Offers API, immutable: a change replaces a record.

Names are those of the API (``docs/offers-member-2019-08.md``, ``docs/offers-admin-2019-10.md``). Instants are milliseconds
since the epoch (``values/instants.py``). Dictionaries inside a record are never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, TypeVar, cast

from msgspec import Struct, defstruct, field

from mockserver.attributes import RECORDS
from mockserver.domain.uses import NO_USES as NO_USES
from mockserver.domain.uses import Uses as Uses
from mockserver.values.choices import GRANTED_TYPES as GRANTED_TYPES
from mockserver.values.choices import OFFER_TYPES as OFFER_TYPES
from mockserver.values.choices import SCOPES as SCOPES
from mockserver.values.choices import TIMESPANS as TIMESPANS
from mockserver.values.choices import EventKind as EventKind
from mockserver.values.choices import OfferType as OfferType
from mockserver.values.choices import Scope as Scope
from mockserver.values.choices import Status as Status
from mockserver.values.choices import Timespan as Timespan
from mockserver.values.instants import Instant

R = TypeVar("R", bound=Struct)


def with_the_rest(key: str) -> Callable[[type[R]], type[R]]:
    """Return a decorator that adds to a record the attributes of the table that it does not declare; no rule uses those."""

    def complete(declared: type[R]) -> type[R]:
        known = declared.__struct_fields__
        rest = [
            (row.name, tuple[Any, ...] if isinstance(row.empty, tuple) else Any, _default(row.empty))
            for row in RECORDS[key]
            if row.stored and row.name not in known
        ]
        made: Any = defstruct(
            declared.__name__, rest, bases=(declared,), module=declared.__module__, frozen=True, kw_only=True
        )
        made.__doc__ = declared.__doc__
        return cast(type[R], made)

    return complete


def _default(empty: Any) -> Any:
    return field(default_factory=dict) if empty == {} else field(default=empty)


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="table"):
    """A record of one of the tables; its written form names the table."""


class Deriving(Row, frozen=True, kw_only=True, dict=True):
    """A record with a cache for values derived from it; a changed record starts with an empty cache."""

    @property
    def shapes(self) -> dict[Any, Any]:
        """Cached values derived from this record, such as its JSON; they are not part of the record."""
        return self.__dict__


class Club(Row, frozen=True, kw_only=True, tag="clubs"):
    """A loyalty club and its configuration of the Offers API."""

    slug: str
    name: str | None = None
    timezone: str = "Europe/Oslo"
    offers_api_enabled: bool = True
    activated_seconds_time: int = 35
    usage_authorization_tokens: tuple[str, ...] = ()


class Client(Row, frozen=True, kw_only=True, tag="clients"):
    """An API client: the token of ``X-Client-Authorization`` with its clubs, products and permits.

    A permit may end in ``*``, which matches any ending.
    """

    token: str
    name: str | None = None
    clubs: tuple[str, ...] = ()
    products: tuple[str, ...] = ("default",)
    permits: frozenset[str] = frozenset()

    def permits_any(self, *wanted: str) -> bool:
        """Return whether the client has one of the wanted permits."""
        return _opens(self.permits, wanted)


@lru_cache(maxsize=1_024)
def _opens(permits: frozenset[str], wanted: tuple[str, ...]) -> bool:
    return any(
        permit in permits or any(held.endswith("*") and permit.startswith(held[:-1]) for held in permits)
        for permit in wanted
    )


@with_the_rest("members")
class Member(Row, frozen=True, kw_only=True, tag="members"):
    """A member of one club. ``password`` is for the OAuth password grant; ``banned_until`` in the future means banned."""

    id: int
    club: str
    email: str | None = None
    msisdn: str | None = None
    password: str | None = None
    banned_until: Instant | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    created_at: Instant = 0
    updated_at: Instant = 0


class Audience(Row, frozen=True, kw_only=True, tag="audiences"):
    """A set of members that some offers are for."""

    id: int
    club: str
    name: str | None = None
    member_ids: frozenset[int] = frozenset()


@with_the_rest("stores")
class Store(Row, frozen=True, kw_only=True, tag="stores"):
    """A shop of the mall. Offers name their stores by ``name``."""

    id: int
    club: str
    name: str
    store_id: str | None = None
    department_id: int | None = None
    categories: tuple[str, ...] = ()


class Picture(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An image of an offer or a collection, drawn by the mock unless ``content`` (the uploaded bytes) is set.

    ``width`` and ``height`` are pixels of the original; ``crop_to`` is the part of it (x and y of the top left, x and y of the
    bottom right) that the other sizes are made from, None for all. ``version`` changes with every upload.
    """

    kind: str
    extension: str = "jpg"
    width: int = 600
    height: int = 800
    content: bytes | None = None
    crop_to: tuple[int, int, int, int] | None = None
    version: int = 0


@with_the_rest("collections")
class Collection(Deriving, frozen=True, kw_only=True, tag="collections"):
    """A named, ordered group of offers."""

    id: int
    club: str
    title: str | None = None
    short_title: str | None = None
    offers_order: tuple[int, ...] = ()
    files: tuple[Picture, ...] = ()


class Period(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A limit of uses by one member within a calendar period of the club's timezone."""

    timespan: Timespan
    max_uses: int


@with_the_rest("offers")
class Offer(Deriving, frozen=True, kw_only=True, tag="offers"):
    """An offer of one club, with every attribute of the documents; those that rules use are declared here.

    ``stock`` is the global limit of uses, booked uses included.
    """

    id: int
    club: str
    name: str | None = None
    description: str | None = None
    internal_name: str | None = None
    internal_description: str | None = None
    type: OfferType = "REGULAR"
    scope: Scope = "standard"
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
    maximum_uses_per_user: int | None = None
    period: Period | None = None
    stock: int | None = None
    created_at: Instant = 0
    updated_at: Instant = 0
    archived_at: Instant | None = None

    @property
    def needs_grant(self) -> bool:
        """Return whether its type must be granted before use."""
        return self.type in GRANTED_TYPES


class Token(Row, frozen=True, kw_only=True, tag="tokens"):
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


class Grant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A permission for a member to use an offer ``uses`` times, from ``granted_at`` until ``expires_at``."""

    offer_id: int
    member_id: int
    granted_at: Instant
    uses: int = 1
    expires_at: Instant | None = None


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ``clicked`` or ``seen`` that an app registered, or a ``seen`` that fetching an image recorded."""

    kind: EventKind
    club: str
    offer_id: int
    member_id: int
    created_at: Instant
    recorded_at: Instant
    context: dict[str, Any] | None = None
    source: Literal["app", "image"] = "app"


class Translation(Row, frozen=True, kw_only=True, tag="translations"):
    """The texts of one club in one language, as in the response of ``list_translations``."""

    club: str
    language: str
    member_properties: dict[str, str] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    terms: str | None = None
