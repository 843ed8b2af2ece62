"""Links: where the answer of one operation is what another one asks for."""

from __future__ import annotations

from typing import Any

_FIRST = "$response.body#/offers/0/id"
_IDS = "$response.body#/ids/0"
_SLUG = {"loyalty_club_slug": "$request.path.loyalty_club_slug"}
_LINKS: dict[str, dict[str, tuple[str, str]]] = {
    "list_offers": {
        "GetListedOffer": ("get_offer", _FIRST),
        "UseListedOffer": ("use_offer", _FIRST),
        "LikeListedOffer": ("like_offer", _FIRST),
    },
    "like_offer": {
        "GetLikedOffer": ("get_offer", "$request.path.id"),
        "UnlikeOffer": ("unlike_offer", "$request.path.id"),
    },
    "list_offers_admin": {"GetListedOffer": ("get_offer_admin", _FIRST)},
    "create_offers": {"GetCreatedOffer": ("get_offer_admin", _IDS)},
    "clone_offers": {"GetClonedOffer": ("get_offer_admin", _IDS)},
}
"""operationId: {link's name: (the operation that it leads to, where its ``id`` comes from)}."""


def links_of(operation_id: str) -> dict[str, Any]:
    """Answer the links of an operation's success, by name; empty where there are none."""
    return {
        name: {"operationId": target, "parameters": _SLUG | {"id": source}}
        for name, (target, source) in _LINKS.get(operation_id, {}).items()
    }
