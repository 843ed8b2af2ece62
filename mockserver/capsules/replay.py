"""Carries the requests of a capsule out again, in process and without a port, and compares the answers.

Each request comes at its recorded instant, and sees the changes that it saw. Delays are not waited for, and a request that was
held at a barrier is carried out when it was, by the rules as they decided when it arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct, field, to_builtins
from msgspec.structs import replace as replaced

from mockserver import __version__
from mockserver.api import layers
from mockserver.api.context import RequestContext
from mockserver.api.handle import LAYERS, handle, surrounded
from mockserver.api.rules import facts_of
from mockserver.api.runtime import Runtime
from mockserver.api.why import explain
from mockserver.capsules.answers import AnswerDifference, PlaceholderAnswer, answer_of, differences, read_answer
from mockserver.capsules.model import Blobs, Capsule, Change, RecordedAnswer, RecordedRequest
from mockserver.capsules.standing import Standing
from mockserver.clock import ClockState
from mockserver.exchange import Note, Request, Response
from mockserver.headers import SentHeaders
from mockserver.journal.entry import Entry
from mockserver.journal.redaction import Redactor
from mockserver.records.effects import Effect, RulesCounted
from mockserver.records.tables import Records
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.worlds.base import Base, write_base, write_effect
from mockserver.worlds.worlds import Worlds

_PLAIN = Redactor(None, "none")
MakeRuntime = Callable[[Settings, Worlds], Runtime]


class Replayed(Struct):
    """One request carried out again.

    ``entry`` is the exchange as a journal has it. It saw ``saw`` changes and made ``made``. ``skipped`` says why it was not
    carried out.
    """

    number: int
    recorded: RecordedRequest
    saw: int = 0
    answer: PlaceholderAnswer | None = None
    differences: list[AnswerDifference] = field(default_factory=list)
    entry: Entry | None = None
    made: list[Change] = field(default_factory=list)
    skipped: str | None = None

    @property
    def same(self) -> bool:
        """Whether it was answered as before."""
        return not self.differences

    @property
    def why(self) -> dict[str, Any]:
        """Why it was answered so, as the journal explains it."""
        return {} if self.entry is None else explain(self.entry, _PLAIN)


def replay(capsule: Capsule, make: MakeRuntime) -> Iterator[Replayed]:
    """Carry out the requests one after the other, in the order in which they were. Raise BadCapsuleError.

    ``make`` makes the mock of settings and worlds (``Mock``).
    """
    yield from _replayed(capsule, _Player(capsule, make))


def _replayed(capsule: Capsule, player: _Player) -> Iterator[Replayed]:
    numbered = list(enumerate(capsule.requests, 1))
    moments = [(each.saw, 1, number, each) for number, each in numbered]
    moments += [(each.arrived.saw, 0, number, each) for number, each in numbered if each.arrived is not None]
    for saw, is_turn, number, recorded in sorted(moments, key=lambda moment: moment[:3]):
        player.standing.follow(saw)
        if is_turn:
            yield player.carry_out(number, recorded)
        else:
            player.let_arrive(number, recorded)


class _Player:
    """Carries out requests in a world of their own."""

    def __init__(self, capsule: Capsule, make: MakeRuntime) -> None:
        self._capsule = capsule
        around = capsule.surroundings
        settings = Settings(
            strict=around.strict,
            cors=around.cors,
            max_body=around.max_body,
            world_domain=around.world_domain,
            journal=1,
        )
        worlds = Worlds(lambda _: Records(), settings, Library())
        self.standing = Standing(capsule, settings, worlds.place)
        self._mock = make(settings, worlds)
        self._mock.cache = self._mock.gate = None  # they hold by a clock that only goes on
        self._held: dict[int, _Turn] = {}
        self.arrived: dict[int, int] = {}
        self._now, self._real = 0, 0
        around_it: list[layers.Layer] = []
        for layer in LAYERS:
            around_it += [self._decide, layer] if layer is layers.scenarios else [layer]
            around_it += [self._at_its_instant] if layer is layers.overrides else []
        self._respond = surrounded(tuple(around_it), handle)

    # -- layers

    def _at_its_instant(self, ctx: RequestContext, proceed: layers.Handler) -> Response:
        """Let the request see the instant that it saw."""
        ctx.now = self._now
        return proceed(ctx)

    def _decide(self, ctx: RequestContext, proceed: layers.Handler) -> Response:
        """Let the rules decide as of the real time that they saw, by which some of them limit rates."""
        if ctx.verdict is None and (ctx.scenarios or not ctx.world.engine.idle):
            ctx.verdict = ctx.world.decide(replaced(facts_of(ctx), real=self._real), ctx.scenarios)
        return proceed(ctx)

    # -- requests

    def let_arrive(self, number: int, recorded: RecordedRequest) -> None:
        """Let a request come that was held: its rules decide, and no more is done."""
        arrived, standing = recorded.arrived, self.standing
        if arrived is None or recorded.shed:
            return
        self._now, self._real = arrived.at, self._real_of(recorded, arrived.saw)
        self.arrived[number] = len(standing.seen)
        self._held[number] = turn = self._turn(RequestContext(self._mock, self._request(recorded)))
        counted = self._capsule.changes[arrived.saw : arrived.saw + 1]
        standing.instead(arrived.saw + sum(isinstance(each, RulesCounted) for each in counted), turn.made)

    def carry_out(self, number: int, recorded: RecordedRequest) -> Replayed:
        """Carry out a request, and compare."""
        standing, changes = self.standing, self._capsule.changes
        until = recorded.saw + recorded.made
        if recorded.shed:
            saw = len(standing.seen)
            standing.follow(until)
            return Replayed(
                number,
                recorded,
                saw,
                made=changes[recorded.saw : until],
                skipped="its body was no longer kept when the capsule was saved",
            )
        self._now, self._real = recorded.at, self._real_of(recorded, recorded.saw)
        ctx = RequestContext(self._mock, self._request(recorded))
        first = self._held.pop(number, None)
        if first is not None and first.entry is None:
            waits = (Note("barrier", "", "was held"),) * (recorded.arrived.times if recorded.arrived else 1)
            ctx = RequestContext(
                self._mock, ctx.request, None, standing.world, first.ctx.below, verdict=first.ctx.verdict, waits=waits,
                notes=list(waits),
            )  # fmt: skip
        saw, turn = len(standing.seen), self._turn(ctx)
        standing.instead(until, turn.made)
        found = Replayed(number, recorded, saw, entry=turn.entry, made=turn.made)
        before = read_answer(recorded.answer, self._capsule.blobs.get(recorded.answer.body))
        if turn.entry is None:
            what = turn.failed or ("it is held at a barrier" if ctx.held else "it reaches no world")
            found.differences = [AnswerDifference("status", before.status, what)]
            return found
        found.answer = answer_of(ctx.request, turn.entry.response, standing.world.name)
        made = _in_changes(changes[recorded.saw : until], turn.made)
        found.differences = [*differences(before, found.answer), *made]
        return found

    def _turn(self, ctx: RequestContext) -> _Turn:
        """Carry out a request at its instant."""
        world, turn = self.standing.world, _Turn(ctx)
        clock = world.clock.setting()
        world.clock.take(ClockState("frozen", now=self._now))
        world.observers = (*world.observers, turn)
        try:
            response = self._respond(ctx)
            while response.work is not None:
                response = response.work()
            turn.entry = ctx.entry
        except Exception as problem:  # what the server answers by 500
            turn.failed = f"a defect of the mock: {type(problem).__name__}: {problem}"
        finally:
            world.observers = tuple(each for each in world.observers if each is not turn)
            world.clock.take(clock)
        return turn

    def _request(self, recorded: RecordedRequest) -> Request:
        return Request(
            recorded.method, recorded.path, recorded.query, SentHeaders(recorded.headers),
            self._capsule.blobs.get(recorded.body), recorded.scheme, recorded.host, oversized=recorded.oversized,
            broken=recorded.broken, raw_path=recorded.raw_path, prefix=recorded.prefix,
        )  # fmt: skip

    def _real_of(self, recorded: RecordedRequest, saw: int) -> int:
        """Return the real time by which a rate was limited then, as the count says; else when the request was written down."""
        counted = self._capsule.changes[saw : saw + 1]
        counts = counted[0].counts if counted and isinstance(counted[0], RulesCounted) else ()
        limited = [each.now for each in counts if each.since is not None]
        by_real_time = [now for now in limited if now != recorded.at]
        return (by_real_time or limited or [recorded.real_at])[0]


class _Turn:
    """A request that was carried out: what it changed, and its exchange or, without one, what it broke."""

    def __init__(self, ctx: RequestContext) -> None:
        self.ctx = ctx
        self.made: list[Change] = []
        self.entry: Entry | None = None
        self.failed: str | None = None

    def applied(self, effect: Effect) -> None:
        """Note an effect, as an observer of the world."""
        self.made.append(effect)

    def rebased(self) -> None:
        """Note nothing: no request makes a new base."""


def _in_changes(before: list[Change], after: list[Change]) -> Iterator[AnswerDifference]:
    """Give the first change of the world that a request made before and makes otherwise now."""
    for place in range(max(len(before), len(after))):
        old, new = (each[place] if place < len(each) else None for each in (before, after))
        if old is None or new is None or _written(old) != _written(new):
            yield AnswerDifference(
                f"changes[{place}]", *(None if each is None else to_builtins(each) for each in (old, new))
            )
            return


def accepted(capsule: Capsule, make: MakeRuntime) -> Capsule:
    """Return a capsule with the answers and changes of now in place of those it has. Raise BadCapsuleError."""
    player = _Player(capsule, make)
    requests = {each.number: each for each in _replayed(capsule, player)}
    player.standing.follow(len(capsule.changes))
    blobs = capsule.blobs
    taken = [_accepted(requests[number], player.arrived.get(number), blobs) for number in sorted(requests)]
    return Capsule(
        __version__,
        capsule.saved_at,
        capsule.surroundings,
        capsule.base,
        player.standing.seen,
        taken,
        blobs,
        capsule.earlier,
    )


def _accepted(found: Replayed, arrived: int | None, blobs: Blobs) -> RecordedRequest:
    recorded, answer = found.recorded, found.answer
    if recorded.arrived is not None and arrived is not None:
        recorded = replaced(recorded, arrived=replaced(recorded.arrived, saw=arrived))
    recorded = replaced(recorded, saw=found.saw, made=len(found.made))
    if answer is None:  # it was not carried out
        return recorded
    body = blobs.add(answer.body) if answer.body else None
    written = RecordedAnswer(answer.status, answer.headers, body, answer.picture, answer.fault)
    return replaced(recorded, answer=written, why=found.why)


def _written(change: Change) -> bytes:
    return write_base(change) if isinstance(change, Base) else write_effect(change)
