"""``python -m benchmarks.worlds``: parallel worlds, each with another clock, scenario and stock, under mixed requests.

Every response is checked against the state of its world; prints their number, and exits with 1 on cross-talk or a
5xx that no scenario asked for.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from benchmarks.processes import HEADERS, OFFERS, free_port, running, serve_command
from mockserver.client import MockClient

OFFER = 1000203
# what each set of scenarios makes of a list
STATUSES: dict[tuple[str, ...], int] = {
    (): 200,
    ("offer-not-found",): 200,
    ("maintenance",): 503,
    ("offers-api-not-enabled",): 485,
}
SCENARIOS = tuple(STATUSES)


@dataclass
class World:
    """One world with its expected state, and the failures in it."""

    number: int
    port: int
    faults: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    uses: int = 0

    def __post_init__(self) -> None:
        self.name = f"world-{self.number}"
        self.year, self.stock = 2030 + self.number, 5 + 7 * self.number
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.control = MockClient(f"http://127.0.0.1:{self.port}", self.name)

    def play(self, requests: int) -> World:
        """Arrange the world, then send requests and check the responses."""
        self.control.state.set_offer(OFFER, stock=self.stock)
        self.control.clock.freeze(f"{self.year}-01-01T00:00:00Z")
        while self.asked < requests:
            self._round()
        self._check_journal()
        self.connection.close()
        self.control.close()
        return self

    def _round(self) -> None:
        """Send a request, then one under a scenario that other worlds do not have."""
        for _ in range(6):
            self._use()
            self._look()
            self._expect("an unknown offer", self._ask("GET", f"{OFFERS}/1")[0], 404)
        scenario = SCENARIOS[self.number % len(SCENARIOS)]
        self.control.use_scenario(*scenario)
        self._expect(f"a list under {scenario}", self._ask("GET", f"{OFFERS}?per_page=5")[0], STATUSES[scenario])
        self.control.use_scenario()

    def _use(self) -> None:
        status, body = self._ask("POST", f"{OFFERS}/{OFFER}/use")
        if self.uses < self.stock:
            self.uses += 1
            self._expect("a use", status, 200)
            until = body.get("usage", {}).get("active_until") or ""
            self._expect("active_until", until[:4], str(self.year))
        else:
            self._expect("a use beyond the stock", body, {"error": "Global limit exceeded"})
        self.control.clock.advance("1m")

    def _look(self) -> None:
        body = self._ask("GET", f"{OFFERS}/{OFFER}")[1]
        self._expect("uses_left", body["offer"]["usage"]["uses_left"], self.stock - self.uses)

    def _check_journal(self) -> None:
        listed = self.control.requests.list(limit=1_000)
        self._expect("the journal's size", listed["matched"] + listed["dropped"], self.asked)
        years = {row["at"][:4] for row in listed["requests"]}
        self._expect("the journal's years", years, {str(self.year)})

    def _ask(self, method: str, path: str) -> tuple[int, Any]:
        self.connection.request(method, f"/w/{self.name}{path}", headers=HEADERS)
        answer = self.connection.getresponse()
        body = json.loads(answer.read() or b"null")
        self.asked += 1
        return answer.status, body

    def _expect(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.faults[f"{what}: {found!r} instead of {expected!r}"] += 1


def main() -> None:
    """Run all worlds at once and print the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--requests", type=int, default=20_000, help="in all worlds together")
    given = parser.parse_args()
    port = free_port()
    with running(serve_command(port), port, core=None) as server:
        started = time.perf_counter()
        worlds = [World(number, port) for number in range(given.worlds)]
        with ThreadPoolExecutor(given.worlds) as pool:
            played = list(pool.map(lambda world: world.play(given.requests // given.worlds), worlds))
        seconds = time.perf_counter() - started
        memory = server.resident_mb()
    asked = sum(world.asked for world in played)
    faults = sum((world.faults for world in played), Counter())
    print(
        f"{given.worlds} worlds, {asked:,} requests in {seconds:.1f} s, {memory:.0f} MB resident, {faults.total()} wrong answers"
    )
    for what, times in faults.most_common(20):
        print(f"  {times} x {what}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
