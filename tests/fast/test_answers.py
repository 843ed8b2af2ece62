"""Answers that are kept are exactly those that would be computed now: over random writes, clock moves and scenarios.

``python -m tests.fast.test_answers 10000`` runs as many sequences as it is told.
"""

from __future__ import annotations

import itertools
import sys
from dataclasses import replace

import pytest

from mockserver.fast.answers import AnswerCache
from tests.callers import body_of
from tests.fast.sequences import SLUG, Sequence, run


@pytest.mark.parametrize("seed", range(40))
def test_what_is_kept_is_what_would_be_computed_now(seed: int) -> None:
    run(seed, steps=60)


@pytest.mark.parametrize(
    ("path", "query", "operation"),
    [
        ("members/42/offers", "", "list_offers"),
        ("members/42/offers/1", "", "get_offer"),
        ("members/42/offers/99", "", "get_offer"),
        ("members/42/offers", "per_page=0", "list_offers"),
    ],
)
def test_a_read_is_computed_once_and_journalled_each_time(path: str, query: str, operation: str) -> None:
    sequence = Sequence(0)
    first, second, third = (sequence.keeping.get(path, query) for _ in range(3))
    assert first.body == second.body
    assert second.body is third.body
    entries = sequence.world.journal.newest_first()
    facts = [(entry.operation, entry.member_id, entry.club, entry.response.status) for entry in entries]
    assert facts == [(operation, 42, SLUG, first.status)] * 3
    assert entries[0].id != entries[1].id


READ = f"v3/{SLUG}/members/42/offers"


def test_a_dropped_world_answers_no_more():
    sequence = Sequence(0)
    read, worlds = f"/w/other/{READ}", sequence.worlds
    before = worlds.get("other")
    for _ in range(2):
        assert sequence.keeping.get(read).status == 200
    worlds.drop("other")
    worlds.get("other").records.offers.clear()
    assert body_of(sequence.keeping.get(read))["offers"] == []
    assert (before.journal.total, worlds.get("other").journal.total) == (2, 1)


def test_nothing_is_cached_of_a_world_that_was_dropped_meanwhile(monkeypatch):
    sequence = Sequence(0)
    world, cache = sequence.worlds.get("other"), sequence.keeping.mock.cache
    assert isinstance(cache, AnswerCache)
    keep = cache.keep

    def keep_late(*values):
        sequence.worlds.drop("other")
        keep(*values)

    monkeypatch.setattr(cache, "keep", keep_late)
    sequence.keeping.get(f"/w/other/{READ}")
    assert world.dropped
    assert (cache._cached, cache._weight) == ({}, 0)
    assert world not in [flags.world for flags in cache._flags.values()]


def test_a_kept_answer_counts_as_a_use_of_its_world():
    sequence = Sequence(0)
    sequence.worlds._settings = replace(sequence.worlds._settings, max_worlds=3)
    sequence.worlds._ticks = itertools.count(0, 600 * 10**9).__next__  # ten minutes pass between any two requests
    read = f"/w/other/{READ}"
    sequence.keeping.get(read)
    sequence.worlds.get("later")
    sequence.keeping.get(read)
    sequence.worlds.get("last")
    assert [world.name for world in sequence.worlds.all()] == ["default", "last", "other"]


def test_the_world_of_a_header_has_its_own_answers():
    sequence = Sequence(0)
    sequence.worlds.get("other").records.offers.clear()
    sizes = [
        len(body_of(sequence.keeping.get("members/42/offers", x_mock_world=name))["offers"])
        for name in ("default", "other", None, "other", "default")
    ]
    assert sizes == [sizes[0], 0, sizes[0], 0, sizes[0]]
    assert sizes[0] > 0


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    for number in range(count):
        run(number, steps=30)
    print(f"{count} random sequences: every kept answer equals the fresh one")
