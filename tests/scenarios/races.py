"""Races over HTTP that come out as the rule says: ``python -m tests.scenarios.races 1000`` runs so many, in either order."""

from __future__ import annotations

import json
import sys
import threading
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from mockserver.client import MockClient
from mockserver.client.process import running
from tests.callers import CLIENT

HEADERS = {"X-Client-Authorization": CLIENT, "X-Product-Name": "default", "X-User-Agent": "races"}
OFFER, MEMBERS = 1000016, (42, 44)
LONG = "60s"  # nobody waits so long, on the busiest machine


def ask(url: str, method: str, path: str, **headers: str) -> int:
    """Send one request over a connection of its own; return its status."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    try:
        connection.request(method, f"{parts.path}/v3/infinity-mall/{path}", headers=HEADERS | headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def race_for_the_last_coupon(world: MockClient, order: tuple[int, int]) -> dict[int, int]:
    """Let two members use the last coupon, held until both are there, then let go in this order; return their statuses."""
    world.reset()
    world.scenarios.activate("last-coupon")
    world.rules.add(
        name="race", when={"operation": "use_offer"},
        then={"hold": {"barrier": "race", "until": 2, "release": [*order], "timeout": LONG}, "at": "before_commit"},
    )  # fmt: skip
    heard: dict[int, int] = {}

    def use(member_id: int) -> None:
        heard[member_id] = ask(world.url, "POST", f"members/{member_id}/offers/{OFFER}/use")

    first = threading.Thread(target=use, args=MEMBERS[:1])
    first.start()
    assert world.barriers.show("race", held=1, wait=LONG)["complete"]
    use(MEMBERS[1])
    first.join()
    return heard


def check_races(world: MockClient, count: int) -> None:
    """Run races, every other one in the other order; each must be won by whom its rule says."""
    for n in range(count):
        order = (2, 1) if n % 2 else (1, 2)
        winner, loser = (MEMBERS[number - 1] for number in order)
        heard = race_for_the_last_coupon(world, order)
        assert heard == {winner: 200, loser: 422}, (n, order, heard)


class App:
    """An app of which five screens load at once; where a token has expired, it signs in anew, ``once`` or each screen."""

    def __init__(self, world: MockClient, *, once: bool) -> None:
        self._world, self._once = world, once
        self._lock = threading.Lock()
        self._token = "token-that-expires-in-a-minute"
        self.statuses: list[int] = []

    def open(self, screens: int = 5) -> None:
        """Load all screens at once."""
        threads = [threading.Thread(target=self._load) for _ in range(screens)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _load(self) -> None:
        token = self._token
        status = ask(self._world.url, "GET", "members/me/offers", Authorization=f"Bearer {token}")
        if status == 460:
            with self._lock:
                if not self._once or self._token == token:
                    self._token = self._refreshed()
            status = ask(self._world.url, "GET", "members/me/offers", Authorization=f"Bearer {self._token}")
        self.statuses.append(status)

    def _refreshed(self) -> str:

        parts = urlsplit(self._world.url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        body: dict[str, Any] = {"grant_type": "refresh_token", "refresh_token": "refresh-token-of-a-minute"}
        connection.request(
            "POST", f"{parts.path}/v3/infinity-mall/members/oauth/token", json.dumps(body),
            HEADERS | {"Content-Type": "application/json"},
        )  # fmt: skip
        found = json.loads(connection.getresponse().read())
        connection.close()
        return str(found.get("access_token", "none"))


def main() -> None:
    """Run as many races as the command line says."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with running() as url, MockClient(url) as server:
        check_races(server.create_world("races"), count)
    print(f"{count} races for the last coupon came out as their rules say, {count // 2} of them in the other order")


if __name__ == "__main__":
    main()
