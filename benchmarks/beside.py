"""Gets of one world, timed beside the heaviest control calls of another: each call with its largest body, again and again.

``python -m benchmarks.beside [WORD ...]`` prints a table of all calls, or of those whose words are named. Before each, the same
gets are timed alone: on a machine that others use, that is what to compare with. Linux; some minutes.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.processes import free_port, running, serve_command
from benchmarks.serving import OneServer, Times, timed

HEAVY, OTHER = "/w/heavy/__mock", "/w/busy/__mock"
LARGEST = 10 * 1024 * 1024  # --max-body's default
SCENARIO = 1024 * 1024
FORK = multiprocessing.get_context("fork")  # a client of its own: its work is not to be counted as the server's


@dataclass(frozen=True)
class Heavy:
    """One control call: what is sent, in order, again and again."""

    words: str
    calls: tuple[tuple[str, str, Any], ...]

    @property
    def size(self) -> int:
        """The bytes of the largest body."""
        return max((len(body) for _, _, body in self.calls if isinstance(body, bytes)), default=0)


def heavy_calls(state: dict[str, Any]) -> Iterator[Heavy]:
    """Return each kind of heavy call; ``state`` is a world's data, from which large ones are made."""
    large = state_of(state, LARGEST - 64 * 1024)
    wrong = _data(json.loads(large) | {"tokens": [1] * 1_000})
    one = _data(state | {"offers": [state["offers"][0] | {"extras": {"a": [[n] for n in range(800_000)]}}]})
    yaml = ("rules:\n" + "- {when: {offer_id: 1}, then: {respond: 503}}\n" * 1_000).encode()
    values = ("title: [" + "a," * 99_000 + "a]").encode()
    rules = _data({"rules": [{"when": {"body": {"a": "x" * 900}}, "then": {"respond": 503}}] * 1_000})
    file = {"format": "offers-mock-world-1", "state": json.loads(large), "scenarios": [], "library": {}, "rules": []}
    yield Heavy("PUT state", (("PUT", f"{HEAVY}/state", large),))
    yield Heavy("PUT state, refused", (("PUT", f"{HEAVY}/state", wrong),))
    yield Heavy("PUT state, one large record", (("PUT", f"{HEAVY}/state", one),))
    yield Heavy("PUT world/file", (("PUT", f"{HEAVY}/world/file", _data(file)[:LARGEST]),))
    yield Heavy("PATCH an offer", (("PATCH", f"{HEAVY}/state/offers/1000115", _numbers('{"extras": {"a": ', "}}")),))
    yield Heavy("PUT clock, refused", (("PUT", f"{HEAVY}/clock", _numbers('{"now": ', "}")),))
    yield Heavy("PUT scenarios/ID", (("PUT", f"{HEAVY}/scenarios/big", rules[:SCENARIO]),))
    yield Heavy("PUT scenarios/ID in YAML", (("PUT", f"{HEAVY}/scenarios/big", yaml),))
    yield Heavy("PUT scenarios/ID in YAML, refused", (("PUT", f"{HEAVY}/scenarios/big", values),))
    yield Heavy("POST scenarios/check", (("POST", f"{HEAVY}/scenarios/check", yaml),))
    yield Heavy("POST rules", (("POST", f"{HEAVY}/rules", _data({"name": "r", "when": {"body": {"a": [1] * 300_000}},
                                                              "then": {"respond": 503}})),))  # fmt: skip
    where = {"operation": "use_offer", "count": 9, "where": {"body": {"a": list(range(1_000_000))}}}
    yield Heavy("POST requests/verify", (("POST", f"{OTHER}/requests/verify", _data(where)),))
    yield Heavy("GET requests", (("GET", f"{OTHER}/requests", None),))
    yield Heavy("GET requests.har", (("GET", f"{OTHER}/requests.har", None),))
    yield Heavy("GET events", (("GET", f"{OTHER}/events", None),))
    yield Heavy("GET state", (("PUT", f"{HEAVY}/state", large), *(("GET", f"{HEAVY}/state", None),) * 20))
    yield Heavy("GET world/file", (("GET", f"{HEAVY}/world/file", None),))
    yield Heavy("GET diff", (("GET", f"{HEAVY}/diff", None),))
    yield Heavy("GET timeline", (("GET", f"{HEAVY}/timeline", None),))
    yield Heavy("POST reset", (("PUT", f"{HEAVY}/state", large), ("POST", f"{HEAVY}/reset", b"{}")))
    named = _data({"name": "copy", "from": "heavy"})
    yield Heavy("POST and DELETE worlds", (("PUT", f"{HEAVY}/state", large), *(("POST", "/__mock/worlds", named),
                                           ("DELETE", "/__mock/worlds/copy", None)) * 20))  # fmt: skip
    yield Heavy("snapshots", (("PUT", f"{HEAVY}/snapshots/s", b"{}"), ("POST", f"{HEAVY}/snapshots/s/restore", b"{}"),
                              ("DELETE", f"{HEAVY}/snapshots/s", None)))  # fmt: skip
    yield Heavy("GET tables and figures", tuple(
        ("GET", f"{OTHER}/{path}", None)
        for path in ("operations", "outcomes", "openapi.json", "metrics", "coverage", "plan", "conduct", "worlds", "scenarios")
    ))  # fmt: skip


def _data(value: Any) -> bytes:
    return json.dumps(value).encode()


def state_of(state: dict[str, Any], size: int) -> bytes:
    """Return a state with as many offers as fit into so many bytes."""
    offer = state["offers"][0]
    count = (size - len(_data(state))) // (len(_data(offer)) + 8)
    return _data(state | {"offers": state["offers"] + [offer | {"id": 5_000_000 + n} for n in range(count)]})


def _numbers(head: str, tail: str) -> bytes:
    return (head + "[" + "12345," * (LARGEST // 6 - 100) + "1]" + tail).encode()


def fill(server: OneServer) -> None:
    """Make the worlds, and fill the journal and the events of one."""
    for name in ("timed", "heavy", "busy"):
        server.ask("POST", "/__mock/worlds", {"name": name})
    body = json.dumps({"x": ["y" * 100] * 250}).encode()
    for _ in range(1_000):
        server.ask("POST", "/w/busy/v3/infinity-mall/members/me/offers/1000203/use", body, api=True)
    seen = {"events": [{"offer_id": 1000115, "created_at": "2019-03-13T18:00:00Z"}] * 10_000}
    server.ask("POST", "/w/busy/v3/infinity-mall/members/me/events/offers_seen", seen, api=True)


@contextmanager
def repeated(server: OneServer, calls: tuple[tuple[str, str, Any], ...]) -> Iterator[list[int]]:
    """Send calls again and again from a process of its own; give how often the last was sent, and with what statuses."""
    stop, done, statuses = FORK.Event(), FORK.Value("i", 0), FORK.Manager().dict()

    def work() -> None:
        connection = server.connection()
        while not stop.is_set():
            for method, path, body in calls:
                status, _ = server.ask(method, path, body, connection=connection)
                statuses[status] = statuses.get(status, 0) + 1
                if stop.is_set():
                    break
            done.value += 1

    process = FORK.Process(target=work)
    process.start()
    found: list[Any] = [0, {}]
    try:
        yield found
    finally:
        stop.set()
        process.join()
        found[:] = [done.value, dict(statuses)]


def measured(server: OneServer, heavy: Heavy) -> tuple[Times, Times, list[Any]]:
    """Return the times of gets alone, and of those beside a heavy call."""
    alone = timed(server)
    with repeated(server, heavy.calls) as done:
        time.sleep(0.2)
        beside = timed(server)
    return alone, beside, done


def table(words: list[str], tell: Callable[[str], object]) -> None:
    """Measure the calls that have one of some words, or all, and tell of each."""
    port = free_port()
    with running(serve_command(port), port, core=None) as process:
        server = OneServer(port, process)
        fill(server)
        state = json.loads(server.ask("GET", f"{HEAVY}/state")[1])
        tell(
            "| Call | Body | Times | Alone: p50, p99, longest | Beside: p50, p99, longest |\n| --- | ---: | ---: | --- | --- |"
        )
        for heavy in heavy_calls(state):
            if not words or any(word in heavy.words for word in words):
                alone, beside, (count, statuses) = measured(server, heavy)
                size = f"{heavy.size / 1e6:.1f} MB" if heavy.size else ""
                tell(f"| {heavy.words} {statuses} | {size} | {count} | {alone} | {beside} |")


if __name__ == "__main__":
    table(sys.argv[1:], lambda line: print(line, flush=True))
