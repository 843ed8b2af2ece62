"""Lists are the same as the plain way of making them, whatever was asked before and changed since."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from mockserver.domain import arranging, catalogue, slot_sets, vocabulary, windows
from mockserver.domain.catalogue import Catalogue
from mockserver.domain.listing import ListQuery
from mockserver.domain.model import OFFER_TYPES, Audience, Club, Collection, Grant, Offer, Period, Store, Uses
from mockserver.domain.ordering import ADMIN_ATTRIBUTES, MEMBER_ATTRIBUTES, PERSONAL_ATTRIBUTES, Term
from mockserver.worlds.records import Records
from tests.domain.plain_listing import PlainList

CLUB, OTHER = "infinity-mall", "elsewhere"
HOUR = 3_600_000
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


member_queries = queries(orders((*MEMBER_ATTRIBUTES, *PERSONAL_ATTRIBUTES)), MEMBER_FILTERS)
collection_queries = st.builds(
    ListQuery,
    order=orders((*MEMBER_ATTRIBUTES, "collection_position")),
    collection_ids=st.sampled_from(COLLECTIONS).map(lambda id_: (id_,)),
    **PAGES,
)
admin_queries = queries(orders(ADMIN_ATTRIBUTES).map(lambda order: order[:1]), ADMIN_FILTERS)
ALWAYS_ASKED = [
    ListQuery(per_page=3, page_no=page_no, order=(Term(attribute, descending), Term("name", not descending)))
    for attribute in (*MEMBER_ATTRIBUTES[1:], *PERSONAL_ATTRIBUTES)
    for descending in (False, True)
    for page_no in (1, 2, 3)
] + [ListQuery(search=word, usable=usable) for word in ("cafe", "st jack") for usable in (None, True)]


class ListsAreExact(RuleBasedStateMachine):
    """Change anything, then ask for any list."""

    def __init__(self) -> None:
        super().__init__()
        self.records = Records()
        self.records.put(
            Club(slug=CLUB),
            Club(slug=OTHER),
            Store(id=1, club=CLUB, name="M&H"),
            Store(id=2, club=CLUB, name="Doo Doo"),
            Store(id=3, club=OTHER, name="M&H"),
        )
        self.snapshot: Records | None = None
        self.now = 0

    @initialize(made=st.lists(offers, min_size=10, max_size=10, unique_by=lambda offer: offer.id))
    def start(self, made: list[Offer]) -> None:
        self.records.put(*made)
        self.records.put(Audience(id=1, club=CLUB, member_ids=frozenset({42})))

    @rule(now=nows)
    def move_the_clock(self, now: int) -> None:
        self.now = now

    @rule(made=st.lists(offers, min_size=1, max_size=8))
    def put_offers(self, made: list[Offer]) -> None:
        self.records.put(*made)

    @rule(pick=picks, changes=st.sampled_from(CHANGES))
    def change_an_offer(self, pick: int, changes: dict[str, Any]) -> None:
        self.records.put(replace(self.records.offers[self.existing(pick)], **changes))

    @rule(pick=picks, member_id=st.sampled_from(MEMBERS), at=nows)
    def use(self, pick: int, member_id: int, at: int) -> None:
        self.records.book_use(self.existing(pick), member_id, at)

    @rule(id_=some_ids, member_id=st.sampled_from(MEMBERS), at=st.lists(nows, max_size=2))
    def set_uses(self, id_: int, member_id: int, at: list[int]) -> None:
        self.records.put_uses(id_, member_id, Uses(at))

    @rule(id_=some_ids, member_id=st.sampled_from(MEMBERS), liked=st.booleans())
    def like(self, id_: int, member_id: int, liked: bool) -> None:
        if liked:
            self.records.like(id_, member_id, 0)
        else:
            self.records.unlike(id_, member_id)

    @rule(pick=picks, member_id=st.sampled_from(MEMBERS), expires_at=bounds)
    def grant(self, pick: int, member_id: int, expires_at: int | None) -> None:
        id_ = self.existing(pick)
        self.records.add_grants([Grant(offer_id=id_, member_id=member_id, granted_at=0, expires_at=expires_at)])

    @rule(id_=st.sampled_from(COLLECTIONS), order=st.lists(some_ids, max_size=8), club=st.sampled_from([CLUB, OTHER]))
    def put_collection(self, id_: int, order: list[int], club: str) -> None:
        self.records.put(Collection(id=id_, club=club, offers_order=tuple(order)))

    @rule(id_=st.sampled_from(AUDIENCES), members=st.frozensets(st.sampled_from(MEMBERS)))
    def put_audience(self, id_: int, members: frozenset[int]) -> None:
        self.records.put(Audience(id=id_, club=CLUB, member_ids=members))

    @rule()
    def take_snapshot(self) -> None:
        self.snapshot = self.records.copy()

    @precondition(lambda self: self.snapshot is not None)
    @rule()
    def restore(self) -> None:
        self.records.restore(self.snapshot)

    @rule(query=member_queries | collection_queries, member_id=st.sampled_from([None, *MEMBERS]))
    def list_offers(self, query: ListQuery, member_id: int | None) -> None:
        plain = PlainList(self.records, CLUB, self.now, member_id).member_ids(query)
        self.check_page(plain, query, Catalogue.of(self.records, CLUB).member_page(query, self.now, member_id))

    @invariant()
    def what_is_always_asked(self) -> None:
        for query in ALWAYS_ASKED:
            self.list_offers(query, 42)

    @rule(query=admin_queries)
    def list_offers_admin(self, query: ListQuery) -> None:
        plain = PlainList(self.records, CLUB, 0).admin_ids(query)
        self.check_page(plain, query, Catalogue.of(self.records, CLUB).admin_page(query))

    @rule(member_id=st.sampled_from([None, *MEMBERS]))
    def get_meta(self, member_id: int | None) -> None:
        plain = PlainList(self.records, CLUB, self.now, member_id).meta("standard")
        assert Catalogue.of(self.records, CLUB).meta(self.now, member_id) == plain

    @invariant()
    def the_other_club_keeps_to_itself(self) -> None:
        page = Catalogue.of(self.records, OTHER).admin_page(ListQuery(with_archived=True))
        assert {offer.club for offer in page.offers} <= {OTHER}
        assert page.info.total_count == sum(offer.club == OTHER for offer in self.records.offers.values())

    def existing(self, pick: int) -> int:
        return sorted(self.records.offers)[pick % len(self.records.offers)]

    def check_page(self, plain: list[int], query: ListQuery, page: Any) -> None:
        size = min(query.per_page, 100)
        assert [offer.id for offer in page.offers] == plain[(query.page_no - 1) * size : query.page_no * size]
        assert page.info.total_count == len(plain)
        assert all(offer is self.records.offers[offer.id] for offer in page.offers)


@pytest.fixture
def low_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only big catalogues reach, small ones reach too."""
    for module, name, value in (
        (slot_sets, "_DENSE", 2),
        (windows, "_FAR", 1),
        (windows, "_MOST_KNOWN", 3),
        (arranging, "_FEW", 1),
        (arranging, "_SORTING", 3),
        (vocabulary, "_ANSWERS_KEPT", 2),
        (catalogue, "_MANY", 4),
    ):
        monkeypatch.setattr(module, name, value)


def walk(examples: int) -> None:
    checks = list(HealthCheck)
    exact = settings(max_examples=examples, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(ListsAreExact, settings=exact)


def test_every_list_is_the_same_as_the_plain_one() -> None:
    walk(10)


@pytest.mark.usefixtures("low_thresholds")
def test_every_list_of_a_big_catalogue_is_the_same_as_the_plain_one() -> None:
    walk(30)
