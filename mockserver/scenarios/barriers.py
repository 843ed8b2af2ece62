"""The barriers of one world: requests wait for each other, and continue one after the other.

A host waits for a held request by ``Wait`` (``exchange.py``): it calls ``poll`` when it is woken, and the request whose turn
it is is handled on that host's thread. The next one's turn comes when that response has been delivered. Nothing waits while
holding the world's lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from mockserver.clock import stopwatch
from mockserver.exchange import Note, Response, Wait
from mockserver.limits import HOLD_TIMEOUT
from mockserver.records.effects import (
    Effect,
    RuleAdded,
    RuleRemoved,
    RulesCleared,
    ScenarioActivated,
    ScenarioDeactivated,
)
from mockserver.scenarios.actions.hold import WaitAtBarrier
from mockserver.scenarios.barrier import MS, Barrier, Because, HeldRequest, Hold
from mockserver.scenarios.model import Rule

_OF_RULES = (RuleAdded, RuleRemoved, RulesCleared, ScenarioActivated, ScenarioDeactivated)


class Barriers:
    """All barriers of a world by name. ``rules`` are its active rules. Safe to call from many threads."""

    def __init__(self, rules: Callable[[], Iterable[Rule]]) -> None:
        self._rules = rules
        self._lock = threading.RLock()
        self._barriers: dict[str, Barrier] = {}
        self._subscribers: tuple[Callable[[], None], ...] = ()

    # -- arriving and going

    def arrive(self, hold: Hold, about: dict[str, Any], run: Callable[[Note], Response]) -> HeldRequest:
        """Hold a request; the one that completes the barrier releases all. Call it with the world's lock held."""
        with self._lock:
            barrier = self._barriers.setdefault(hold.barrier, Barrier())
            barrier.arrived += 1
            held = HeldRequest(barrier.arrived, hold, about, run, stopwatch())
            barrier.held[held.number] = held
            if any(each is hold for _, each in self._holds()):
                barrier.listed[id(hold)] = hold
            if hold.until is not None and len(barrier.held) >= hold.until:
                barrier.release("until", hold.order(barrier.held, barrier.releases + 1))
        self._told()
        return held

    def waiting(self, held: HeldRequest) -> Response:
        """Return the response with which a host waits until it is the request's turn, or the barrier's time is up."""
        with self._lock:
            first = next((each.since for each in self._at(held).held.values()), held.since)
        left = max(0, held.hold.timeout_ms - (stopwatch() - first) // MS)
        return self._waiting(held, left, partial(self._expired, held))

    def _waiting(self, held: HeldRequest, timeout_ms: int, expired: Callable[[], Response]) -> Response:
        def subscribe(wake: Callable[[], None]) -> Callable[[], None]:
            held.wake = wake
            return lambda: None

        return Response(200, wait=Wait(partial(self._take, held), expired, timeout_ms, subscribe, stays=True))

    def release(self, name: str, order: Sequence[int] | None = None) -> list[int]:
        """Release the waiting requests with these numbers, or all as their rule says; return them in the order of their turns."""
        with self._lock:
            barrier = self._barriers.get(name, Barrier())
            if order is None and barrier.held:
                order = next(iter(barrier.held.values())).hold.order(barrier.held, barrier.releases + 1)
            order = [number for number in order or () if number in barrier.held]
            if order:
                barrier.release("release", order)
        self._told()
        return order

    def free(self, because: Because) -> None:
        """Release all requests in order of arrival, and reset the barriers' numbers."""
        with self._lock:
            for barrier in self._barriers.values():
                if barrier.held:
                    barrier.release(because, sorted(barrier.held))
        self._told()

    def carry_out(self, because: Because) -> None:
        """Release all requests in order of arrival, and handle them on this thread; their hosts deliver the responses."""
        self.free(because)
        with self._lock:
            waiting = [held for barrier in self._barriers.values() for held in barrier.queue]
        for held in waiting:
            self._carry_out(held)
        with self._lock:
            self._barriers = {name: barrier for name, barrier in self._barriers.items() if barrier.queue}

    # -- as an observer of the world

    def applied(self, effect: Effect) -> None:
        """Release the requests at the barrier of a removed rule."""
        if isinstance(effect, _OF_RULES):
            self._forget_rules()

    def rebased(self) -> None:
        """Do the same when the whole state of the world was replaced."""
        self._forget_rules()

    def _forget_rules(self) -> None:
        if not self._barriers:
            return
        there = {id(hold) for _, hold in self._holds()}
        with self._lock:
            gone = [name for name, barrier in self._barriers.items() if barrier.listed.keys() - there]
            for barrier in map(self._barriers.__getitem__, gone):
                if barrier.held:
                    barrier.release("rule removed", sorted(barrier.held))
                barrier.listed, barrier.releases = {}, 0
        if gone:
            self._told()

    # -- taking turns

    def _take(self, held: HeldRequest) -> Response | None:
        """Handle a request if it is its turn; else return None."""
        with self._lock:
            queue = self._at(held).queue
            if held.response is None and (held.taken or not queue or queue[0] is not held):
                return None
        return self._carry_out(held)

    def _expired(self, held: HeldRequest) -> Response:
        """Release all requests in order of arrival: the barrier's time is up."""
        with self._lock:
            barrier = self._at(held)
            if held.released is None:
                barrier.release("timeout", sorted(barrier.held))
        self._told()
        return self._take(held) or self._waiting(held, HOLD_TIMEOUT, partial(self._hurried, held))

    def _hurried(self, held: HeldRequest) -> Response:
        """Handle a request that has waited too long for its turn, after those before it."""
        with self._lock:
            queue = self._at(held).queue
            ahead = queue[: queue.index(held)] if held in queue else []
        for each in ahead:
            self._carry_out(each)
        return self._carry_out(held) or Response(503)

    def _carry_out(self, held: HeldRequest) -> Response | None:
        """Handle a request once; return its response, or None while another thread handles it."""
        with self._lock:
            if held.taken:
                return held.response
            held.taken = True
        try:
            response = held.response = held.run(held.note())
        except BaseException:
            self._done(held)
            raise
        if held.released is not None:
            held.released.gone.append((held.number, _request_id(response)))
        if response.wait is not None or response.work is not None:  # it waits at another barrier
            self._done(held)
        else:
            response.done = partial(self._done, held)
        held.wake()
        return response

    def _done(self, held: HeldRequest) -> None:
        """Give the turn to the next one."""
        with self._lock:
            queue = self._at(held).queue
            if held in queue:
                queue.remove(held)
        self._told()

    def _at(self, held: HeldRequest) -> Barrier:
        return self._barriers.setdefault(held.hold.barrier, Barrier())

    # -- queries

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call ``wake`` at each arrival and release; return a function that ends this."""
        self._subscribers = (*self._subscribers, wake)

        def unsubscribe() -> None:
            self._subscribers = tuple(other for other in self._subscribers if other is not wake)

        return unsubscribe

    def _told(self) -> None:
        with self._lock:
            turns = [barrier.queue[0] for barrier in self._barriers.values() if barrier.queue]
        for held in turns:
            if not held.taken:
                held.wake()
        for wake in self._subscribers:
            wake()

    def names(self) -> list[str]:
        """Return the names of all barriers: those of active rules, and those with waiting requests."""
        with self._lock:
            known = [name for name, barrier in self._barriers.items() if barrier.held or barrier.queue]
        return list(dict.fromkeys([*(hold.barrier for _, hold in self._holds()), *known]))

    @property
    def busy(self) -> bool:
        """Whether a request waits at any barrier, or for its turn after one."""
        with self._lock:
            return any(barrier.held or barrier.queue for barrier in self._barriers.values())

    def held(self, name: str) -> list[HeldRequest]:
        """Return the requests that a barrier holds, by number."""
        with self._lock:
            barrier = self._barriers.get(name, Barrier())
            return [barrier.held[number] for number in sorted(barrier.held)]

    def releases(self, name: str) -> int:
        """Return the number of a barrier's releases."""
        return self._barriers.get(name, Barrier()).releases

    def holds(self, name: str) -> list[tuple[Rule, Hold]]:
        """Return the active rules that hold requests at a barrier."""
        return [(rule, hold) for rule, hold in self._holds() if hold.barrier == name]

    def _holds(self) -> list[tuple[Rule, Hold]]:
        return [(rule, each.hold) for rule in self._rules() for each in rule.actions if isinstance(each, WaitAtBarrier)]


def _request_id(response: Response) -> int | None:
    return next((int(value) for name, value in response.headers if name == "x-mock-request-id"), None)
