"""The one thread that stores: it takes what the keepers of all worlds have, and lets answers go once all is stored."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from msgspec import Struct

from mockserver.clock import stopwatch
from mockserver.exchange import Response
from mockserver.stores.keeper import Unit, WorldKeeper, refuse
from mockserver.stores.store import Portion, StoreError, WorldStore

AGAIN_AFTER = 0.05  # seconds after which a store is tried again that could not be reached
EVERY = 0.05  # seconds between two looks for rows of reads
PROBE_EVERY = 20  # looks between two tries of a store that refused
FENCED = "another process answers for this world now"
Result = TypeVar("Result")
Send = Callable[[], None]


class Ready(Struct):
    """An answer that may leave once its worlds are stored: ``marks`` are keepers, and how often each had failed by then."""

    marks: tuple[tuple[WorldKeeper, int], ...]
    response: Response
    send: Send


class StoreWriter:
    """Stores in groups: what has come while one group was written is the next.

    ``dirty`` are the keepers with something new by name, ``committing`` those whose worlds are being written: where both are
    empty, everything is stored. ``failing`` says why the last group was refused; ``failures`` counts refused groups.
    ``lost`` is called with a world that has to be forgotten.
    """

    def __init__(self, store: WorldStore, lost: Callable[[WorldKeeper], None]) -> None:
        self.store = store
        self.dirty: dict[str, WorldKeeper] = {}
        self.committing: dict[str, WorldKeeper] = {}
        self.failing: str | None = None
        self.failures = 0
        self._keepers: dict[str, WorldKeeper] = {}
        self._lost = lost
        self._messages: SimpleQueue[Ready | Callable[[], None] | None] = SimpleQueue()
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True)
            for name, run in (("store", self._run), ("store-sweep", self._sweep))
        ]
        for thread in self._threads:
            thread.start()

    # -- from other threads

    def keep(self, keeper: WorldKeeper) -> None:
        """Store a world's changes from now on."""
        self._keepers[keeper.world.name] = keeper

    def leave(self, marks: tuple[tuple[WorldKeeper, int], ...], response: Response, send: Send) -> None:
        """Have ``send`` called once all that these keepers have sealed is stored; where it is not, the response says so."""
        self._messages.put(Ready(marks, response, send))

    def give_up(self, name: str) -> WorldKeeper | None:
        """Store nothing of a world any more, as another process may own it; call it on the writer's thread."""
        keeper = self._keepers.pop(name, None)
        if keeper is not None:
            with keeper.world.lock:
                keeper.gone = True
                keeper.failed += 1
            self.failures += 1
        return keeper

    def do(self, function: Callable[[], Result]) -> Result:
        """Call a function on the writer's thread; return its result. Raise its exception."""
        done: Future[Result] = Future()

        def call() -> None:
            try:
                done.set_result(function())
            except BaseException as problem:
                done.set_exception(problem)

        self._messages.put(call)
        return done.result()

    def flush(self, keeper: WorldKeeper, *, last: bool = False) -> None:
        """Store all that a world has, and wait for it; after the ``last`` time nothing more is kept of this world."""
        keeper.sweep(last=last)
        keeper.seal()
        self.do(lambda: self._store([keeper]))
        if last and self._keepers.get(keeper.world.name) is keeper:
            del self._keepers[keeper.world.name]

    def close(self) -> None:
        """Store everything, then stop."""
        for keeper in list(self._keepers.values()):
            self.flush(keeper, last=True)
        self._stopped.set()
        self._messages.put(None)
        self._threads[0].join()
        self.store.close()

    # -- on the threads

    def _sweep(self) -> None:
        looks = 0
        while not self._stopped.wait(EVERY):
            looks += 1
            if self.failing is not None:
                if looks % PROBE_EVERY == 0:
                    self._messages.put(self._probe)
                continue
            try:
                for keeper in list(self._keepers.values()):
                    keeper.sweep()
                due = [keeper for keeper in list(self.dirty.values()) if keeper.seal()]
            except Exception:
                traceback.print_exc()
                continue
            if due:
                self._messages.put(lambda due=due: self._store(due))  # type: ignore[misc]

    def _probe(self) -> None:
        try:
            self.store.renew()
        except StoreError as problem:
            self.failing = str(problem)
        else:
            self.failing = None

    def _run(self) -> None:
        messages = self._messages
        while True:
            got = [messages.get()]
            try:
                while True:
                    got.append(messages.get_nowait())
            except Empty:
                pass
            try:
                self._carry_out([each for each in got if isinstance(each, Ready)])
                for each in got:
                    if callable(each):
                        each()
            except Exception:
                traceback.print_exc()
            if None in got:
                return

    def _carry_out(self, ready: list[Ready]) -> None:
        if not ready:
            return
        self._store({id(keeper): keeper for each in ready for keeper, _ in each.marks}.values())
        for each in ready:
            if any(keeper.failed != failed for keeper, failed in each.marks):
                refuse(each.response, self.failing or FENCED)
            try:
                each.send()
            except Exception:  # the client has left
                traceback.print_exc()

    def _store(self, keepers: Any) -> None:
        """Store what these keepers have sealed, as one group."""
        taken: list[tuple[WorldKeeper, list[Unit], Portion]] = []
        for keeper in keepers:
            name = keeper.world.name
            self.committing[name] = keeper
            if self.dirty.get(name) is keeper:
                del self.dirty[name]
            units = keeper.take()
            if units:
                taken.append((keeper, units, keeper.portion(units)))
        try:
            if taken:
                self._append(taken)
        finally:
            for keeper in keepers:
                if keeper.pending:  # of a request that goes on
                    self.dirty[keeper.world.name] = keeper
                self.committing.pop(keeper.world.name, None)

    def _append(self, taken: list[tuple[WorldKeeper, list[Unit], Portion]]) -> None:
        try:
            fenced = self._append_in_time([portion for _, _, portion in taken])
        except StoreError as problem:
            self.failing = str(problem)
            for keeper, units, _ in taken:  # where it is not known what was written, the store alone can tell
                self._refused(keeper, units, self.failing, forget=not self.store.atomic)
            return
        self.failing = None
        for keeper, units, portion in taken:
            if portion.name in fenced:
                self._refused(keeper, units, FENCED, forget=True)
            else:
                keeper.stored(portion)

    def _append_in_time(self, portions: list[Portion]) -> frozenset[str]:
        """Append, again and again for as long as the lease may last where it is not known what became of it."""
        until = stopwatch() + (0 if self.store.atomic else int((self.store.lease or 0) * 1e9))
        while True:
            try:
                return self.store.append(portions)
            except StoreError:
                if stopwatch() > until or self._stopped.wait(AGAIN_AFTER):
                    raise

    def _refused(self, keeper: WorldKeeper, units: list[Unit], reason: str, *, forget: bool = False) -> None:
        self.failures += 1
        if not keeper.undo(units, reason) or forget:
            keeper.gone = True
            self._keepers.pop(keeper.world.name, None)
            self._lost(keeper)
