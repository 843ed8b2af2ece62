"""``python -m benchmarks.history``: what it costs that a world remembers what it was at each request.

Prints the memory of 1,000 steps of several kinds, the time that an effect takes, and that of a difference of one change
among many offers.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from mockserver.exchange import Request, Response
from mockserver.fixtures.generate import generate
from mockserver.journal import Entry
from mockserver.mock import Mock, build
from mockserver.records.effects import Effect, Liked, RecordsPut, UseBooked
from mockserver.settings import Settings
from mockserver.worlds.world import World

STEPS = 1_000
OFFER, MEMBER = 1000016, 42


def memory_of(step: Callable[[World, int], object]) -> tuple[int, int]:
    """Return the bytes that the history takes after 1,000 steps, each a request, and of how many requests it still tells."""
    world = build(Settings()).worlds.get("default")
    for n in range(STEPS):  # the journal's own size does not count
        _ask(world, lambda *_: None, n)
    gc.collect()
    tracemalloc.start()
    for n in range(STEPS):
        _ask(world, step, n)
    gc.collect()
    before, first = tracemalloc.get_traced_memory()[0], world.history.first
    world.history.restart()
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return before - after, sum(entry.before >= first for entry in world.journal.newest_first())


def _ask(world: World, step: Callable[[World, int], object], n: int) -> None:
    before = world.history.position
    step(world, n)
    entry = Entry(0, 0, Request("GET", "/", "", {}), Response(200), before=before, after=world.history.position)
    world.journal.add(entry)


def _patched(world: World, n: int) -> None:
    world.apply(RecordsPut((replace(world.records.offers[OFFER], stock=n),)))


def _restored(world: World, n: int) -> None:
    world.apply(UseBooked(OFFER, MEMBER, n))
    world.restore(world.start)


def _replaced(world: World, n: int) -> None:
    world.apply(UseBooked(OFFER, MEMBER, n))
    world.replace_records(world.records.copy())


KINDS: dict[str, Callable[[World, int], object]] = {
    "uses": lambda world, n: world.apply(UseBooked(OFFER, MEMBER, n)),
    "likes of many offers": lambda world, n: world.apply(Liked(n, MEMBER, n)),
    "offers patched": _patched,
    "a use and a restored snapshot": _restored,
    "a use and replaced data": _replaced,
}


def apply_us(effect: Effect) -> float:
    """Return the microseconds of an effect, at best."""
    world = build(Settings()).worlds.get("default")

    def apply() -> None:
        for _ in range(60):
            world.apply(effect)

    return _best(apply, 50) / 60 * 1e6


def difference_ms(mock: Mock) -> float:
    """Return the milliseconds of ``GET diff`` about one request that used one offer, at best."""
    world = mock.worlds.get("default")
    offer_id, member_id = next(iter(world.records.offers)), next(iter(world.records.members))
    _ask(world, lambda world, n: world.apply(UseBooked(offer_id, member_id, n)), world.clock.now())
    query = f"from=before:{world.journal.total}&to=request:{world.journal.total}"

    def ask() -> None:
        answer = mock.handle(Request("GET", "/__mock/diff", query, {}, host="127.0.0.1", peer=("127.0.0.1", 1)))
        answer = answer.work() if answer.work else answer
        if answer.status != 200:
            sys.exit(answer.body.decode())

    return _best(ask, 20) * 1e3


def _best(work: Callable[[], None], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=100_000)
    offers = parser.parse_args().offers
    for name, step in KINDS.items():
        weight, kept = memory_of(step)
        print(f"{weight / STEPS:>8,.0f} bytes a step, {kept} of {STEPS} kept: {name}", flush=True)
    print(f"{apply_us(UseBooked(OFFER, MEMBER, 0)):>8.2f} us an effect, with its observers")
    with tempfile.TemporaryDirectory() as directory:
        generate(Path(directory), offers=offers, members=100)
        print(
            f"{difference_ms(build(Settings(fixtures=Path(directory)))):>8.2f} ms a difference of one change, {offers:,} offers"
        )


if __name__ == "__main__":
    main()
