"""The longest piece of heavy work: for how much processor time other threads have no turn while a control call is carried out.

``python -m benchmarks.pieces [WORD ...]``, in one process and without a server. Processor time is the process's own: what else
the machine does is not counted, unlike in the times of ``benchmarks.beside``.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import orjson

from benchmarks.beside import HEAVY, fill, heavy_calls
from benchmarks.processes import HEADERS
from benchmarks.serving import kind_of
from mockserver.cli.serve import COLLECTIONS
from mockserver.exchange import Request
from mockserver.hosts.server import SWITCH
from mockserver.mock import build
from mockserver.settings import Settings


class InProcess:
    """A mock in this process, asked as a server is."""

    def __init__(self) -> None:
        self.mock = build(Settings())

    def ask(self, method: str, path: str, body: Any = None, *, api: bool = False) -> tuple[int, bytes]:
        """Ask; return the status and the body."""
        data = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        sent = {
            name.lower(): value for name, value in ((HEADERS if api else {}) | (kind_of(data) if data else {})).items()
        }
        request = Request(method, path, "", sent, data or b"", "http", "127.0.0.1", ("127.0.0.1", 1))
        response = self.mock.handle(request)
        while response.work is not None:
            response = response.work()
        return response.status, response.body


def longest_piece(work: Callable[[], object]) -> float:
    """Return for how many milliseconds of processor time at most a thread that works lets no other thread have a turn."""
    thread, longest = threading.Thread(target=work), 0.0
    thread.start()
    while thread.is_alive():
        before = time.process_time()
        time.sleep(0.0002)
        longest = max(longest, time.process_time() - before)
    thread.join()
    return longest * 1_000


def main() -> None:
    """Measure the calls that have one of some words, or all."""
    sys.setswitchinterval(SWITCH)
    gc.set_threshold(*COLLECTIONS)
    server, words = InProcess(), sys.argv[1:]
    gc.freeze()  # as a server does
    fill(server)
    state = orjson.loads(server.ask("GET", f"{HEAVY}/state")[1])
    print("| Call | Longest piece |\n| --- | ---: |")
    for heavy in heavy_calls(state):
        if words and not any(word in heavy.words for word in words):
            continue
        statuses: set[int] = set()

        def work(calls: Any = heavy.calls, statuses: set[int] = statuses) -> None:
            for method, path, body in calls[:4]:
                statuses.add(server.ask(method, path, body)[0])

        found = sorted(longest_piece(work) for _ in range(3))
        print(f"| {heavy.words} {statuses} | {found[1]:.0f} ms (of 3: {found[0]:.0f} to {found[-1]:.0f}) |", flush=True)


if __name__ == "__main__":
    main()
