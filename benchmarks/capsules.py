"""How big a capsule is, and how fast its requests are carried out again (``python -m benchmarks.capsules``)."""

from __future__ import annotations

import random
import time

from mockserver.capsules.format import pack, unpack
from mockserver.capsules.recording import record
from mockserver.capsules.replay import replay
from mockserver.exchange import Request
from mockserver.mock import Mock, build
from mockserver.settings import Settings

HEADERS = {
    "x-client-authorization": "B7t9U9tsoWsGhrv2ouUoSqpM", "x-product-name": "default", "x-user-agent": "benchmark",
    "authorization": "Bearer 8433d608645345a45ce5a0f5ba1225e57546e86ac49e5fec842159dc82218522",
}  # fmt: skip
ROUNDS = 5


def session(count: int) -> Mock:
    """Return a mock that an app has asked so often: lists, offers, likes and uses."""
    mock, chance = build(Settings()), random.Random(1)
    offers = sorted(mock.worlds.get("default").records.offers)
    for _ in range(count):
        offer = f"members/me/offers/{chance.choice(offers)}"
        method, path, query = chance.choice(
            (
                ("GET", "members/me/offers", "per_page=10"),
                ("GET", offer, ""),
                ("PUT", f"{offer}/like", ""),
                ("POST", f"{offer}/use", ""),
            )
        )
        mock.handle(Request(method, f"/v3/infinity-mall/{path}", query, HEADERS))
    return mock


def main() -> None:
    """Print size, and requests a second: the median of five rounds."""
    for count in (50, 1_000):
        mock = session(count)
        began = time.perf_counter()
        file = pack(record(mock.worlds.get("default"), mock.settings))
        print(f"{count} requests: {len(file):,} bytes, saved in {time.perf_counter() - began:.2f} s")
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        assert all(each.same for each in replay(unpack(file), Mock))
        took.append(time.perf_counter() - began)
    print(
        f"replayed: {count / sorted(took)[ROUNDS // 2]:,.0f} requests a second ({count} in {min(took):.2f} to {max(took):.2f} s)"
    )


if __name__ == "__main__":
    main()
