"""What a server makes ready when it has started: beside requests, and never out of step with them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

import mockserver.hosts.warm_up
from mockserver.domain.catalogue import Catalogue
from mockserver.domain.shelf import PARTS, Shelf
from mockserver.hosts.warm_up import TRIES, warm_up
from mockserver.mock import build
from mockserver.settings import Settings
from mockserver.worlds.world import World
from tests.records import put

SLUG = "infinity-mall"


@pytest.fixture
def world() -> World:
    return build(Settings()).worlds.get("default")


def shelf_of(world: World) -> Shelf:
    return Catalogue.of(world.records, SLUG).shelf


def sizes(world: World) -> dict[str, int]:
    offers = world.records.offers.values()
    return {slug: sum(offer.club == slug for offer in offers) for slug in world.records.clubs}


def test_what_a_big_catalogues_lists_need_is_there_before_they_are_asked_for(world, monkeypatch):
    warm_up(world)
    assert not any(shelf_of(world).has(part) for part in PARTS)
    monkeypatch.setattr(mockserver.hosts.warm_up, "MANY", max(sizes(world).values()))
    warm_up(world)
    assert all(shelf_of(world).has(part) for part in PARTS)


def test_a_part_is_made_while_others_may_have_the_world(world, monkeypatch):
    free = []

    def maker(shelf, name):
        free.append(not world.lock._is_owned())
        return real(shelf, name)

    real = Shelf.maker
    monkeypatch.setattr(Shelf, "maker", maker)
    monkeypatch.setattr(mockserver.hosts.warm_up, "MANY", 1)
    warm_up(world)
    assert len(free) >= len(PARTS)
    assert all(free)


@pytest.mark.parametrize(("changes", "made"), [(1, True), (TRIES, False)])
def test_a_part_of_offers_that_changed_meanwhile_is_not_taken(world, monkeypatch, changes, made):
    left = [changes]

    def maker(shelf, name):
        if name == "tag" and shelf.club == SLUG and left[0]:
            left[0] -= 1
            put(world, replace(world.records.offers[1000115], tags=(f"tag-{left[0]}",)))
            shelf_of(world)
        return real(shelf, name)

    real = Shelf.maker
    monkeypatch.setattr(Shelf, "maker", maker)
    monkeypatch.setattr(mockserver.hosts.warm_up, "MANY", 1)
    warm_up(world)
    shelf = shelf_of(world)
    assert shelf.has("tag") is made
    assert shelf.facet("tag").any_of(("tag-0",), shelf.size) == 1 << shelf.slot_of[1000115]
