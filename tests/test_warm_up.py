from __future__ import annotations

import mockserver.warm_up
from mockserver.domain.catalogue import Catalogue
from mockserver.mock import build
from mockserver.settings import Settings
from mockserver.warm_up import LISTS, warm_up


def test_what_a_big_catalogues_lists_need_is_there_before_they_are_asked_for(monkeypatch):
    made = []
    real = Catalogue.member_page

    def member_page(self, query, now, member_id=None):
        made.append((self.club.slug, query))
        return real(self, query, now, member_id)

    monkeypatch.setattr(Catalogue, "member_page", member_page)
    world = build(Settings()).worlds.get("default")
    warm_up(world)
    assert made == []
    sizes = {slug: sum(offer.club == slug for offer in world.records.offers.values()) for slug in world.records.clubs}
    monkeypatch.setattr(mockserver.warm_up, "MANY", max(sizes.values()))
    warm_up(world)
    big = max(sizes, key=sizes.__getitem__)
    assert made == [(big, query) for query in LISTS]
