"""Revisions: dated shapes of the API. One model inside; a revision is a projection and a rewrite of the request.

To add a revision, add one entry to ``REVISIONS``.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

UNION = "union"

_USAGE_2019 = ("usable", "max_uses", "uses_left", "active_until")
_USAGE = (*_USAGE_2019, "period")
_COLLECTION = ("id", "title", "short_title", "description", "short_description", "offers_order", "files")
_OFFER_2019 = (
    "id", "name", "description", "external_url", "read_more", "usable_since", "usable_until", "collection_ids", "tags",
    "shops", "files", "liked", "usage", "extras",
)  # fmt: skip
_OFFER_2025 = (
    "id", "name", "description", "type", "external_url", "usable_since", "usable_until",
    "usage_authorization_token_required", "collection_ids", "stores", "images", "display", "liked", "usage", "extras",
)  # fmt: skip
_OFFER = (
    "id", "name", "description", "type", "external_url", "read_more", "usable_since", "usable_until",
    "usage_authorization_token_required", "collection_ids", "tags", "shops", "stores", "files", "images", "display",
    "liked", "usage", "extras",
)  # fmt: skip
_ADMIN_OFFER = (
    "id", "name", "description", "internal_name", "internal_description", "external_url", "read_more", "status",
    "usable_since", "usable_until", "visible_since", "visible_until", "collection_ids", "tags", "stores", "audience_id",
    "campaign_id", "files", "extras", "display_schemas", "maximum_uses_per_user", "stock", "created_at", "updated_at",
    "archived_at", "uses_count",
)  # fmt: skip
_ADMIN_OFFER_UNION = (*_ADMIN_OFFER[:18], "liked", "usage", *_ADMIN_OFFER[18:])
_META_2019 = ("tags", "shops", "collections", "activated_seconds_time", "usage_authorization_tokens")
_META_2025 = ("stores", "collections", "activated_seconds_time")
_META = ("tags", "shops", "stores", "collections", "activated_seconds_time", "usage_authorization_tokens")

_COMMON = frozenset({"per_page", "page_no", "order_by", "collection_ids", "campaign_id", "search"})
_LIST_2019 = _COMMON | {"tags", "shops", "preview", "include_total", "only_usable"}
_LIST_2025 = _COMMON | {"scope", "stores", "store_ids", "ids", "type", "include_pagination_info", "usable", "liked"}


class Revision(Struct, frozen=True, kw_only=True):
    """A dated shape of the API.

    ``shapes`` maps a model's name to its keys in order; ``member_parameters`` are the query parameters that its member
    operations know, beyond which a parameter is ignored; ``terse_pagination`` tells whether a list without the flag
    answers the keys of PaginationInfo that need no counting.
    """

    name: str
    shapes: Mapping[str, tuple[str, ...]]
    list_parameters: frozenset[str]
    read_parameters: frozenset[str]  # of get_offer, get_offers_meta and the writing member operations
    terse_pagination: bool = True


REVISIONS: dict[str, Revision] = {
    revision.name: revision
    for revision in (
        Revision(
            name="2019-08",
            shapes={
                "Offer": _OFFER_2019, "AdminOffer": _ADMIN_OFFER, "Usage": _USAGE_2019, "Meta": _META_2019,
                "Collection": _COLLECTION,
            },
            list_parameters=_LIST_2019,
            read_parameters=frozenset({"preview"}),
        ),
        Revision(
            name="2025-03",
            shapes={
                "Offer": _OFFER_2025, "AdminOffer": _ADMIN_OFFER, "Usage": _USAGE, "Meta": _META_2025,
                "Collection": _COLLECTION,
            },
            list_parameters=_LIST_2025,
            read_parameters=frozenset({"scope"}),
            terse_pagination=False,
        ),
        Revision(
            name=UNION,
            shapes={
                "Offer": _OFFER, "AdminOffer": _ADMIN_OFFER_UNION, "Usage": _USAGE, "Meta": _META,
                "Collection": _COLLECTION,
            },
            list_parameters=_LIST_2019 | _LIST_2025,
            read_parameters=frozenset({"preview", "scope"}),
        ),
    )
}  # fmt: skip
