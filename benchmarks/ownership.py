"""Simulate who owns a world: processes that crash, pause and are cut off, and appends that are lost, late or sent twice.

``python -m benchmarks.ownership [--schedules 10000] [--first 0]``: each schedule is made by its seed, over the rules of the
interface of stores (``mockserver/stores/store.py``) and its plainest implementation. Four things must hold in each: one owner
acts at a time, no acknowledged effect is lost, none is applied twice, and no read is older than the last acknowledged write.
"""

from __future__ import annotations

import argparse
import itertools
import random
from dataclasses import dataclass, field

from mockserver.stores.memory import MemoryStore, Shelf
from mockserver.stores.store import LeaseLostError, OwnedError, Portion, Process

LEASE = 1.0
SECOND = 1_000_000_000
WORLD = "w"


@dataclass
class Write:
    """A write on its way: its effect, what it was appended with, and since when."""

    effect: bytes
    portion: Portion
    sends: int = 0


@dataclass
class Server:
    """One process as the protocol has it: it holds the world in memory while it owns it, and looks at its lease first."""

    name: str
    shelf: Shelf
    store: MemoryStore = field(init=False)
    until: int = 0
    epoch: int | None = None
    seq: int = 0
    memory: list[bytes] = field(default_factory=list)
    pending: list[Write] = field(default_factory=list)
    paused: bool = False
    cut_off: bool = False

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start, or start anew after a crash, as another process."""
        self.store = MemoryStore(Process(self.name, 1, "sim"), self.shelf, LEASE)
        self.until = self.shelf.ticks() + int(LEASE * SECOND)
        self.forget()

    def forget(self) -> None:
        """Hold no world any more."""
        self.epoch, self.memory, self.pending = None, [], []

    def holds(self) -> bool:
        """Return whether it may answer from memory now."""
        return self.epoch is not None and self.shelf.ticks() < self.until


class Simulation:
    """One schedule."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = 0
        self.shelf = Shelf(lambda: self.now)
        self.numbers = itertools.count(1)
        self.servers = [Server(f"p{n}-0", self.shelf) for n in range(3)]
        self.acknowledged: list[bytes] = []
        self.late: list[tuple[MemoryStore, Portion]] = []
        self.log: list[str] = []

    def run(self, steps: int) -> None:
        """Take steps at random. Raise AssertionError where a promise is broken."""
        often = (self.write, self.read, self.append, self.append, self.renew, self.renew)
        seldom = (self.tick, self.tick, self.crash, self.pause, self.cut, self.duplicate, self.hand_over, self.compact)
        moves = (*often, *often, *often, *seldom)
        server = self.servers[0]
        for _ in range(steps):
            if self.chance.random() < 0.3:  # one after the other, mostly of one server, as its clients would have it
                server = self.chance.choice(self.servers)
            move = self.chance.choice(moves)
            self.log.append(f"{move.__name__} {server.name}")
            move(server)
            self.check()

    # -- what a server does

    def own(self, server: Server) -> bool:
        """Let a server answer for the world, if it may."""
        if server.paused or server.cut_off:
            return server.holds() and not server.paused
        if server.holds():
            return True
        if server.shelf.ticks() >= server.until:
            return False
        try:
            found = server.store.claim(WORLD)
        except (OwnedError, LeaseLostError):
            return False
        server.epoch, server.seq = found.epoch, found.seq
        server.memory, server.pending = _effects(found.base, found.records), []
        if found.base is None:
            assert not server.store.append([Portion(WORLD, found.epoch, 0, base=b"")])
        return True

    def write(self, server: Server) -> None:
        """Take a request that changes something: it is applied in memory, and waits for its append."""
        if self.own(server):
            effect = b"%d" % next(self.numbers)
            assert server.epoch is not None
            portion = Portion(WORLD, server.epoch, server.seq, (effect,))
            server.seq += 1
            server.memory.append(effect)
            server.pending.append(Write(effect, portion))

    def append(self, server: Server) -> None:
        """Append the oldest write: it may be written without an answer, or be sent again later."""
        if server.paused or server.cut_off or not server.pending:
            return
        write = server.pending[0]
        write.sends += 1
        fate = self.chance.random()
        if fate < 0.1:  # lost on its way
            return
        if fate < 0.2:  # on its way for long
            self.late.append((server.store, write.portion))
            return
        fenced = server.store.append([write.portion])
        if fate < 0.3 and not fenced:  # written, and the answer lost: it is sent again
            return
        if fenced:
            server.forget()
            return
        server.pending.pop(0)
        self.acknowledged.append(write.effect)

    def read(self, server: Server) -> None:
        """Answer a read: it leaves only when all that it shows is appended, and shows all that was acknowledged."""
        if self.own(server) and not server.pending:
            missing = set(self.acknowledged) - set(server.memory)
            assert not missing, f"{server.name} answers without {sorted(missing)}: {self.log[-30:]}"

    def renew(self, server: Server) -> None:
        """Renew the lease; it counts from before it was asked for."""
        if server.paused or server.cut_off:
            return
        begun = self.now
        self.now += self.chance.choice((0, SECOND // 50))
        try:
            server.store.renew()
        except LeaseLostError:
            server.forget()
        server.until = begun + int(LEASE * SECOND)

    def hand_over(self, server: Server) -> None:
        """Let the world go, once everything is appended."""
        if not server.paused and not server.cut_off and server.epoch is not None and not server.pending:
            server.store.release(WORLD, server.epoch)
            server.forget()

    def compact(self, server: Server) -> None:
        """Replace the records by a base."""
        if not server.paused and not server.cut_off and server.epoch is not None and not server.pending:
            server.store.compact(WORLD, server.epoch, server.seq, b" ".join(server.memory))

    # -- what happens to it

    def tick(self, _: Server) -> None:
        """Let time go on."""
        self.now += self.chance.choice((SECOND // 100, SECOND // 20, SECOND // 5, SECOND))

    def crash(self, server: Server) -> None:
        """Kill it without a word; it comes back as another process."""
        name, _, n = server.name.partition("-")
        server.name = f"{name}-{int(n) + 1}"
        server.paused = server.cut_off = False
        server.begin()

    def pause(self, server: Server) -> None:
        """Stop it, or let it go on."""
        server.paused = not server.paused

    def cut(self, server: Server) -> None:
        """Cut it off from the store, or connect it again."""
        server.cut_off = not server.cut_off

    def duplicate(self, _: Server) -> None:
        """Let an append arrive that was on its way for long, once or twice."""
        if self.late:
            store, portion = self.late.pop(self.chance.randrange(len(self.late)))
            for _ in range(self.chance.choice((1, 2))):
                store.append([portion])

    # -- what must hold

    def check(self) -> None:
        """Compare what is stored with what was acknowledged, and look at who may act."""
        found = self.servers[0].store.load(WORLD)
        there = [] if found is None else _effects(found.base, found.records)
        assert len(set(there)) == len(there), f"applied twice: {there}: {self.log[-30:]}"
        lost = set(self.acknowledged) - set(there)
        assert not lost, f"lost: {sorted(lost)}: {self.log[-30:]}"
        acting = [server.name for server in self.servers if server.holds()]
        assert len(acting) <= 1, f"two owners: {acting}: {self.log[-30:]}"


def _effects(base: bytes | None, records: tuple[bytes, ...]) -> list[bytes]:
    return [*(base or b"").split(), *records]


def simulate(seeds: range, steps: int = 200) -> int:
    """Run a schedule for each seed; return how many writes were acknowledged in all."""
    acknowledged = 0
    for seed in seeds:
        simulation = Simulation(seed)
        try:
            simulation.run(steps)
        except AssertionError as broken:
            raise AssertionError(f"seed {seed}: {broken}") from broken
        acknowledged += len(simulation.acknowledged)
    return acknowledged


def main() -> None:
    """Run the schedules that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    found = simulate(range(given.first, given.first + given.schedules))
    print(f"{given.schedules} schedules, {found} writes acknowledged: no promise broken")


if __name__ == "__main__":
    main()
