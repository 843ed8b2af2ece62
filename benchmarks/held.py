"""What 500 requests held at a barrier cost a get beside them, by p99 with and without (``python -m benchmarks.held``)."""

from __future__ import annotations

import socket
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from mockserver.client import MockClient
from mockserver.client.process import running

HEADERS = "Host: mock.test\r\nX-Client-Authorization: B7t9U9tsoWsGhrv2ouUoSqpM\r\nX-Product-Name: default\r\nX-User-Agent: b\r\n"
USE = f"POST /w/held/v3/infinity-mall/members/42/offers/1000016/use HTTP/1.1\r\n{HEADERS}\r\n".encode()
GET = f"GET /w/held/v3/infinity-mall/members/42/offers/1000203 HTTP/1.1\r\n{HEADERS}\r\n".encode()
RULE = {"when": {"operation": "use_offer"}, "then": {"hold": {"barrier": "b", "timeout": "10m"}}}
ROUNDS, GETS = 5, 4_000


def took(beside: socket.socket) -> float:
    """Return the microseconds of one get."""
    began = time.perf_counter()
    beside.sendall(GET)
    head, _, body = beside.recv(65_536).partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += beside.recv(65_536)
    return (time.perf_counter() - began) * 1e6


@contextmanager
def server(held: int) -> Iterator[socket.socket]:
    """Start a server on which so many requests are held; yield a connection to it."""
    with ExitStack() as stack:
        url = stack.enter_context(running())
        world = stack.enter_context(MockClient(url)).create_world("held")
        world.rules.add(RULE)
        address = ("127.0.0.1", urlsplit(url).port)
        for _ in range(held):
            stack.enter_context(socket.create_connection(address)).sendall(USE)
        assert world.barriers.show("b", held=held, wait="60s")["complete"]
        yield stack.enter_context(socket.create_connection(address))


def main() -> None:
    """Print the p99 of each round, with and without, and the median of their proportions.

    Two servers are asked in turn, one of which holds requests: whatever else the machine does meets both.
    """
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    proportions = []
    with server(0) as free, server(count) as holding:
        for n in range(ROUNDS + 1):
            times = [(took(free), took(holding)) for _ in range(GETS)]
            without, beside = (statistics.quantiles(each, n=100)[98] for each in zip(*times, strict=True))
            if n:  # the first round warms up
                proportions.append(beside / without)
                print(
                    f"round {n}: p99 {without:.0f} us without, {beside:.0f} us with {count} held: {proportions[-1]:.2f}"
                )
    print(f"median of {ROUNDS} rounds: {statistics.median(proportions):.2f} times")


if __name__ == "__main__":
    main()
