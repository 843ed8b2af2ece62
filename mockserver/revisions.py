"""Revisions: the API as of a date. Records are the same in all; a revision says what responses, requests and refusals have.

To add a revision, add one entry to ``REVISIONS``: based on another, it says only what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

UNION = "union"
_COMMON = frozenset({"per_page", "page_no", "order_by", "collection_ids", "campaign_id", "search"})
_ORDERS = ("name", "usable_since", "usable_until", "created_at", "usable")
_LIST_2019 = _COMMON | {"tags", "shops", "preview", "include_total", "only_usable"}
_LIST_2025 = _COMMON | {"scope", "stores", "store_ids", "ids", "type", "include_pagination_info", "usable", "liked"}


ViewerKind = Literal["member", "guest", "preview"]
"""Whose list is asked for: a member's, a guest's (``members/guest``), or without a member by ``preview=true``."""


class Revision(Struct, frozen=True, kw_only=True):
    """The API as of a date.

    ``bases`` are the revisions that it is based on, nearest first; ``unites`` those of which it has every key. ``added``,
    ``removed`` and ``renamed`` are differences from the base, by ``Model.attribute``; ``statuses`` are those of refusals, by
    id, where they differ from the catalogue.
    ``contexts`` are the member contexts that it has, ``absent_refusals`` the refusals that it lacks.
    ``order_by`` are the attributes that order lists, for each viewer, and ``order_by_one_collection`` those with exactly one
    collection.
    ``list_parameters`` are the query parameters of the member's list, ``read_parameters`` those of the other member
    operations; others are ignored. ``terse_pagination`` says whether a list without the flag has the keys of
    PaginationInfo that need no counting.
    """

    name: str
    about: str = ""
    bases: tuple[str, ...] = ()
    unites: tuple[str, ...] = ()
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    contexts: frozenset[str] = frozenset({"me", "member_id", "guest"})
    absent_refusals: frozenset[str] = frozenset()
    order_by: Mapping[ViewerKind, tuple[str, ...]]
    order_by_one_collection: tuple[str, ...] = ("collection_position",)
    list_parameters: frozenset[str]
    read_parameters: frozenset[str]
    terse_pagination: bool = True

    @property
    def has_bans(self) -> bool:
        """Whether members can be banned."""
        return "member_is_banned" not in self.absent_refusals

    @property
    def has_periods(self) -> bool:
        """Whether uses can be limited by period."""
        return "periodic_user_limit_exceeded" not in self.absent_refusals

    @property
    def has_required_tokens(self) -> bool:
        """Whether an offer can require a usage authorization token."""
        return "usage_authorization_token_missing" not in self.absent_refusals

    def has(self, only: tuple[str, ...]) -> bool:
        """Return whether it is among, or based on, the revisions of ``only``; an empty one means all."""
        own = (self.name, *self.bases)
        return not only or any(each in only for each in own) or any(REVISIONS[each].has(only) for each in self.unites)

    def order_attributes(self, viewer: ViewerKind, *, one_collection: bool) -> tuple[str, ...]:
        """Return the attributes that order a viewer's list, with exactly one collection or not."""
        return (*self.order_by[viewer], *(self.order_by_one_collection if one_collection else ()))

    def names(self, model: str, attribute: str, only: tuple[str, ...], renamed: Mapping[str, str]) -> tuple[str, ...]:
        """Return the keys of an attribute in a model: none, one, or those of all united revisions.

        ``only`` names the revisions that have it (none: all), ``renamed`` its name in some of them.
        """
        place = f"{model}.{attribute}"
        if place in self.removed:
            return ()
        if place in self.renamed:
            return (self.renamed[place],)
        united = [REVISIONS[each].names(model, attribute, only, renamed) for each in self.unites]
        if any(united):
            return tuple(dict.fromkeys(name for names in united for name in names))
        own = (self.name, *self.bases)
        if place in self.added or any(each in only for each in own) or not (only or united):
            return (next((renamed[each] for each in own if each in renamed), attribute),)
        return ()


def based_on(base: Revision, name: str, about: str = "", **differs: Any) -> Revision:
    """Return a revision with these differences from another: ``added``, ``removed``, ``renamed``, ``statuses`` or any field."""
    for mapping in ("renamed", "statuses"):
        differs[mapping] = {**getattr(base, mapping), **differs.get(mapping, {})}
    for names in ("added", "removed"):
        differs[names] = getattr(base, names) | frozenset(differs.get(names, ()))
    return replace(base, name=name, about=about, bases=(base.name, *base.bases), **differs)


_2019 = Revision(
    name="2019-08",
    about="The API as docs/offers-member-2019-08.md and docs/offers-admin-2019-10.md describe it.",
    statuses={"header_missing": 400, "header_incorrect": 400, "malformed_json": 406},
    contexts=frozenset({"me"}),
    absent_refusals=frozenset(
        {
            "member_not_found",
            "member_is_banned",
            "usage_authorization_token_missing",
            "periodic_user_limit_exceeded",
            "not_grantable",
            "member_not_in_audience",
        }
    ),
    order_by={"member": _ORDERS, "preview": _ORDERS},
    order_by_one_collection=(),
    list_parameters=_LIST_2019,
    read_parameters=frozenset({"preview"}),
)
_2025 = Revision(
    name="2025-03",
    about="The API as docs/offers-member-2025-03.md describes it.",
    statuses={"offers_api_not_enabled": 402},
    order_by={"member": (*_ORDERS, "uses_left", "liked"), "guest": _ORDERS[:-1]},
    list_parameters=_LIST_2025,
    read_parameters=frozenset({"scope"}),
    terse_pagination=False,
)
_UNION = Revision(
    name=UNION,
    about="Every key and every parameter of all revisions, so that an app written against either works unchanged.",
    unites=(_2019.name, _2025.name),
    order_by={**_2019.order_by, **_2025.order_by},
    list_parameters=_LIST_2019 | _LIST_2025,
    read_parameters=_2019.read_parameters | _2025.read_parameters,
)
REVISIONS: dict[str, Revision] = {revision.name: revision for revision in (_2019, _2025, _UNION)}
