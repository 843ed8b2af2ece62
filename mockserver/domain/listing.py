"""The parameters and results of lists of offers."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from msgspec import Struct

from mockserver.domain.model import Audience, Club, Collection, Grant, Offer, Scope, Store, Uses
from mockserver.domain.ordering import BY_NAME, Order
from mockserver.domain.pagination import MOST_PER_PAGE, PagePosition
from mockserver.values.instants import Instant


class ListTables(Protocol):
    """The tables that lists are made from; ``uses``, ``likes`` and ``grants`` are keyed by (offer id, member id)."""

    clubs: dict[str, Club]
    audiences: dict[int, Audience]
    stores: dict[int, Store]
    collections: dict[int, Collection]
    offers: dict[int, Offer]
    uses: dict[tuple[int, int], Uses]
    uses_count: dict[int, int]
    likes: dict[tuple[int, int], Instant]
    grants: dict[tuple[int, int], tuple[Grant, ...]]


class ListQuery(Struct, frozen=True, kw_only=True):
    """The validated parameters of a list. An offer must match all filters; an empty one (``()``, None, False) is none.

    Within one filter one matching value is enough. ``shops`` and ``stores`` are names, ``store_ids`` ids of the club's stores.
    ``scope``, ``only_usable``, ``usable`` and ``liked`` belong to members, ``periods`` says whether periodic limits
    count for them; ``audience_ids``, ``without_*`` and
    ``*_archived`` to the admin list.
    """

    order: Order = BY_NAME
    page_no: int = 1
    per_page: int = MOST_PER_PAGE
    search: str | None = None
    ids: tuple[int, ...] = ()
    collection_ids: tuple[int, ...] = ()
    campaign_ids: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    store_ids: tuple[int, ...] = ()
    types: tuple[str, ...] = ()
    scope: Scope = "standard"
    only_usable: bool = False
    usable: bool = False
    liked: bool = False
    periods: bool = True
    audience_ids: tuple[int, ...] = ()
    without_collection: bool = False
    without_tag: bool = False
    without_audience_id: bool = False
    without_campaign_id: bool = False
    without_shop: bool = False
    with_archived: bool = False
    only_archived: bool = False


class Page(NamedTuple):
    """The offers on one page, in order, and the PaginationInfo."""

    offers: list[Offer]
    info: PagePosition


class Meta(NamedTuple):
    """The values that visible offers have: each once, names in alphabetical order, ids ascending."""

    tags: list[str]
    stores: list[str]
    collection_ids: list[int]
