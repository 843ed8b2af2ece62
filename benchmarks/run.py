"""``python -m benchmarks.run``: our server beside its peers, bare Flask and our server alone, in one run, with what is reached.

Sections: ``routes`` (throughput and p99), ``start`` (process start to first 200, resident memory), ``worlds`` (200 beside
one), ``sizes`` (latency with 100, 10,000 and 100,000 offers), ``image`` (the size of the container image ``mockserver``, where
one has been built). Needs wrk, and the peers below ``PEERS_DIR`` for their rows.
Figures depend on the machine, ratios hardly do.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.aims import Aim, at_least, at_most, print_aims
from benchmarks.processes import (
    GET,
    HEADERS,
    OFFERS,
    Route,
    fetch,
    free_port,
    load,
    running,
    serve_command,
)
from benchmarks.queries import Queries
from benchmarks.routes import generated, routes_section
from benchmarks.turns import proportion, turns

QUERIES = {
    "first page": "",
    "a late page": "?page_no=9&per_page=10",
    "search": "?search=coffee",
    "filter by tag": "?tags[]=food",
    "usable only": "?only_usable=true",
    "sort by name": "?order_by=name%20DESC",
    "sort by usable_until": "?order_by=usable_until%20ASC",
    "sort by two": "?order_by=usable_since%20DESC,name",
    "counted": "?include_total=true",
}
MANY = 100_000  # offers, for which there are aims


def worlds_section(rounds: int, seconds: int, count: int = 200) -> list[Aim]:
    """Print the memory of worlds that were only read, and the throughput of many beside that of one.

    Many requests in one world stand beside them: what many worlds cost and many different requests do not, is the worlds'.
    """
    one, requests, many = (
        rotating("one world", 1, "/w/world-0{path}?n={n}"),
        rotating(f"{count} requests", count, "/w/world-0{path}?n={n}"),
        rotating(f"{count} worlds", count, "/w/world-{n}{path}"),
    )
    port = free_port()
    with running(serve_command(port), port) as server:
        load(port, one, 1)
        before = server.resident_mb()
        for number in range(1, count):
            fetch(port, "GET", f"/w/world-{number}{OFFERS}")
        read = (server.resident_mb() - before) / (count - 1)
        while kept(port, f"world-{count - 1}") < 1_000:
            load(port, many, 4)
        taken = turns(port, (one, requests, many), 3 * rounds * seconds)
        print()
        for name, microseconds in taken.items():
            share = proportion(taken[one.name], microseconds)
            print(f"{name:<12} {1e6 / statistics.median(microseconds):9,.0f} req/s, {share:.2f} of one world")
        print(
            f"in {len(taken[one.name])} turns each; resident with {count} full journals: {server.resident_mb():.0f} MB"
        )
    return [
        at_least(many.name, 0.9, one.name, proportion(taken[one.name], taken[many.name])),
        at_most("a world that has only been read", 1, "MB", read),
    ]


def kept(port: int, world: str) -> int:
    """Return the number of exchanges in a world's journal."""
    counts: dict[str, int] = json.loads(fetch(port, "GET", f"/w/{world}/__mock/world"))["counts"]
    return counts["requests"]


def rotating(name: str, count: int, path: str) -> Route:
    """One offer, asked for in one way after the other: ``{n}`` in the path runs below ``count``."""
    before, _, after = path.replace("{path}", GET).partition("{n}")
    body = (
        "local n = 0\nrequest = function()\n"
        f'  n = (n + 1) % {count}\n  return wrk.format("GET", "{before}" .. n .. "{after}")\nend\n'
    )
    return Route(name, body)


def start_section(rounds: int) -> list[Aim]:
    """Print the time from process start to the first 200 with the default fixtures, on both cores and on one."""
    aims = []
    for core, where in ((None, "any core"), ("0", "one core")):
        seconds, idle = [], []
        for _ in range(rounds):
            port = free_port()
            with running(serve_command(port), port, core=core) as server:
                seconds.append(server.seconds)
                idle.append(server.resident_mb())
        print(
            f"\nstart to first 200, {where}: median {statistics.median(seconds):.3f} s (best {min(seconds):.3f}, "
            f"worst {max(seconds):.3f}); resident when idle: {statistics.median(idle):.0f} MB"
        )
        aims.append(at_most(f"start to first 200, {where}", 0.4, "s", statistics.median(seconds)))
    return aims


def sizes_section(work: Path, sizes: list[int], repeats: int) -> list[Aim]:
    """Print the latency of list queries with more and more offers, one request after another."""
    aims = []
    for offers in sizes:
        fixtures = generated(work, offers, 1_000)
        port = free_port()
        with running(serve_command(port, "--fixtures", str(fixtures)), port, core=None) as server:
            print(f"\n{offers:,} offers: start to first 200 {server.seconds:.2f} s, {server.resident_mb():.0f} MB")
            anything = f"anything, straight after the start: {spread(latencies(port, queries(fixtures, 1)))}"
            print(f"  {anything}")
            for name, query in QUERIES.items():
                asked = OFFERS + query
                taken = latencies(port, [asked] * repeats)
                fresh = latencies(port, [f"{asked}{'&' if query else '?'}distinct={n}" for n in range(repeats)])
                print(
                    f"  {name:<22} median {statistics.median(taken):7.2f} ms, worst {max(taken):7.2f} ms; "
                    f"never asked before: median {statistics.median(fresh):7.2f} ms"
                )
            taken = latencies(port, queries(fixtures, 2))
            print(f"  anything, never asked before: {spread(taken)}")
            print(f"  resident now {server.resident_mb():.0f} MB")
            if offers == MANY:
                aims += [
                    at_most(f"{MANY:,} offers: any query, median", 5, "ms", statistics.median(taken)),
                    at_most(f"{MANY:,} offers: any query, p99", 20, "ms", p99(taken)),
                    at_most(f"{MANY:,} offers: start to first 200", 5, "s", server.seconds),
                    at_most(f"{MANY:,} offers: resident", 400, "MB", server.resident_mb()),
                ]
    return aims


def queries(fixtures: Path, seed: int) -> list[str]:
    """Return 1,500 list queries of all kinds."""
    return [f"{OFFERS}?{query}&seed={seed}" for query in Queries(fixtures, seed).some(1_500)]


def p99(taken: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return sorted(taken)[int(len(taken) * 0.99)]


def spread(taken: Sequence[float]) -> str:
    """Return the distribution of latencies in words."""
    return f"median {statistics.median(taken):.2f} ms, p99 {p99(taken):.2f} ms, worst {max(taken):.2f} ms"


def latencies(port: int, targets: Sequence[str]) -> list[float]:
    """Return the milliseconds of each request, sent one after another on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken = []
    for target in targets:
        started = time.perf_counter()
        connection.request("GET", target, headers=HEADERS)
        response = connection.getresponse()
        body = response.read()
        taken.append((time.perf_counter() - started) * 1e3)
        if response.status != 200:
            raise RuntimeError(f"{target}: {response.status} {body[:200]!r}")
    connection.close()
    return taken


def image() -> None:
    """Print the size of the container image, as the first of docker and podman that has it says."""
    for tool in (["docker"], ["podman"], ["podman", "--storage-driver", "vfs"]):
        command = [*tool, "image", "inspect", "mockserver", "--format", "{{.Size}}"]
        found = subprocess.run(command, capture_output=True, text=True, check=False) if shutil.which(tool[0]) else None
        if found is not None and found.returncode == 0:
            print(f"\nimage mockserver   {int(found.stdout) / 1_000_000:.0f} MB")
            return
    print("\nimage mockserver   not built here: docker build -t mockserver .")


def main() -> None:
    """Run the chosen sections."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", help="routes, start, worlds, sizes, image (default: all)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of load, for each route and round")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 10_000, 100_000])
    asked = parser.parse_args()
    sections = asked.sections or ["routes", "start", "worlds", "sizes", "image"]
    aims: list[Aim] = []
    with tempfile.TemporaryDirectory(prefix="mockserver-benchmark-") as name:
        if "routes" in sections:
            aims += routes_section(Path(name), asked.rounds, asked.seconds)
        if "start" in sections:
            aims += start_section(max(7, asked.rounds))
        if "worlds" in sections:
            aims += worlds_section(asked.rounds, asked.seconds)
        if "sizes" in sections:
            aims += sizes_section(Path(name), asked.sizes, 40)
        if "image" in sections:
            image()
    print_aims(aims)


if __name__ == "__main__":
    main()
