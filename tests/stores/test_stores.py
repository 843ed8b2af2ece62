"""What every store does: claims with epochs, fenced appends, bases, release."""

from __future__ import annotations

import pytest

from mockserver.stores.store import OwnedError, Portion, StoredWorld, WorldStore
from tests.stores.conftest import Open


def content(store: WorldStore, name: str = "w") -> tuple[int, bytes | None, tuple[bytes, ...]] | None:
    found = store.load(name)
    return None if found is None else (found.seq, found.base, found.records)


def made(store: WorldStore, name: str = "w") -> int:
    """Claim a new world and write its base; return the epoch."""
    epoch = store.claim(name).epoch
    assert store.append([Portion(name, epoch, 0, base=b"base")]) == frozenset()
    return epoch


def test_a_world_that_was_never_written_is_not_there(store: WorldStore) -> None:
    assert store.load("w") is None
    assert store.claim("w") == StoredWorld("w", 1)
    assert store.load("w") is None
    assert store.list() == []


def test_records_come_after_their_base_in_order(store: WorldStore) -> None:
    epoch = made(store)
    store.append([Portion("w", epoch, 0, (b"1", b"2"))])
    store.append([Portion("w", epoch, 2, (b"3",))])
    assert content(store) == (3, b"base", (b"1", b"2", b"3"))


def test_a_base_and_the_records_after_it_are_written_at_once(store: WorldStore) -> None:
    epoch = made(store)
    store.append([Portion("w", epoch, 0, (b"1",))])
    store.append([Portion("w", epoch, 4, (b"5", b"6"), b"new base")])
    assert content(store) == (6, b"new base", (b"5", b"6"))


def test_what_is_sent_twice_is_written_once(store: WorldStore) -> None:
    epoch = made(store)
    portion = Portion("w", epoch, 0, (b"1", b"2"))
    store.append([portion])
    store.append([portion])
    store.append([Portion("w", epoch, 1, (b"2", b"3"))])
    assert content(store) == (3, b"base", (b"1", b"2", b"3"))


def test_a_base_that_is_sent_twice_takes_nothing_away(store: WorldStore) -> None:
    epoch = made(store)
    portion = Portion("w", epoch, 3, (b"4",), b"new base")
    store.append([portion])
    store.append([Portion("w", epoch, 4, (b"5",))])
    store.append([portion])
    assert content(store) == (5, b"new base", (b"4", b"5"))


def test_compacting_keeps_what_came_after(store: WorldStore) -> None:
    epoch = made(store)
    store.append([Portion("w", epoch, 0, (b"1", b"2", b"3"))])
    assert store.compact("w", epoch, 2, b"1 and 2")
    assert content(store) == (3, b"1 and 2", (b"3",))
    store.append([Portion("w", epoch, 3, (b"4",))])
    assert content(store) == (4, b"1 and 2", (b"3", b"4"))


def test_worlds_are_written_in_groups_and_kept_apart(store: WorldStore) -> None:
    first, second = made(store, "a"), made(store, "b")
    assert store.append([Portion("a", first, 0, (b"1",)), Portion("b", second, 0, (b"2",))]) == frozenset()
    assert content(store, "a") == (1, b"base", (b"1",))
    assert content(store, "b") == (1, b"base", (b"2",))


def test_each_claim_raises_the_epoch_and_fences_the_one_before(store: WorldStore) -> None:
    first = made(store)
    second = store.claim("w").epoch
    assert second > first
    assert store.append([Portion("w", first, 0, (b"late",))]) == {"w"}
    assert store.append([Portion("w", second, 0, (b"1",))]) == frozenset()
    assert not store.compact("w", first, 1, b"late")
    assert content(store) == (1, b"base", (b"1",))


def test_of_a_group_only_fenced_worlds_are_refused(store: WorldStore) -> None:
    old, epoch = made(store, "a"), made(store, "b")
    store.claim("a")
    assert store.append([Portion("a", old, 0, (b"late",)), Portion("b", epoch, 0, (b"1",))]) == {"a"}
    assert content(store, "b") == (1, b"base", (b"1",))


def test_a_released_world_is_written_no_more_and_can_be_claimed(store: WorldStore) -> None:
    epoch = made(store)
    store.append([Portion("w", epoch, 0, (b"1",))])
    store.release("w", epoch)
    assert store.append([Portion("w", epoch, 1, (b"late",))]) == {"w"}
    again = store.claim("w")
    assert (again.seq, again.base, again.records) == (1, b"base", (b"1",))
    assert again.epoch > epoch


def test_releasing_with_an_old_epoch_does_nothing(store: WorldStore) -> None:
    old = made(store)
    epoch = store.claim("w").epoch
    store.release("w", old, forget=True)
    assert store.append([Portion("w", epoch, 0, (b"1",))]) == frozenset()


def test_epochs_outlive_a_forgotten_world(store: WorldStore) -> None:
    epoch = made(store)
    store.append([Portion("w", epoch, 0, (b"1",))])
    store.release("w", epoch, forget=True)
    assert content(store) is None
    assert store.list() == []
    again = store.claim("w")
    assert (again.seq, again.base, again.records) == (0, None, ())
    assert again.epoch > epoch


def test_the_list_tells_the_size_and_the_owner(store: WorldStore) -> None:
    epoch = made(store, "b")
    made(store, "a")
    store.append([Portion("b", epoch, 0, (b"123",))])
    store.release("b", epoch)
    rows = store.list()
    assert [(row.name, row.bytes, row.records, row.owner) for row in rows] == [
        ("a", 4, 0, store.process),
        ("b", 7, 1, None),
    ]
    assert all(row.written_at > 1_600_000_000_000 for row in rows)


def test_what_is_stored_outlives_the_process_that_wrote_it(open_store: Open) -> None:
    first = open_store()
    epoch = made(first)
    first.append([Portion("w", epoch, 0, (b"1",))])
    first.close()
    second = open_store()
    found = second.claim("w")
    assert (found.seq, found.base, found.records) == (1, b"base", (b"1",))
    assert found.epoch > epoch


def test_renewing_is_possible_while_the_store_is_there(store: WorldStore) -> None:
    store.renew()
    made(store)
    store.renew()


@pytest.mark.parametrize("open_store", ["memory", "redis"], indirect=True)
def test_a_world_of_a_living_process_is_not_claimed_by_another(open_store: Open) -> None:
    first, second = open_store(), open_store()
    epoch = made(first)
    with pytest.raises(OwnedError, match="w belongs to process") as owned:
        second.claim("w")
    assert owned.value.owner == first.process
    assert second.append([Portion("w", epoch, 0, (b"not mine",))]) == {"w"}
    first.release("w", epoch)
    assert second.claim("w").epoch == epoch + 1


@pytest.mark.parametrize("open_store", ["memory", "redis"], indirect=True)
def test_the_world_of_a_dead_process_is_claimed_and_the_dead_one_fenced(open_store: Open) -> None:
    first, second = open_store(), open_store()
    epoch = made(first)
    first.close()
    assert second.claim("w").epoch == epoch + 1
