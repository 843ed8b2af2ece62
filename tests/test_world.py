"""A world: snapshots, reset, copies, and the number that every change raises."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mockserver.clock import REAL, Clock, ClockState
from mockserver.exchange import Request, Response
from mockserver.journal import Entry
from mockserver.records.effects import ClockSet, Liked, SnapshotTaken
from mockserver.settings import Settings
from mockserver.worlds.world import World
from tests.records import NOON, put, small_records, use

SETTINGS = Settings(journal=10)


@pytest.fixture
def world():
    return World("mine", small_records(), Clock(ClockState("frozen", 1.0, NOON)), SETTINGS)


def stir(world: World) -> None:
    """Change everything that a world remembers."""
    use(world, 2, 42, NOON)
    world.apply(Liked(1, 42, NOON))
    put(world, replace(world.records.offers[1], name="Other"))
    world.clock.set(NOON + 1_000, frozen=False, rate=2)
    world.revision, world.auth = "2019-08", "any"
    world.journal.add(Entry(1, NOON, Request("GET", "/v3/mall", "", {}), Response(200)))


def standing(world: World) -> tuple[object, ...]:
    """Everything that a world remembers, to compare."""
    records = world.records
    return (
        records.offers, records.uses, records.uses_count, records.likes, world.clock.standing(), world.revision,
        world.auth,
    )  # fmt: skip


def test_reset_goes_back_to_the_start_in_everything(world):
    before = standing(world.copy("witness", SETTINGS))
    world.apply(SnapshotTaken("kept", NOON, world.clock.standing()))
    kept = world.snapshots["kept"]
    stir(world)
    assert standing(world) != before
    world.reset()
    assert standing(world) == before
    assert (len(world.journal), world.snapshots) == (0, {"kept": kept})


def test_a_reset_world_can_be_stirred_and_reset_again(world):
    before = standing(world.copy("witness", SETTINGS))
    for _ in range(2):
        stir(world)
        world.reset()
    assert standing(world) == before


def test_a_snapshot_stands_still_while_the_world_goes_on(world):
    stir(world)
    world.clock.set(frozen=True)
    kept, before = world.snapshot(), standing(world.copy("witness", SETTINGS))
    use(world, 2, 42, NOON + 5)
    use(world, 2, 43, NOON + 6)
    world.clock.set(NOON + 61_000)
    world.restore(kept)
    assert standing(world) == before
    use(world, 2, 42, NOON + 7)
    world.restore(kept)
    assert standing(world) == before


def test_the_journal_outlives_a_restored_snapshot(world):
    kept = world.snapshot()
    stir(world)
    world.restore(kept)
    assert len(world.journal) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda world: world.apply(Liked(1, 42, NOON)),
        lambda world: world.apply(ClockSet(REAL)),
        lambda world: world.restore(world.snapshot()),
        lambda world: world.reset(),
    ],
)
def test_every_change_raises_rev(world, change):
    before = world.rev
    change(world)
    assert world.rev > before


def test_a_copy_goes_its_own_way_and_resets_to_the_moment_it_was_copied_at(world):
    stir(world)
    world.clock.set(frozen=True)
    copy = world.copy("copy", SETTINGS)
    assert standing(copy) == standing(world)
    assert len(copy.journal) == 0
    assert copy.secret != world.secret
    before = standing(world)
    stir(copy)
    assert standing(world) == before
    copy.reset()
    assert standing(copy) == before


def test_watchers_are_told_of_changes_until_they_leave(world):
    told: list[int] = []
    leave = world.subscribe(lambda: told.append(world.rev))
    world.apply(ClockSet(REAL))
    leave()
    world.apply(ClockSet(REAL))
    assert told == [world.rev - 1]
