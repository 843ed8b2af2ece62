"""Batches of offers as the domain judges them (``docs/offers-admin-2019-10.md``)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.domain.admin import (
    EMPTY,
    BatchItem,
    archive_offers,
    clone_offers,
    create_offers,
    problems_of,
    update_offers,
)
from mockserver.domain.model import Offer, Period, Picture

NOW = 1_552_500_000_000
OLD = Offer(
    id=5,
    club="mall",
    name="Old",
    type="EXCLUSIVE",
    scope="reward",
    status="published",
    period=Period(timespan="DAY", max_uses=1),
    files=(Picture(kind="offer_default"),),
    stock=3,
    created_at=1,
    updated_at=1,
)


def item(**attributes: Any) -> BatchItem:
    return BatchItem({"name": None, "collection_ids": None, "usable_since": None, "usable_until": None} | attributes)


def test_ids_follow_the_highest_and_bad_items_use_none_up() -> None:
    batch = create_offers([item(), item(collection_ids=(9,)), item()], "mall", {1}, 100, NOW)
    assert batch.ids == [101, 102]
    assert [(offer.id, offer.club, offer.created_at) for offer in batch.records] == [
        (101, "mall", NOW),
        (102, "mall", NOW),
    ]
    assert batch.response() == {
        "success": True,
        "errors": {"1": {"collection_ids": ["Collection#9 not found"]}},
        "ids": [101, 102],
    }


def test_nothing_through_is_no_success() -> None:
    assert create_offers([], "mall", set(), 0, NOW).response() == {"success": False, "errors": {}, "ids": []}


def test_absent_attributes_get_their_empty_values() -> None:
    attributes = dict.fromkeys(EMPTY)
    (offer,) = create_offers([BatchItem(attributes)], "mall", set(), 0, NOW).records
    assert {name: getattr(offer, name) for name in EMPTY} == EMPTY


def test_an_update_keeps_what_the_admin_api_cannot_set() -> None:
    (offer,) = update_offers([item(id=5)], {5: OLD}.get, set(), NOW).records
    assert offer == replace(OLD, name=None, collection_ids=(), updated_at=NOW)


@pytest.mark.parametrize(("until", "fine"), [(NOW - 1, False), (NOW, True), (NOW + 1, True), (None, True)])
def test_a_window_does_not_end_before_it_begins(until: int | None, fine: bool) -> None:
    problems = problems_of(item(usable_since=NOW, usable_until=until), set())
    assert problems == ({} if fine else {"usable_until": ["must not be before usable_since"]})


def test_problems_of_reading_stand_beside_those_of_the_rules() -> None:
    read = BatchItem({"collection_ids": (1, 1)}, {"name": ["must be a string"]})
    assert problems_of(read, set()) == {
        "name": ["must be a string"],
        "collection_ids": ["list must contain unique values", "Collection#1 not found"],
    }
    assert read.problems == {"name": ["must be a string"]}


def test_a_clone_is_a_draft_with_an_id_of_its_own() -> None:
    archived = replace(OLD, id=6, archived_at=3)
    assert clone_offers([OLD, archived], 10, NOW) == [
        replace(OLD, id=11, status="draft", created_at=NOW, updated_at=NOW),
        replace(OLD, id=12, status="draft", created_at=NOW, updated_at=NOW),
    ]


def test_archiving_twice_keeps_the_first_time() -> None:
    (archived,) = archive_offers([OLD], NOW)
    assert (archived.archived_at, archived.updated_at) == (NOW, NOW)
    assert archive_offers([archived], NOW + 1) == []
