"""Catalogues and queries by chance: few values, so that much is equal and much is found."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mockserver.domain.listing import ListQuery
from mockserver.domain.model import OFFER_TYPES, Offer, Period
from mockserver.domain.ordering import ADMIN_ATTRIBUTES, Term
from mockserver.revisions import REVISIONS

CLUB, OTHER = "infinity-mall", "elsewhere"
HOUR = 3_600_000
ORDERS = REVISIONS["union"].order_by["member"]
WORDS = ("Shoes", "SHOES", "jacket", "Ærlig", "Café", "cafe", "crème", "straße", "ﬁt", "", "2+1", "kafé!", "x")
TAGS, STORES = ("2 + 1", "great deal", "Å"), ("M&H", "Doo Doo", "doo doo")
MEMBERS, COLLECTIONS, AUDIENCES = (42, 43), (7, 8, 9), (1, 2)
bounds = st.sampled_from([None, 0, HOUR, 2 * HOUR])
nows = st.sampled_from([instant + off for instant in (0, HOUR, 2 * HOUR) for off in (-1, 0, 1)])
words = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
some_ids = st.integers(1, 24)
picks = st.integers(0, 99)
CHANGES: tuple[dict[str, Any], ...] = (
    {"name": "x"},
    {"stock": 1},
    {"stock": 4, "usable_until": None},
    {"visible_until": HOUR},
    {"archived_at": 1},
    {"club": OTHER},
)
offers = st.fixed_dictionaries(
    {
        "id": some_ids,
        "club": st.sampled_from([CLUB] * 9 + [OTHER]),
        "name": st.none() | words,
        "description": st.none() | words,
        "internal_name": st.none() | words,
        "internal_description": st.none() | words,
        "type": st.sampled_from(OFFER_TYPES),
        "scope": st.sampled_from(["standard"] * 5 + ["informational", "reward"]),
        "status": st.sampled_from(["published"] * 9 + ["draft"]),
        "usable_since": bounds,
        "usable_until": bounds,
        "visible_since": st.sampled_from([None, None, 0, HOUR]),
        "visible_until": st.sampled_from([None, None, HOUR, 2 * HOUR]),
        "collection_ids": st.lists(st.sampled_from(COLLECTIONS), max_size=2, unique=True).map(tuple),
        "tags": st.lists(st.sampled_from(TAGS), max_size=3).map(tuple),
        "stores": st.lists(st.sampled_from(STORES), max_size=2).map(tuple),
        "audience_id": st.sampled_from([None, None, None, *AUDIENCES, 99]),
        "campaign_id": st.sampled_from([None, 5, 6]),
        "maximum_uses_per_user": st.sampled_from([None, None, 0, 1, 2]),
        "period": st.none() | st.builds(Period, timespan=st.sampled_from(["HOUR", "DAY"]), max_uses=st.integers(0, 2)),
        "stock": st.sampled_from([None, None, 0, 1, 3]),
        "created_at": st.sampled_from([0, 1, 2]),
        "updated_at": st.sampled_from([0, 1]),
        "archived_at": st.sampled_from([None] * 9 + [HOUR]),
    }
).map(lambda attributes: Offer(**attributes))


def few(values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """Mostly no filter, sometimes one of up to two values."""
    return st.just(()) | st.lists(st.sampled_from(values), max_size=2).map(tuple)


def orders(attributes: tuple[str, ...]) -> st.SearchStrategy[tuple[Term, ...]]:
    terms = st.builds(Term, st.sampled_from(attributes), st.booleans())
    return st.lists(terms, min_size=1, max_size=4, unique_by=lambda term: term.attribute).map(tuple)


PAGES: dict[str, Any] = {"page_no": st.integers(1, 4), "per_page": st.sampled_from([1, 2, 5, 100, 1000])}
FILTERS: dict[str, Any] = {
    "search": words,
    "ids": st.lists(some_ids, min_size=3).map(tuple),
    "collection_ids": few(COLLECTIONS),
    "campaign_ids": few((5, 6)),
    "tags": few(TAGS),
    "stores": few(STORES),
    "store_ids": few((1, 2, 3)),
    "types": few(OFFER_TYPES),
}
MEMBER_FILTERS: dict[str, Any] = FILTERS | {
    "shops": few(STORES),
    "scope": st.sampled_from(["informational", "reward"]),
    "only_usable": st.booleans(),
    "usable": st.booleans(),
    "liked": st.booleans(),
    "periods": st.booleans(),
}
ADMIN_FILTERS: dict[str, Any] = FILTERS | {
    "audience_ids": few(AUDIENCES),
    "without_collection": st.booleans(),
    "without_tag": st.booleans(),
    "without_audience_id": st.booleans(),
    "without_campaign_id": st.booleans(),
    "without_shop": st.booleans(),
    "with_archived": st.booleans(),
    "only_archived": st.booleans(),
}


@st.composite
def queries(draw: st.DrawFn, order: st.SearchStrategy[Any], filters: dict[str, Any]) -> ListQuery:
    """A query with at most two filters: with more, most lists are empty and show nothing."""
    chosen = draw(st.lists(st.sampled_from(sorted(filters)), max_size=2, unique=True))
    return ListQuery(
        order=draw(order),
        **{name: draw(filters[name]) for name in chosen},
        **{name: draw(strategy) for name, strategy in PAGES.items()},
    )


member_queries = queries(orders(ORDERS), MEMBER_FILTERS)
collection_queries = st.builds(
    ListQuery,
    order=orders((*ORDERS, "collection_position")),
    collection_ids=st.sampled_from(COLLECTIONS).map(lambda id_: (id_,)),
    **PAGES,
)
admin_queries = queries(orders(ADMIN_ATTRIBUTES).map(lambda order: order[:1]), ADMIN_FILTERS)
ALWAYS_ASKED = [
    ListQuery(per_page=3, page_no=page_no, order=(Term(attribute, descending), Term("name", not descending)))
    for attribute in ORDERS[1:]
    for descending in (False, True)
    for page_no in (1, 2, 3)
] + [ListQuery(search=word, usable=usable) for word in ("cafe", "st jack") for usable in (False, True)]
