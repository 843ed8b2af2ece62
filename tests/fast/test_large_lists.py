"""Which lists are made from columns, when those are made, and that they follow every type of effects."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.clock import Clock
from mockserver.domain.listing import ListQuery
from mockserver.domain.lists import Lists
from mockserver.domain.model import Offer
from mockserver.domain.ordering import ADMIN_ATTRIBUTES, parse_order_by, parse_sort
from mockserver.fast import lists as lists_module
from mockserver.fast.lists import LargeLists, attach
from mockserver.mock import Mock
from mockserver.records.effects import RecordsPut
from mockserver.records.tables import Records
from mockserver.settings import Settings
from mockserver.worlds.world import World
from tests.callers import Caller, body_of
from tests.fast.catalogues import CLUB, ORDERS, OTHER
from tests.fast.test_lists import PLAIN, a_world
from tests.records import NOON, small_records
from tests.test_effects import EFFECTS


def test_small_clubs_and_those_without_numpy_take_the_plain_way(monkeypatch: pytest.MonkeyPatch) -> None:
    records = a_world().records
    records.put(*(Offer(id=id_, club=CLUB) for id_ in range(1, 5)), Offer(id=5, club=OTHER))
    lists = LargeLists(large=4)
    assert lists._catalogue(records, CLUB) is not None
    assert lists._catalogue(records, OTHER) is None
    records.put(*(Offer(id=id_, club=OTHER) for id_ in range(6, 9)))
    assert lists._catalogue(records, OTHER) is not None
    assert LargeLists(large=6)._catalogue(records, CLUB) is None
    monkeypatch.setattr(lists_module, "has_numpy", lambda: False)
    assert lists._catalogue(records, CLUB) is None


def test_what_is_missing_is_told_where_a_catalogue_is_big(monkeypatch: pytest.MonkeyPatch) -> None:
    records = a_world().records
    records.put(*(Offer(id=id_, club=CLUB) for id_ in range(1, 5)))
    assert LargeLists(large=4).advice(records) is None
    monkeypatch.setattr(lists_module, "has_numpy", lambda: False)
    advice = "infinity-mall has 4 offers: pip install 'offers-mockserver[large]' makes its lists faster"
    assert LargeLists(large=4).advice(records) == advice
    assert LargeLists(large=5).advice(records) is None
    assert LargeLists().advice(Records()) is None
    assert Lists().advice(records) is None


def test_columns_are_there_before_the_first_list() -> None:
    records = a_world().records
    records.put(*(Offer(id=id_, club=CLUB) for id_ in range(1, 5)))
    lists = LargeLists(large=4)
    lists.make_ready(records)
    made = set(lists._catalogues[CLUB]._columns)
    walk_every_column(lists, records)
    assert set(lists._catalogues[CLUB]._columns) - made == {"internal"}


def walk_every_column(lists: LargeLists, records: Records) -> None:
    every: dict[str, Any] = dict.fromkeys(("ids", "collection_ids", "campaign_ids", "audience_ids", "store_ids"), (1,))
    every |= dict.fromkeys(("tags", "shops", "stores", "types"), ("x",))
    for attribute in ADMIN_ATTRIBUTES:
        lists.admin_page(records, CLUB, ListQuery(search="x", order=parse_sort(attribute), **every))
    lists.member_page(
        records, CLUB, ListQuery(search="x", order=parse_order_by("usable, uses_left, liked", ORDERS)), 0, 1
    )
    lists.meta(records, CLUB, 0)


def test_columns_follow_every_type_of_effects_and_its_undoing() -> None:
    world = World("w", small_records(), Clock(), Settings())
    attach(world)
    world.lists._large = 0
    order = parse_order_by("liked, uses_left, usable, name", ORDERS)

    def as_the_plain_way() -> None:
        for member_id in (42, 43):
            asked = (world.records, "mall", ListQuery(order=order), NOON, member_id)
            assert world.lists.member_page(*asked) == PLAIN.member_page(*asked)

    as_the_plain_way()
    undos = []
    for effect in EFFECTS:
        undos.append(world.apply(effect))
        as_the_plain_way()
    for undo in reversed(undos):
        undo()
        as_the_plain_way()


def test_what_is_arranged_for_one_request_shows_in_its_lists_alone(mock: Mock) -> None:
    world, app = mock.worlds.get("default"), Caller(mock)
    world.lists._large = 0
    world.library.put("hidden", {"world": {"offers": {"*": {"status": "draft"}}}})

    def shown(**headers: str) -> int:
        return len(body_of(app.get("members/me/offers", **headers))["offers"])

    usual = shown()
    assert usual > 0
    assert [shown(x_mock_scenario="hidden"), shown()] == [0, usual]


def test_offers_that_a_reset_leaves_as_they_were_keep_their_columns() -> None:
    world = a_world()
    world.apply(RecordsPut(tuple(Offer(id=id_, club=CLUB) for id_ in range(1, 200))))
    world.begin_here()
    world.lists.admin_page(world.records, CLUB, ListQuery())
    made = world.lists._catalogues[CLUB]
    world.apply(RecordsPut((Offer(id=1, club=CLUB, name="New"),)))
    world.reset()
    assert world.lists.admin_page(world.records, CLUB, ListQuery()) == PLAIN.admin_page(
        world.records, CLUB, ListQuery()
    )
    assert world.lists._catalogues[CLUB] is made
