"""What a list shows and in which order, by example (the contract, sections 1 to 3)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.domain.listing import ListQuery, Meta
from mockserver.domain.lists import Lists
from mockserver.domain.model import Audience, Club, Collection, Grant, Offer, Store
from mockserver.domain.ordering import ADMIN_ATTRIBUTES, parse_order_by, parse_sort
from mockserver.records.tables import Records
from mockserver.revisions import REVISIONS

MALL, MEMBER, NOW = "mall", 42, 1_000
ORDERS = REVISIONS["union"].order_attributes("member", one_collection=True)


def shown(id_: int, **attributes: Any) -> Offer:
    return Offer(**{"id": id_, "club": MALL, "status": "published"} | attributes)


def world(*offers: Offer) -> Records:
    records = Records()
    records.put(Club(slug=MALL), Club(slug="other"), *offers)
    return records


def member_ids(records: Records, member_id: int | None = MEMBER, now: int = NOW, **query: Any) -> list[int]:
    return [offer.id for offer in Lists().member_page(records, MALL, ListQuery(**query), now, member_id).offers]


def admin_ids(records: Records, **query: Any) -> list[int]:
    return [offer.id for offer in Lists().admin_page(records, MALL, ListQuery(**query)).offers]


def ordered(records: Records, order: str, **query: Any) -> list[int]:
    return member_ids(records, order=parse_order_by(order, ORDERS), **query)


# -- what is shown


def test_a_member_sees_what_is_published_not_archived_in_the_scope_and_of_the_club() -> None:
    records = world(
        shown(1), shown(2, status="draft"), shown(3, archived_at=1), shown(4, scope="reward"), shown(5, club="other")
    )
    assert member_ids(records) == [1]
    assert member_ids(records, scope="reward") == [4]


@pytest.mark.parametrize(("off_by", "seen"), [(-1, [2]), (0, [1]), (1, [1])])
def test_an_offer_is_visible_from_since_until_just_before_until(off_by: int, seen: list[int]) -> None:
    assert member_ids(world(shown(1, visible_since=NOW), shown(2, visible_until=NOW)), now=NOW + off_by) == seen


def test_an_audience_keeps_an_offer_to_its_members() -> None:
    records = world(shown(1, audience_id=7), shown(2, audience_id=8), shown(3))
    records.put(Audience(id=7, club=MALL, member_ids=frozenset({MEMBER})))
    assert (member_ids(records), member_ids(records, 43), member_ids(records, None)) == ([1, 3], [3], [3])


FILTERED = {
    "collection_ids": (7,),
    "tags": ("new", "sale"),
    "stores": ("Zara",),
    "campaign_id": 5,
    "type": "EXCLUSIVE",
    "audience_id": 3,
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [1, 2]),
        ({"ids": (2, 99)}, [2]),
        ({"collection_ids": (6, 7)}, [1]),
        ({"campaign_ids": (5,)}, [1]),
        ({"tags": ("sale", "old")}, [1]),
        ({"shops": ("Zara",)}, [1]),
        ({"stores": ("zara",)}, []),
        ({"store_ids": (30, 31)}, [1]),
        ({"store_ids": (31, 32)}, []),  # not of the club; not there
        ({"types": ("REGULAR",)}, [2]),
        ({"tags": ("new",), "campaign_ids": (6,)}, []),
    ],
)
def test_every_filter_must_hold_and_any_value_of_one_is_enough(query: dict[str, Any], found: list[int]) -> None:
    records = world(shown(1, **FILTERED | {"audience_id": None}), shown(2))
    records.put(Store(id=30, club=MALL, name="Zara"), Store(id=31, club="other", name="Zara"))
    assert member_ids(records, **query) == admin_ids(records, **query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [1, 2]),
        ({"audience_ids": (3, 4)}, [1]),
        ({"without_collection": True}, [2]),
        ({"without_tag": True}, [2]),
        ({"without_shop": True}, [2]),
        ({"without_audience_id": True}, [2]),
        ({"without_campaign_id": True}, [2]),
        ({"with_archived": True}, [1, 2, 3]),
        ({"only_archived": True}, [3]),
    ],
)
def test_the_admin_list_has_filters_of_its_own(query: dict[str, Any], found: list[int]) -> None:
    records = world(
        replace(shown(1, **FILTERED), status="draft"), shown(2), shown(3, archived_at=1), shown(4, club="other")
    )
    assert admin_ids(records, **query) == found


def test_usable_and_liked_filter_by_what_holds_for_the_member() -> None:
    records = world(shown(1), shown(2, stock=0), shown(3, type="EXCLUSIVE"), shown(4, type="EXCLUSIVE"))
    records.add_grants([Grant(offer_id=4, member_id=MEMBER, granted_at=0)])
    records.like(2, MEMBER, 0)
    records.like(1, 43, 0)
    assert member_ids(records, only_usable=True) == member_ids(records, usable=True) == [1, 4]
    assert member_ids(records, usable=False, liked=False) == [1, 2, 3, 4]
    assert member_ids(records, liked=True) == [2]
    assert member_ids(records, None, usable=True) == [1]
    assert member_ids(records, None, liked=True) == []


# -- in which order


def test_names_compare_in_any_case_then_by_code_point_then_by_id_and_none_is_last() -> None:
    names = ["b", "B", "a", None, "B", "å", "Å"]
    records = world(*(shown(id_, name=name) for id_, name in enumerate(names, 1)))
    assert ordered(records, "name") == [3, 2, 5, 1, 7, 6, 4]
    assert ordered(records, "name desc") == [4, 6, 7, 1, 2, 5, 3]


def test_null_is_last_upwards_and_first_downwards_and_ties_are_by_id() -> None:
    records = world(*(shown(id_, usable_until=at) for id_, at in [(4, 9), (3, None), (2, 9), (1, 5), (5, None)]))
    assert ordered(records, "usable_until") == [1, 2, 4, 3, 5]
    assert ordered(records, "usable_until desc") == [3, 5, 2, 4, 1]
    assert ordered(records, "created_at, usable_until desc") == [3, 5, 2, 4, 1]


@pytest.mark.parametrize("attribute", ADMIN_ATTRIBUTES[1:])
def test_the_admin_list_is_ordered_by_any_instant(attribute: str) -> None:
    records = world(*(shown(id_, **{attribute: at}) for id_, at in [(1, 20), (2, 10), (3, 10)]))
    assert admin_ids(records, order=parse_sort(attribute), with_archived=True) == [2, 3, 1]
    assert admin_ids(records, order=parse_sort(attribute, "desc"), with_archived=True) == [1, 2, 3]


def test_a_member_orders_by_usable_uses_left_and_liked() -> None:
    records = world(shown(1, stock=3), shown(2), shown(3, stock=0), shown(4, maximum_uses_per_user=2))
    records.book_use(4, MEMBER, 0)
    records.like(3, MEMBER, 0)
    assert ordered(records, "usable") == [3, 1, 2, 4]
    assert ordered(records, "usable desc") == [1, 2, 4, 3]
    assert ordered(records, "uses_left") == [3, 4, 1, 2]
    assert ordered(records, "uses_left desc") == [2, 1, 4, 3]
    assert ordered(records, "liked desc, uses_left") == [3, 4, 1, 2]


def test_a_collection_has_an_order_of_its_own_and_what_it_does_not_place_is_null() -> None:
    records = world(*(shown(id_, collection_ids=(7,)) for id_ in range(1, 5)))
    records.put(Collection(id=7, club=MALL, offers_order=(3, 99, 1, 3)))
    assert ordered(records, "collection_position", collection_ids=(7,)) == [3, 1, 2, 4]
    assert ordered(records, "collection_position desc", collection_ids=(7,)) == [2, 4, 1, 3]
    records.put(Collection(id=7, club="other", offers_order=(3, 1)))
    assert ordered(records, "collection_position", collection_ids=(7,)) == [1, 2, 3, 4]


# -- pages and meta


def test_a_page_is_cut_out_of_the_whole_list() -> None:
    records = world(*(shown(id_) for id_ in range(1, 8)))
    page = Lists().member_page(records, MALL, ListQuery(per_page=3, page_no=3), NOW)
    assert [offer.id for offer in page.offers] == [7]
    assert (page.info.total_count, page.info.total_pages, page.info.current_page) == (7, 3, 3)
    assert [member_ids(records, per_page=3, page_no=n) for n in (1, 2, 4)] == [[1, 2, 3], [4, 5, 6], []]


def test_meta_names_each_value_of_what_is_seen_once_and_in_order() -> None:
    records = world(
        shown(1, tags=("b", "A"), stores=("Zara",), collection_ids=(9, 7)),
        shown(2, tags=("a", "b"), stores=("h&m",), collection_ids=(7,)),
        shown(3, tags=("hidden",), audience_id=5),
        shown(4, tags=("reward",), scope="reward"),
    )
    assert Lists().meta(records, MALL, NOW, MEMBER) == Meta(["A", "a", "b"], ["h&m", "Zara"], [7, 9])
    assert Lists().meta(records, MALL, NOW, None, "reward") == Meta(["reward"], [], [])
