"""A base, with the effects that come after it, makes the same world again, whatever has happened."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mockserver.records.effects import Effect
from mockserver.records.tables import Undo
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.worlds.base import (
    FORMAT,
    UnreadableError,
    base_of,
    read_base,
    read_effect,
    world_of,
    write_base,
    write_effect,
)
from mockserver.worlds.world import World
from mockserver.worlds.worlds import Worlds
from tests.fast.sequences import Sequence
from tests.records import NOON, small_records
from tests.test_effects import EFFECTS, standing, stood


class Keeper:
    """Keeps what a store would: the last base, and the effects since."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rebased()

    def applied(self, effect: Effect) -> None:
        self.effects.append(write_effect(effect))

    def rebased(self) -> None:
        self.base = write_base(base_of(self.world))
        self.effects: list[bytes] = []

    def again(self) -> World:
        """Make the world anew from what was kept."""
        base = read_base(self.base)
        made = world_of(base, Settings(), self.world.library)
        for effect in self.effects:
            made.apply(read_effect(effect))
        return made


def everything(world: World) -> dict[str, Any]:
    """All that a world is, its start too, to compare."""
    return standing(world) | {
        "name": world.name,
        "secret": world.secret,
        "made_at": world.made_at,
        "seed": world.seed,
        "start": (world.start.taken_at, stood(world.start)),
    }


@pytest.mark.parametrize("seed", range(30))
def test_a_base_and_the_effects_since_make_the_same_world(seed: int) -> None:
    sequence = Sequence(seed)
    keeper = Keeper(sequence.world)
    sequence.world.observers = (*sequence.world.observers, keeper)
    for _ in range(40):
        sequence.step()
    again = keeper.again()
    assert everything(again) == everything(sequence.world), sequence.log
    assert behaviour(again) == behaviour(sequence.world), sequence.log


def behaviour(world: World) -> list[Any]:
    """What the rules decide next, and how the world stands when it has been reset."""
    facts = [Facts("like_offer", "PUT", "/v3/x", "infinity-mall", n % 4, 42, now=world.clock.now()) for n in range(20)]
    once = tuple(world.library.get(name) for name in ("flaky", "limited"))
    decided = [world.decide(each, once) for each in facts]
    world.reset()
    return [decided, everything(world)]


def test_after_each_effect_a_base_makes_the_same_world() -> None:
    world = Worlds(small_records, Settings(clock="2019-03-13T12:00:00Z", freeze=True)).get("default")
    for effect in EFFECTS:
        world.apply(effect)
        again = world_of(read_base(write_base(base_of(world))), Settings(), Library())
        assert everything(again) == everything(world), effect


@pytest.mark.parametrize("seed", range(100, 120))
def test_effects_undone_in_reverse_make_the_base(seed: int) -> None:
    sequence = Sequence(seed)
    world = sequence.world
    undos: list[Undo] = []
    base = everything(world)

    class Undoing:
        """Forgets what cannot be undone: what came before a new base."""

        def applied(self, _effect: Effect) -> None:
            pass

        def rebased(self) -> None:
            nonlocal base
            base = everything(world)
            undos.clear()

    world.observers = (*world.observers, Undoing())
    for _ in range(40):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(World, "apply", lambda self, effect: _noted(undos, APPLY(self, effect), mine=self is world))
            sequence.step()
    world.observers = world.observers[:-1]
    for undo in reversed(undos):
        undo()
    assert everything(world) == base, sequence.log


APPLY = World.apply


def _noted(undos: list[Undo], undo: Undo, *, mine: bool) -> Undo:
    if mine:
        undos.append(undo)
    return undo


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: type(effect).__name__)
def test_an_effect_is_read_as_it_was_written(effect: Effect) -> None:
    assert read_effect(write_effect(effect)) == effect


def test_a_running_clock_goes_on_wherever_its_base_is_read() -> None:
    worlds = Worlds(small_records, Settings())
    world = worlds.get("default")
    world.clock.set(NOON, rate=2)
    again = world_of(read_base(write_base(base_of(world))), Settings(), world.library)
    assert again.clock.setting() == world.clock.setting()
    assert again.clock.setting().shown() >= NOON


def test_the_world_that_was_read_shares_nothing_with_the_one_that_was_written() -> None:
    sequence = Sequence(3)
    before = everything(sequence.world)
    again = world_of(base_of(sequence.world), Settings(), sequence.world.library)
    for effect in EFFECTS:
        again.apply(effect)
    assert everything(sequence.world) == before


def test_what_standings_share_is_written_once() -> None:
    world = Worlds(small_records, Settings()).get("default")
    alone = len(write_base(base_of(world)))
    for name in "abc":
        world.snapshots[name] = world.snapshot()
    assert len(write_base(base_of(world))) < 2 * alone


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no world that can be read"),
        (b"\xff\xff", "no world that can be read"),
        (msgspec.msgpack.encode({"format": FORMAT}), "no world that can be read"),
        (msgspec.msgpack.encode({"format": FORMAT + 1}), f"a world of format {FORMAT + 1}; this version reads"),
    ],
)
def test_what_is_no_base_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        read_base(data)


def test_a_base_that_contradicts_itself_is_refused() -> None:
    world = Worlds(small_records, Settings()).get("default")
    base = msgspec.structs.replace(base_of(world), records=())
    with pytest.raises(UnreadableError, match="contradicts itself"):
        world_of(base, Settings(), world.library)


@pytest.mark.parametrize("data", [b"", b"x", msgspec.msgpack.encode({"effect": "Unheard"})])
def test_what_is_no_effect_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="no effect that can be read"):
        read_effect(data)
