"""OpenAPI links: values in the response of one operation that are parameters of another one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

_Parameters = Mapping[str, str]
_CLUB = {"loyalty_club_slug": "$request.path.loyalty_club_slug"}
_MEMBER = _CLUB | {"member_id": "$request.path.member_id"}
_FIRST = {"id": "$response.body#/offers/0/id"}
_SAME = {"id": "$request.path.id"}
_NEW = {"id": "$response.body#/ids/0"}
_FILE = _CLUB | {name: f"$request.path.{name}" for name in ("owner", "id", "kind")}
_NAMED = {"name": "$request.path.name"}
_ANSWERED = {"name": "$response.body#/name"}
_REQUEST = {"id": "$response.body#/requests/0/id"}
_LINKS: dict[str, dict[str, tuple[str, _Parameters]]] = {
    "list_offers": {
        "GetListedOffer": ("get_offer", _CLUB | _FIRST),
        "UseListedOffer": ("use_offer", _CLUB | _FIRST),
        "LikeListedOffer": ("like_offer", _CLUB | _FIRST),
    },
    "list_offers_by_member_id": {
        "GetListedOffer": ("get_offer_by_member_id", _MEMBER | _FIRST),
        "UseListedOffer": ("use_offer_by_member_id", _MEMBER | _FIRST),
        "LikeListedOffer": ("like_offer_by_member_id", _MEMBER | _FIRST),
        "GrantListedOffer": ("grant_offer", _MEMBER | _FIRST),
    },
    "list_offers_as_guest": {"GetListedOffer": ("get_offer_as_guest", _CLUB | _FIRST)},
    "like_offer": {"GetLikedOffer": ("get_offer", _CLUB | _SAME), "UnlikeOffer": ("unlike_offer", _CLUB | _SAME)},
    "like_offer_by_member_id": {
        "GetLikedOffer": ("get_offer_by_member_id", _MEMBER | _SAME),
        "UnlikeOffer": ("unlike_offer_by_member_id", _MEMBER | _SAME),
    },
    "grant_offer": {"UseGrantedOffer": ("use_offer_by_member_id", _MEMBER | _SAME)},
    "list_offers_admin": {"GetListedOffer": ("get_offer_admin", _CLUB | _FIRST)},
    "create_offers": {"GetCreatedOffer": ("get_offer_admin", _CLUB | _NEW)},
    "clone_offers": {"GetClonedOffer": ("get_offer_admin", _CLUB | _NEW)},
    "list_stores": {"GetListedStore": ("get_store", _CLUB | {"id": "$response.body#/0/id"})},
    "create_file": {
        "UpdateFile": ("update_file", _FILE),
        "ReprocessFile": ("reprocess_file", _FILE),
        "DeleteFile": ("delete_file", _FILE),
    },
    # the control API
    "create_world": {"DropWorld": ("drop_world", _ANSWERED)},
    "put_scenario": {
        "GetScenario": ("get_scenario", _SAME),
        "ActivateScenario": ("activate_scenario", _SAME),
        "DeleteScenario": ("delete_scenario", _SAME),
    },
    "add_rule": {"DeleteRule": ("delete_rule", _ANSWERED)},
    "list_requests": {
        "GetListedRequest": ("get_request", _REQUEST),
        "ExplainListedRequest": ("explain_request", _REQUEST),
    },
    "take_snapshot": {
        "RestoreSnapshot": ("restore_snapshot", _NAMED),
        "DeleteSnapshot": ("delete_snapshot", _NAMED),
    },
}
"""operationId: {link's name: (target operation, sources of its path parameters)}."""


def links_of(operation_id: str, ids: Collection[str] | None = None) -> dict[str, Any]:
    """Return the links of an operation's success that lead to one of ``ids`` (None: any), by name."""
    return {
        name: {"operationId": target, "parameters": dict(parameters)}
        for name, (target, parameters) in _LINKS.get(operation_id, {}).items()
        if ids is None or target in ids
    }
