"""What a world was at each moment that its journal still tells of.

A world counts its steps: each effect is one, and each new base (a reset, a restored snapshot, ``PUT state``, a reload). The
number of the last step is its ``position``; the journal notes of each request the position before and after it. What a
world was at a position is made anew from the last base before it and the effects since. Effects that only dropped
exchanges would ask for are applied to the base, in batches, as they are where all of them weigh too much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct, field, msgpack
from msgspec.structs import replace

from mockserver.journal import Journal
from mockserver.limits import HISTORY_OF_A_REQUEST
from mockserver.records.effects import Effect, Liked, SnapshotTaken, Unliked, UseBooked
from mockserver.records.tables import Records
from mockserver.worlds.contents import Contents, Snapshot, contents_of

BATCH = 64
"""Effects that are applied to a base at once: fewer copies of its tables."""
_ROWS_OF_A_BATCH = 128  # a big catalogue is copied less often
_ROW = 60  # bytes of an entry in a table of its own
_BASE = 700  # bytes of a base that shares all tables
_EFFECT = 160  # bytes of an effect besides its written form
_SHORT = 240  # bytes of one that is three numbers
_OF_NUMBERS = frozenset((UseBooked, Liked, Unliked))


class NotKeptError(LookupError):
    """What a world was at a position is not kept; ``first`` is the first position that is."""

    def __init__(self, position: int, first: int) -> None:
        super().__init__(f"what the world was at step {position} is not kept; the first step that is: {first}")
        self.first = first


class Segment(Struct):
    """A base, which stood at the position ``first``, and the effects after it. ``weight`` is what the base takes, in bytes."""

    first: int
    snapshot: Snapshot
    start: Snapshot
    snapshots: dict[str, Snapshot]
    rev: int
    weight: int
    effects: list[Effect] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The last position of which it tells."""
        return self.first + len(self.effects)

    def contents(self, position: int) -> Contents:
        """Return what the world was at a position: new contents."""
        return _carried_out(self._base(over=False), self.between(self.first, position))

    def changes(self, position: int) -> Contents:
        """Return what the world was at a position: contents whose tables have what changed since the base."""
        return _carried_out(self._base(over=True), self.between(self.first, position))

    def between(self, after: int, until: int) -> list[Effect]:
        """Return the effects after one position until another."""
        return self.effects[after - self.first : until - self.first]

    def _base(self, *, over: bool) -> Contents:
        return contents_of(self.snapshot, self.start, self.snapshots, self.rev, over=over)

    def let_go(self, position: int) -> int:
        """Move the base forward to a position; return what that frees, in bytes."""
        made, gone = self.changes(position), self.between(self.first, position)
        self.snapshot = made.snapshot(0, made.clock.setting())
        self.snapshots, self.rev, self.first = made.snapshots, made.rev, position
        del self.effects[: len(gone)]
        return sum(map(_weight, gone))


class History:
    """The history of one world, which tells it of each change. Hold the world's lock, but to read ``position``.

    ``position`` is the number of the last step. It rises once caches know of the step, so that who reads it first and finds
    a cached answer valid then has the answer of that position or a later one.
    """

    __slots__ = ("_journal", "_look_at", "_open", "_replacing", "_segments", "_weight", "_world", "budget", "position")

    def __init__(self, world: Contents, journal: Journal) -> None:
        self._world, self._journal = world, journal
        self.position = 0
        self.budget = max(1_000, journal.size) * HISTORY_OF_A_REQUEST
        self._replacing = False
        self.restart()

    def begins(self, start: Snapshot) -> None:
        """Begin with the start of a world, which is as the world is now."""
        if not self._replacing:
            self.restart()
            self.is_now(start)

    def restart(self) -> None:
        """Forget all that was: the world as it is now is the first that is kept."""
        self._segments: list[Segment] = []
        self._open: Segment | None = (
            None  # where effects are added; None: the world has not changed since its last base
        )
        self._weight = 0
        self._look_at = BATCH

    # -- told by the world

    def about_to_change(self) -> None:
        """Keep the world as it is, before its first change since it was made or replaced."""
        if self._open is None and not self._replacing:
            self._begin(self._world.snapshot(0, self._world.clock.setting()))

    def changed(self, effect: Effect) -> None:
        """Count an effect, and keep it."""
        if self._replacing:
            return
        segment = self._open
        if segment is not None:
            segment.effects.append(effect)
            self._weight += _weight(effect)
            if len(segment.effects) >= self._look_at or self._weight > self.budget:
                self._trim(segment)
        self.position += 1

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Let a block replace the world as a whole, which is one step, whatever the block applies."""
        if self._replacing:
            yield
            return
        self.about_to_change()
        self._replacing = True
        try:
            yield
        finally:
            self._replacing, self._open = False, None
            self.position += 1

    def is_now(self, snapshot: Snapshot) -> None:
        """Take a snapshot for the world as it is now, to which it was just restored: nothing needs to be copied."""
        if not self._replacing:
            self._begin(replace(snapshot, clock=self._world.clock.setting()))

    def forget_the_past(self) -> None:
        """Forget all positions but the present one: the journal was cleared."""
        segment = self._open
        self.restart()
        if segment is not None and not segment.effects:
            self._segments, self._open = [segment], segment

    def _begin(self, snapshot: Snapshot) -> None:
        world = self._world
        known = [*(each.snapshot for each in self._segments[-1:]), world.start]
        records, own = snapshot.records.sharing([each.records for each in known])
        library = next((each.library for each in known if each.library.has_same(snapshot.library)), snapshot.library)
        weight = _BASE + _ROW * own if self._segments else 0
        snapshot = replace(snapshot, records=records, library=library)
        self._open = segment = Segment(self.position, snapshot, world.start, world.snapshots, world.rev, weight)
        self._segments.append(segment)
        self._weight += weight
        self._look_at = BATCH

    # -- bounds

    def _trim(self, segment: Segment) -> None:
        """Let go of what no kept exchange asks for, and of the oldest where all weighs too much."""
        oldest = self._journal.oldest
        needed = self.position - BATCH  # requests that are on their way stand in no journal yet
        if oldest is not None:
            needed = min(needed, oldest.before)
        batch = BATCH + _rows(segment.snapshot.records) // _ROWS_OF_A_BATCH
        if self._weight > self.budget:
            self._let_go(max(needed, self._affordable()))
        elif needed - self._segments[0].first >= batch:
            self._let_go(needed)
        self._look_at = len(segment.effects) + BATCH

    def _affordable(self) -> int:
        """Return the position from which on all steps weigh three quarters of the budget; the newest effect stays."""
        weight = self._weight
        for segment in self._segments:
            for n, effect in enumerate(segment.effects):
                if weight <= self.budget * 3 // 4:
                    return min(segment.first + n, self.position)
                weight -= _weight(effect)
            weight -= segment.weight
        return self.position

    def _let_go(self, needed: int) -> None:
        while len(self._segments) > 1 and self._segments[1].first <= needed:
            gone = self._segments.pop(0)
            self._weight -= sum(map(_weight, gone.effects)) + self._segments[0].weight
            self._segments[0].weight = 0  # one base must be there
        if needed > self._segments[0].first:
            self._weight -= self._segments[0].let_go(needed)

    # -- asked

    @property
    def first(self) -> int:
        """The first position that is kept."""
        return self._segments[0].first if self._segments else self.position

    def contents_at(self, position: int) -> Contents:
        """Return what the world was at a position: new contents, which share records alone with the world's.

        Raise NotKeptError.
        """
        if position == self.position:
            world = self._world
            return contents_of(world.as_snapshot(0, world.clock.setting()), world.start, world.snapshots, world.rev)
        return self._segment(position).contents(position)

    def two(self, one: int, other: int) -> tuple[Contents, Contents]:
        """Return what the world was at two positions, as changes over what they have in common.

        The later one is made of the earlier one, so that their difference costs no more than their effects. Raise NotKeptError.
        """
        self.about_to_change()  # so that there is a base that stays as it is
        early, late = sorted((one, other))
        before, after = self._segment(early), self._segment(late)
        first = before.changes(early)
        if before is after:
            second = contents_of(first.as_snapshot(0, first.clock.setting()), first.start, {}, first.rev, over=True)
            _carried_out(second, before.between(early, late))
        else:
            second = after.changes(late)
        return (first, second) if one <= other else (second, first)

    def taken_at(self, name: str, snapshot: Snapshot) -> int | None:
        """Return the position at which a named snapshot was taken, or None if that is not kept."""
        for segment in reversed(self._segments):
            for n, effect in enumerate(reversed(segment.effects)):
                if isinstance(effect, SnapshotTaken) and effect.name == name and effect.clock is snapshot.clock:
                    return segment.last - n
        return None

    def _segment(self, position: int) -> Segment:
        for segment in self._segments:
            if segment.first <= position <= segment.last:
                return segment
        raise NotKeptError(position, self.first)

    def steps(self, after: int, until: int) -> Iterator[tuple[int, Effect | None]]:
        """Return the steps after one position until another, each with its own; None is a new base. Raise NotKeptError."""
        if after < self.first or until > self.position:
            raise NotKeptError(after if after < self.first else until, self.first)
        known = {segment.first + n: effect for segment in self._segments for n, effect in enumerate(segment.effects, 1)}
        return ((position, known.get(position)) for position in range(after + 1, until + 1))


def _carried_out(made: Contents, effects: Iterable[Effect]) -> Contents:
    for effect in effects:
        made.carry_out(effect)
    return made


def _weight(effect: Effect) -> int:
    """Return about how many bytes an effect takes in memory, with what it alone refers to."""
    return _SHORT if type(effect) in _OF_NUMBERS else _EFFECT + 2 * len(msgpack.encode(effect))


def _rows(records: Records) -> int:
    return len(records.offers) + len(records.members) + len(records.uses)
