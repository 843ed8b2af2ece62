"""With and without the fast codec a world answers the same bytes, whatever has happened to it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from mockserver.mock import Mock, build
from mockserver.revisions import REVISIONS
from mockserver.settings import Settings
from tests.callers import Caller

IDS = (1000016, 1000115, 1000112, 1000284, 999)
READS = ("members/me/offers", "members/me/offers/meta", "members/me", "offers", "stores", "members/guest/offers",
         "members/me/offers?per_page=3&page_no=2&order_by=usable DESC,name", "members/me/offers?include_total=1&per_page=0",
         "members/me/offers?per_page=3&page_no=2&order_by=usable DESC,name", "translations", "files/schema")  # fmt: skip
ATTRIBUTES: dict[str, tuple[Any, ...]] = {
    "name": ("Æ \"quoted\" </b>", None, 5), "read_more": ({"title": "T", "more": 1}, {}, None), "stock": (0, 7, -1),
    "external_url": ("https://example.com/å", None), "extras": ({"a": {"b": [1, None]}}, {}), "tags": (["x"], [], "x"),
    "status": ("published", "draft", None), "usable_since": ("2019-01-01", None, "soon"), "stores": (["M&H"], None),
}  # fmt: skip


@pytest.fixture
def both() -> tuple[Mock, Mock]:
    clock = {"clock": "2026-03-04T12:00:00Z", "freeze": True, "seed": 7}
    return build(Settings(**clock)), build(Settings(**clock, fast_path=False))


def step(chance: Random) -> tuple[str, str, Any]:
    """A random write: method, path, body."""
    id_ = chance.choice(IDS)
    act = chance.randrange(4)
    if act == 0:
        return "POST", f"members/me/offers/{id_}/use", chance.choice((None, {}, {"authorization_token": "secret"}, [1]))
    if act == 1:
        return "PUT", f"members/me/offers/{id_}/{chance.choice(('like', 'unlike'))}", None
    names = chance.sample(sorted(ATTRIBUTES), 5)
    item = {"id": id_} | {name: chance.choice(ATTRIBUTES[name]) for name in names}
    if act == 2:
        return "PUT", "offers", {"offers": [item | {"status": "published"}]}
    return "POST", "offers", {"offers": [item]}


@pytest.mark.parametrize("seed", range(4))
def test_both_codecs_give_the_same_bytes_over_a_random_sequence(both: tuple[Mock, Mock], seed: int) -> None:
    chance = Random(seed)
    fast, plain = (Caller(mock) for mock in both)
    for _ in range(25):
        method, path, body = step(chance)
        revision = chance.choice(tuple(REVISIONS))
        answers = [app.call(method, path, json=body, x_mock_revision=revision) for app in (fast, plain)]
        assert answers[0].body == answers[1].body
        path, _, query = chance.choice((*READS, *(f"members/me/offers/{id_}" for id_ in IDS))).partition("?")
        answers = [app.get(path, query, x_mock_revision=revision) for app in (fast, plain)]
        assert (answers[0].status, answers[0].body) == (answers[1].status, answers[1].body)
    worlds = [mock.worlds.get("default") for mock in both]
    assert [world.codec is not None for world in worlds] == [True, False]
