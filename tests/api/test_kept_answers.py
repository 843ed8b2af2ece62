"""Answers that are kept are exactly those that would be computed now: over random writes, clock moves and scenarios.

``python -m tests.api.test_kept_answers 10000`` runs as many sequences as it is told.
"""

from __future__ import annotations

import sys

import pytest

from tests.api.kept_sequences import SLUG, Sequence, run
from tests.callers import THROUGH_FLASK


@pytest.mark.parametrize("seed", range(40))
def test_what_is_kept_is_what_would_be_computed_now(seed: int) -> None:
    run(seed, steps=60)


@pytest.mark.skipif(THROUGH_FLASK, reason="nothing is kept on the slow path")
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
    facts = [(entry.operation, entry.member_id, entry.club, entry.answer.status) for entry in entries]
    assert facts == [(operation, 42, SLUG, first.status)] * 3
    assert entries[0].id != entries[1].id


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    for number in range(count):
        run(number, steps=30)
    print(f"{count} random sequences: every kept answer equals the fresh one")
