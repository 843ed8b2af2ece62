"""What the server holds: gets of one world timed beside what others do to the server, memory afterwards, and nothing lost.

``python -m benchmarks.reliability [--write]`` prints the table of ``docs/reliability.md``; ``--write`` puts it there.
It takes about a minute, and Linux.
"""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.processes import HEADERS, JSON, Running, free_port, running, serve_command

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
BEGIN, END = "<!-- measured -->\n", "<!-- /measured -->\n"
GET = "/w/timed/v3/infinity-mall/members/me/offers/1000115"
GETS = 2_000
Row = tuple[str, str]


class Server:
    """A server of its own, and how it is asked."""

    def __init__(self, port: int, process: Running) -> None:
        self.port, self._process = port, process

    def connection(self) -> http.client.HTTPConnection:
        """Open a connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Ask on a connection of its own; return the status and the body."""
        connection = self.connection()
        try:
            return ask(connection, method, path, body)
        finally:
            connection.close()

    def memory(self) -> float:
        """Return resident memory in MB."""
        return self._process.resident_mb()


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
    """Ask with an app's headers, or send JSON to the control API; return the status and the body."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection.request(method, path, data, HEADERS if data is None else JSON)
    answer = connection.getresponse()
    return answer.status, answer.read()


def timed(server: Server, most: float = 10.0) -> str:
    """Time up to 2,000 gets, for ``most`` seconds; return how long they took, in words."""
    connection, took, end = server.connection(), [], time.perf_counter() + most
    while len(took) < GETS and time.perf_counter() < end:
        started = time.perf_counter()
        status, _ = ask(connection, "GET", GET)
        took.append((time.perf_counter() - started) * 1_000)
        assert status == 200
    connection.close()
    took.sort()
    half, most_of = took[len(took) // 2], took[len(took) * 99 // 100]
    return f"{len(took):,} gets: p50 {half:.1f} ms, p99 {most_of:.1f} ms, longest {took[-1]:.0f} ms"


@contextmanager
def repeated(act: Callable[[], object]) -> Iterator[list[int]]:
    """Do something again and again on another thread while the block runs; give how often it was done."""
    stop, done = threading.Event(), [0]

    def work() -> None:
        while not stop.is_set():
            act()
            done[0] += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


def idle_readers(server: Server, count: int, path: str, stack: ExitStack) -> None:
    """Open connections that wait for what comes of a path."""
    for _ in range(count):
        client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    time.sleep(1.0)


def load(server: Server) -> Iterator[Row]:
    """Time gets beside waiters, streams and the heaviest control calls of another world."""
    server.ask("POST", "/__mock/worlds", {"name": "timed"})
    server.ask("POST", "/__mock/worlds", {"name": "heavy"})
    yield "alone", timed(server)
    for count, path, words in (
        (200, "/w/timed/__mock/requests?wait=10m&operation=use_offer", "waiters on a full journal"),
        (200, "/w/timed/__mock/stream", "streams of the same world"),
    ):
        with ExitStack() as stack:
            idle_readers(server, count, path, stack)
            yield f"beside {count:,} {words}", timed(server)
    state = json.loads(server.ask("GET", "/w/heavy/__mock/state")[1])
    offer = state["offers"][0]
    state["offers"] += [offer | {"id": 5_000_000 + number} for number in range(4_000)]
    data = json.dumps(state).encode()
    with repeated(lambda: server.ask("PUT", "/w/heavy/__mock/state", data)) as done:
        found = timed(server)
    yield f"beside `PUT state` of {len(data) / 1e6:.1f} MB, {done[0]} times", found
    scenario = json.dumps({"rules": [{"then": {"respond": 503}}] * 1_000}).encode()
    with repeated(lambda: server.ask("PUT", "/w/heavy/__mock/scenarios/big", scenario)) as done:
        found = timed(server)
    yield f"beside `PUT scenarios` of 1,000 rules, {done[0]} times", found


def bad_inputs(server: Server) -> Iterator[Row]:
    """Send what would fill or stop it, many times over; tell what is answered and what memory remains."""
    sent = {
        "15,000 offers that are none": ("PUT", "/w/heavy/__mock/state", {"offers": [1] * 15_000}),
        "200,000 rules that are none": ("PUT", "/w/heavy/__mock/scenarios/x", {"rules": [1] * 200_000}),
        "24,571 headers in a rule": (
            "POST", "/w/heavy/__mock/rules", {"then": {"respond": {"headers": {f"x-{n}": "a" for n in range(24_571)}}}},
        ),
        "a body nested 100,000 deep": ("POST", "/w/heavy/__mock/rules", b"[" * 100_000),
        "an integer of 65 bits": ("POST", "/w/heavy/__mock/rules", {"then": {"respond": {"body": 2**64}}}),
    }  # fmt: skip
    before = server.ask("GET", "/w/heavy/__mock/rules")[1]
    start = server.memory()
    for words, (method, path, body) in sent.items():
        statuses = {server.ask(method, path, body)[0] for _ in range(20)}
        assert statuses <= {400, 413, 422}, statuses
        yield f"{words}, 20 times", f"always {', '.join(map(str, sorted(statuses)))}"
    assert server.ask("GET", "/w/heavy/__mock/rules")[1] == before
    yield "what they changed", "nothing"
    yield "memory after all of them", f"{server.memory() - start:+.0f} MB"
    statuses = [server.ask("GET", f"/w/flood-{number}{GET[8:]}")[0] for number in range(600)]
    worlds = {row["name"] for row in json.loads(server.ask("GET", "/__mock/worlds")[1])["worlds"]}
    assert {"timed", "heavy"} <= worlds
    made, full = statuses.count(200), statuses.count(503)
    yield "600 names of worlds at once", f"{made} worlds made, {full} times 503, no world of others lost"


def nothing_lost(server: Server) -> Iterator[Row]:
    """Use one offer from eight threads; each use is answered, and counted once."""
    server.ask("PATCH", "/w/timed/__mock/state/offers/1000203", {"stock": 50})
    server.ask("DELETE", "/w/timed/__mock/requests")
    statuses: list[int] = []

    def use() -> None:
        connection = server.connection()
        for _ in range(25):
            statuses.append(ask(connection, "POST", "/w/timed/v3/infinity-mall/members/me/offers/1000203/use")[0])

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used = json.loads(server.ask("GET", "/w/timed/__mock/requests?operation=use_offer&status=200&limit=0")[1])[
        "matched"
    ]
    asked = json.loads(server.ask("GET", "/w/timed/__mock/requests?operation=use_offer&limit=0")[1])["matched"]
    assert (used, asked) == (statuses.count(200), 200)
    yield "200 uses by 8 clients at once", f"{asked} in the journal, {used} booked, as the clients were told"


def table() -> str:
    """Return the table in Markdown."""
    lines = ["| What | Found |", "| --- | --- |"]
    port = free_port()
    with running(serve_command(port), port, core=None) as process:
        server = Server(port, process)
        for part, rows in (("Load held", load), ("Bad inputs tried", bad_inputs), ("Nothing lost", nothing_lost)):
            lines.append(f"| **{part}** | |")
            lines += [f"| {what} | {found} |" for what, found in rows(server)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    made = table()
    sys.stdout.write(made)
    if "--write" in sys.argv:
        text = PAGE.read_text("utf-8")
        head, rest = text.split(BEGIN)
        PAGE.write_text(head + BEGIN + "\n" + made + "\n" + END + rest.split(END)[1], "utf-8")
