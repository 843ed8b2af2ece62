"""What a world was at each request that its journal tells of, whatever has happened since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.domain.model import Event
from mockserver.limits import HISTORY_OF_A_REQUEST
from mockserver.records.effects import Effect, EventsAdded, JournalCleared, RecordsPut, SnapshotTaken, UseBooked
from mockserver.settings import Settings
from mockserver.sources.reload import SourceData, bring_up_to_date
from mockserver.worlds.base import Base, base_and_steps, base_of, read_base, world_of, write_base
from mockserver.worlds.history import BATCH, NotKeptError
from mockserver.worlds.world import World
from mockserver.worlds.worlds import Worlds
from tests.fast.sequences import Sequence, records_at
from tests.journal.exchanges import exchange
from tests.records import NOON, offer, small_records, use
from tests.test_base import everything

SETTINGS = Settings()


class Recorder:
    """Keeps a copy of all that a world is, at every position."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stood = {world.history.position: everything(world)}
        world.observers = (*world.observers, self)

    def applied(self, _effect: Effect) -> None:
        self.rebased()

    def rebased(self) -> None:
        self.stood[self.world.history.position + 1] = everything(self.world)


class Walk(Sequence):
    """A random sequence that takes up changed files, too."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.files = SourceData(records_at, self.worlds.library)
        self.recorder = Recorder(self.world)

    def step(self) -> None:
        if self.chance.random() < 0.03:
            self.reload()
        super().step()

    def do(self, moves: dict[str, Callable[[], Any]]) -> None:
        if self.chance.random() < 0.8:  # a reset leaves no request to go back to
            moves.pop("reset", None)
        super().do(moves)

    def reload(self) -> None:
        """Take up files in which an offer has another name, and a scenario other rules."""
        name, library = f"File {self.chance.randrange(1_000)}", self.files.library.copy()
        wanted = {"chance": 0.3, "then": {"delay": f"{self.chance.randrange(9)}ms"}}
        library.put("flaky", {"rules": [wanted]})

        def records(now: int) -> Any:
            made = records_at(now)
            made.put(replace(made.offers[1], name=name))
            return made

        after = SourceData(records, library)
        bring_up_to_date(self.world, self.files, after)
        self.files = after
        self.log.append(f"reload {name}")


@pytest.mark.parametrize("seed", range(12))
def test_the_world_at_each_request_is_what_a_copy_taken_then_is(seed: int) -> None:
    walk = Walk(seed)
    while len(walk.world.journal) < 100:
        walk.step()
    stood = walk.recorder.stood
    entries = walk.world.journal.newest_first()
    for entry in entries:
        for position in {entry.before, entry.after}:
            assert everything(walk.world.at(position, SETTINGS)) == stood[position], (walk.log, entry.id)
    assert everything(walk.world) == stood[walk.world.history.position]


@pytest.mark.parametrize("seed", range(40, 44))
def test_steps_make_the_worlds_between_two_requests(seed: int) -> None:
    walk = Walk(seed)
    while len(walk.world.journal) < 60:
        walk.step()
    entries = walk.world.journal.newest_first()
    first, last = entries[-1].before, entries[0].after
    base, steps = base_and_steps(walk.world, first, last, SETTINGS)
    made = world_of(read_base(write_base(base)), SETTINGS, walk.world.library)
    assert everything(made) == walk.recorder.stood[first]
    for position, step in steps:
        if isinstance(step, Base):
            made = world_of(step, SETTINGS, walk.world.library)
        else:
            made.apply(step)
        assert everything(made) == walk.recorder.stood[position], walk.log
    assert base_of(made) == base_of(walk.world.at(last, SETTINGS))


@pytest.fixture
def world() -> World:
    return Worlds(small_records, Settings(clock="2019-03-13T12:00:00Z", freeze=True, journal=100)).get("default")


def asked(world: World, *effects: Effect) -> None:
    """A request with some effects, as the journal's layer writes it down."""
    before = world.history.position
    for effect in effects:
        world.apply(effect)
    world.journal.add(replace(exchange(0), before=before, after=world.history.position))


def test_dropped_exchanges_let_go_of_their_effects(world: World) -> None:
    recorder = Recorder(world)
    for n in range(1_000):
        asked(world, UseBooked(1, 42, NOON + n))
    history, entries = world.history, world.journal.newest_first()
    assert 0 <= entries[-1].before - history.first <= 2 * BATCH
    for entry in entries:
        assert everything(world.at(entry.after, SETTINGS)) == recorder.stood[entry.after]
    with pytest.raises(NotKeptError, match=f"step 3 is not kept; the first step that is: {history.first}") as raised:
        world.at(3, SETTINGS)
    assert raised.value.first == history.first
    with pytest.raises(NotKeptError):
        world.at(history.position + 1, SETTINGS)


def test_changes_that_weigh_too_much_let_go_of_the_oldest(world: World) -> None:
    recorder = Recorder(world)
    event = Event(kind="seen", club="mall", offer_id=1, member_id=42, created_at=NOON, recorded_at=NOON)
    large = EventsAdded((event,) * 1_000)
    for _ in range(60):
        asked(world, large)
    assert world.history.budget == 1_000 * HISTORY_OF_A_REQUEST
    first = world.history.first
    assert 0 < first < world.history.position
    assert everything(world.at(first, SETTINGS)) == recorder.stood[first]
    picture = RecordsPut((replace(offer(1), description="x" * 2 * world.history.budget),))
    asked(world, picture)
    newest = world.journal.newest_first()[0]
    assert everything(world.at(newest.before, SETTINGS)) == recorder.stood[newest.before]
    assert everything(world.at(newest.after, SETTINGS)) == recorder.stood[newest.after]


def test_many_new_bases_weigh_no_more_than_the_budget(world: World) -> None:
    recorder = Recorder(world)
    for n in range(3_000):
        use(world, 1, 42, NOON + n)
        world.replace_records(world.records.copy())
    for position in range(world.history.first, world.history.position + 1):
        assert everything(world.at(position, SETTINGS)) == recorder.stood[position]
    assert world.history.first > 0


def test_a_world_whose_journal_keeps_nothing_keeps_few_changes() -> None:
    world = Worlds(small_records, Settings(journal=0)).get("default")
    for n in range(1_000):
        asked(world, UseBooked(1, 42, NOON + n))
    assert world.history.position - world.history.first <= 2 * BATCH + 1


def test_clearing_the_journal_and_resetting_forget_the_past(world: World) -> None:
    asked(world, UseBooked(1, 42, NOON))
    world.apply(JournalCleared())
    assert world.history.first == world.history.position
    asked(world, UseBooked(1, 42, NOON))
    world.reset()
    assert world.history.first == world.history.position
    stood = everything(world)
    asked(world, UseBooked(1, 42, NOON))
    assert everything(world.at(world.journal.newest_first()[0].before, SETTINGS)) == stood


def test_what_is_undone_is_a_step_of_its_own(world: World) -> None:
    recorder = Recorder(world)
    asked(world)
    undos = [world.apply(UseBooked(1, 42, NOON + n)) for n in range(3)]
    for undo in reversed(undos):
        undo()
    use(world, 2, 42, NOON)
    assert world.history.position == 7
    for position in range(8):
        assert everything(world.at(position, SETTINGS)) == recorder.stood[position]


def test_a_world_of_the_past_is_nobody_elses(world: World) -> None:
    asked(world, SnapshotTaken("a", NOON, world.clock.setting()), UseBooked(1, 42, NOON))
    then, position = everything(world), world.history.position
    past = world.at(position, SETTINGS)
    for n in range(3):
        use(past, 1, 42, NOON + n)
        use(world, 1, 42, NOON + 10 * n)
    assert everything(world.at(position, SETTINGS)) == then
    past.reset()
    assert everything(world.at(position, SETTINGS)) == then
