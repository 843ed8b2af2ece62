"""The rules by which processes own worlds hold in simulated schedules; a broken rule is found."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import ownership
from benchmarks.ownership import SECOND, Server, simulate
from mockserver.stores.memory import MemoryStore
from mockserver.stores.store import Portion


def test_no_schedule_breaks_a_promise() -> None:
    assert simulate(range(300)) > 300


def test_a_lease_that_counts_for_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Server, "holds", lambda self: self.epoch is not None and self.shelf.ticks() < self.until + SECOND
    )
    with pytest.raises(AssertionError, match=r"two owners|answers without"):
        simulate(range(300))


def test_a_store_that_fences_nobody_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    append: Any = MemoryStore.append

    def unfenced(self: MemoryStore, portions: Any) -> frozenset[str]:
        kept = self._shelf.worlds[ownership.WORLD]
        owner, kept.owner = kept.owner, self.process
        try:
            return append(
                self, [Portion(each.name, kept.epoch, each.seq, each.records, each.base) for each in portions]
            )
        finally:
            kept.owner = owner

    monkeypatch.setattr(MemoryStore, "append", unfenced)
    with pytest.raises(AssertionError, match=r"lost|twice|without"):
        simulate(range(1_000))


def test_appends_that_are_taken_for_new_each_time_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    append: Any = MemoryStore.append

    def again(self: MemoryStore, portions: Any) -> frozenset[str]:
        last = self._shelf.worlds[ownership.WORLD].seq
        return append(self, [Portion(each.name, each.epoch, last, each.records, each.base) for each in portions])

    monkeypatch.setattr(MemoryStore, "append", again)
    with pytest.raises(AssertionError, match="twice"):
        simulate(range(300))
