"""What the server holds: gets of one world timed beside what others do to the server, memory afterwards, and nothing lost.

``python -m benchmarks.reliability [--write]`` prints the table of ``docs/reliability.md``; ``--write`` puts it there.
It takes some minutes, and Linux.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.beside import heavy_calls, repeated
from benchmarks.processes import HEADERS, free_port, running, serve_command
from benchmarks.serving import GET, OneServer, timed

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
BEGIN, END = "<!-- measured -->\n", "<!-- /measured -->\n"
BESIDE = ("PUT state", "PUT scenarios/ID", "GET state")
FAULTS = ("reset", "empty", "truncate", "malformed_chunk", "garbage", "dribble", "hang")
Row = tuple[str, str]


def idle_readers(server: OneServer, count: int, path: str, stack: ExitStack) -> None:
    """Open connections that wait for what comes of a path."""
    for _ in range(count):
        client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    time.sleep(1.0)


def load(server: OneServer) -> Iterator[Row]:
    """Time gets beside waiters, streams and the heaviest control calls of another world."""
    for name in ("timed", "heavy", "busy"):
        server.ask("POST", "/__mock/worlds", {"name": name})
    yield "alone", str(timed(server))
    for count, path, words in (
        (200, "/w/timed/__mock/requests?wait=10m&operation=use_offer", "waiters on a full journal"),
        (1_000, "/w/timed/__mock/stream", "streams of the same world"),
        (1_000, "/w/other/__mock/stream", "streams that wait for another world"),
    ):
        with ExitStack() as stack:
            idle_readers(server, count, path, stack)
            yield f"beside {count:,} {words}", str(timed(server, 20))
    state = json.loads(server.ask("GET", "/w/heavy/__mock/state")[1])
    for heavy in heavy_calls(state):
        if heavy.words in BESIDE:
            with repeated(server, heavy.calls) as done:
                found = timed(server)
            size = f" of {heavy.size / 1e6:.1f} MB" if heavy.size else ""
            yield f"beside `{heavy.words}`{size}, {done[0]} times", str(found)


def faults(server: OneServer) -> Iterator[Row]:
    """Break connections from both ends; after each kind a get of another world is answered, and nobody else is."""
    for fault in FAULTS:
        kind = {"kind": fault, "over": "1s"} if fault == "dribble" else fault
        server.ask("PUT", f"/w/{fault}/__mock/scenarios/f", {"rules": [{"then": {"fault": kind}}]})
        server.ask("PUT", f"/w/{fault}/__mock/scenarios", {"active": ["f"]})
        with ExitStack() as stack:
            clients = [stack.enter_context(sent(server, f"/w/{fault}{GET[8:]}")) for _ in range(200)]
            broken = sum(not whole(client) for client in clients)
        yield f"`{fault}`, 200 at once", f"{broken} broken, {alive(server)}"
    for words, head, reset in (
        ("clients that leave in the middle of a body", "Content-Length: 100000\r\n\r\n{", False),
        ("clients that reset the connection instead", "Content-Length: 100000\r\n\r\n{", True),
        ("clients that leave in the middle of the headers", "X-Long: ", False),
    ):
        for _ in range(500):
            with sent(server, "/w/timed/v3/infinity-mall/members/me/offers/1000203/use", "POST", head) as client:
                if reset:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        yield f"500 {words}", alive(server)
    with ExitStack() as stack:
        for _ in range(1_000):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        yield "1,000 connections that say nothing", alive(server)


def sent(server: OneServer, path: str, method: str = "GET", rest: str = "\r\n") -> socket.socket:
    """Send a request on a connection of its own."""
    client = socket.create_connection(("127.0.0.1", server.port), timeout=1.5)
    headers = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    client.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}{rest}".encode())
    return client


def whole(client: socket.socket) -> bool:
    """Return whether a whole answer of HTTP comes within the time."""
    data = b""
    try:
        while True:
            piece = client.recv(65536)
            if not piece:
                return False
            data += piece
            head, found, body = data.partition(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
            if found and length and len(body) >= int(length):
                return data.startswith(b"HTTP/1.1 ")
    except (OSError, ValueError):
        return False


def alive(server: OneServer) -> str:
    """Return how soon a get is answered, in words."""
    started = time.perf_counter()
    status, _ = server.ask("GET", GET, api=True)
    assert status == 200, status
    return f"the next get is answered in {(time.perf_counter() - started) * 1_000:.0f} ms"


def bad_inputs(server: OneServer) -> Iterator[Row]:
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


def nothing_lost(server: OneServer) -> Iterator[Row]:
    """Use one offer from eight threads; each use is answered, and counted once."""
    server.ask("PATCH", "/w/timed/__mock/state/offers/1000203", {"stock": 50})
    server.ask("DELETE", "/w/timed/__mock/requests")
    statuses: list[int] = []

    def use() -> None:
        connection = server.connection()
        for _ in range(25):
            statuses.append(
                server.ask("POST", "/w/timed/v3/infinity-mall/members/me/offers/1000203/use", connection=connection)[0]
            )

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
        server = OneServer(port, process)
        for part, rows in (
            ("Load held: p50, p99, longest", load),
            ("Faults survived", faults),
            ("Bad inputs tried", bad_inputs),
            ("Nothing lost", nothing_lost),
        ):
            lines.append(f"| **{part}** | |")
            for what, found in rows(server):
                lines.append(f"| {what} | {found} |")
                print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    made = table()
    sys.stdout.write(made)
    if "--write" in sys.argv:
        text = PAGE.read_text("utf-8")
        head, rest = text.split(BEGIN)
        PAGE.write_text(head + BEGIN + "\n" + made + "\n" + END + rest.split(END)[1], "utf-8")
