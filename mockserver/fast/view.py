"""One viewer's lists of a big club, from columns: a mask for each filter, an array for each term of the order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from mockserver.domain.filters import ATTRIBUTES, WITHOUT, store_names
from mockserver.domain.listing import ListQuery, Meta, Page
from mockserver.domain.ordering import STORED, Term, case_insensitive, positions
from mockserver.domain.pagination import page_of
from mockserver.domain.search import words_of
from mockserver.domain.usage import Usage
from mockserver.domain.viewer import Viewer
from mockserver.fast.catalogue import Catalogue
from mockserver.fast.columns import NULL, Mask, Numbers, part_in_order


class CatalogueView:
    """A viewer's view of a catalogue; ``own`` are the ids of all offers that the member has used, liked or been granted."""

    def __init__(self, catalogue: Catalogue, viewer: Viewer, own: Iterable[int] = ()) -> None:
        self._catalogue = catalogue
        self._viewer = viewer
        self._own = own

    # -- lists

    def member_page(self, query: ListQuery) -> Page:
        """Return a page of the offers visible to the viewer."""
        found = self._visible(query.scope) & self._matching(query)
        for word in words_of(query.search):
            found &= self._catalogue.words("public").containing(word, len(found))
        if query.liked:
            found &= self._liked
        if query.only_usable or query.usable:
            found &= self._usable
        return self._page(found, query)

    def admin_page(self, query: ListQuery) -> Page:
        """Return a page of all offers."""
        catalogue, found = self._catalogue, self._matching(query)
        archived = catalogue.numbers("archived_at") != NULL
        if query.only_archived:
            found &= archived
        elif not query.with_archived:
            found &= ~archived
        for parameter, attribute in WITHOUT.items():
            if getattr(query, parameter):
                found &= catalogue.values(attribute).mask((None,), len(found))
        for word in words_of(query.search):
            public, internal = (catalogue.words(texts).containing(word, len(found)) for texts in ("public", "internal"))
            found &= public | internal
        return self._page(found, query)

    def meta(self, scope: str) -> Meta:
        """Return the values that the offers visible to the viewer have."""
        seen = self._visible(scope)
        tags, stores, collections = (
            self._catalogue.values(attribute).values_in(seen) for attribute in ("tags", "stores", "collection_ids")
        )
        return Meta(sorted(tags, key=case_insensitive), sorted(stores, key=case_insensitive), sorted(collections))

    # -- filters

    def _visible(self, scope: str) -> Mask:
        catalogue = self._catalogue
        audiences = catalogue.values("audience_id").mask((None, *self._viewer.audience_ids), catalogue.size)
        in_scope = catalogue.values("scope").mask((scope,), catalogue.size)
        return audiences & in_scope & catalogue.shown() & self._within("visible_since", "visible_until")

    def _within(self, since: str, until: str) -> Mask:
        first, last, now = self._catalogue.numbers(since), self._catalogue.numbers(until), self._viewer.now
        within: Mask = ((first <= now) | (first == NULL)) & (now < last)
        return within

    def _matching(self, query: ListQuery) -> Mask:
        catalogue = self._catalogue
        found = np.ones(catalogue.size, np.bool_)
        for parameter, attribute in ATTRIBUTES.items():
            values = getattr(query, parameter)
            if values and attribute == "id":
                found &= self._of(values)
            elif values:
                found &= catalogue.values(attribute).mask(set(values), catalogue.size)
        if query.store_ids:
            found &= catalogue.values("stores").mask(store_names(query, self._viewer), catalogue.size)
        return found

    def _of(self, ids: Iterable[int]) -> Mask:
        found = np.zeros(self._catalogue.size, np.bool_)
        found[[self._catalogue.slot_of[id_] for id_ in ids if id_ in self._catalogue.slot_of]] = True
        return found

    # -- columns that depend on the member

    @cached_property
    def _usages(self) -> dict[int, Usage]:
        """The usage of the member's own offers, by slot; all others have the usage of a member without uses."""
        slots = (self._catalogue.slot_of[id_] for id_ in self._own if id_ in self._catalogue.slot_of)
        return {slot: self._viewer.usage(self._catalogue.offers[slot]) for slot in slots}

    @cached_property
    def _usable(self) -> Mask:
        usable = self._catalogue.open(periods=self._viewer.periods) & self._within("usable_since", "usable_until")
        usable[list(self._usages)] = [usage.usable for usage in self._usages.values()]
        return usable

    @cached_property
    def _uses_left(self) -> Numbers:
        left = self._catalogue.uses_left().copy()
        left[list(self._usages)] = [
            NULL if usage.uses_left is None else usage.uses_left for usage in self._usages.values()
        ]
        return left

    @cached_property
    def _liked(self) -> Mask:
        likes, member_id = self._viewer.tables.likes, self._viewer.member_id
        return self._of(id_ for id_ in self._own if (id_, member_id) in likes)

    # -- order

    def _page(self, found: Mask, query: ListQuery) -> Page:
        slots = np.flatnonzero(found)
        part, info = page_of(len(slots), query.per_page, query.page_no)
        page = part_in_order(slots, [self._key(term, query) for term in query.order], part.start, part.stop)
        return Page([self._catalogue.offers[slot] for slot in page.tolist()], info)

    def _key(self, term: Term, query: ListQuery) -> Numbers:
        """Return the sort keys of a term, to be sorted ascending; ``NULL`` is last, or first for a descending term."""
        if term.attribute in STORED:
            key = self._catalogue.numbers(term.attribute)
        elif term.attribute == "uses_left":
            key = self._uses_left
        elif term.attribute == "collection_position":
            key = self._positions(query)
        else:
            key = (self._usable if term.attribute == "usable" else self._liked).view(np.int8)
        return -key if term.descending else key

    def _positions(self, query: ListQuery) -> Numbers:
        places = np.full(self._catalogue.size, NULL)
        viewer, slot_of = self._viewer, self._catalogue.slot_of
        for id_, place in positions(viewer.tables.collections, viewer.club.slug, query.collection_ids).items():
            if id_ in slot_of:
                places[slot_of[id_]] = place
        return places
