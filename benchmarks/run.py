"""``python -m benchmarks.run``: our server beside bare Flask, our server alone and WireMock, in one run, with ratios.

Sections: ``routes`` (throughput and p99), ``start`` (process start to first 200, resident memory), ``worlds`` (200 beside
one), ``sizes`` (latency with 100, 10,000 and 100,000 offers), ``image`` (the size of the container image ``mockserver``, where
one has been built). Needs wrk, and WireMock below ``PEERS_DIR`` for its rows.
Figures move with the machine, ratios hardly.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.peers import wiremock_commands
from benchmarks.processes import (
    HEADERS,
    OFFERS,
    Load,
    Route,
    Running,
    ask,
    bare_command,
    bare_wsgi_command,
    fetch,
    free_port,
    load,
    loaded,
    median_load,
    rotating_use,
    route,
    running,
    serve_command,
)
from benchmarks.queries import Queries

LIST = OFFERS + "?per_page=100"
BOOKED, REFUSED = 1000115, 1000284
OURS = "mockserver"
QUERIES = {
    "first page": "",
    "a late page": "?page_no=9&per_page=10",
    "search": "?search=coffee",
    "filter by tag": "?tags[]=food",
    "usable only": "?only_usable=true",
    "sort by name": "?order_by=name%20DESC",
    "sort by usable_until": "?order_by=usable_until%20ASC",
    "counted": "?include_total=true",
}


def generated(directory: Path, offers: int, members: int) -> Path:
    """Generate fixtures; answer their directory."""
    out = directory / f"fixtures-{offers}"
    command = [sys.executable, "-m", "mockserver", "generate", "--offers", str(offers), "--members", str(members)]
    subprocess.run([*command, "--seed", "7", "--out", str(out)], check=True, capture_output=True)
    return out


def prepared(fixtures: Path) -> Path:
    """Change fixtures so that each use of ``BOOKED`` books (no limit, no active window), and each of ``REFUSED`` is refused."""
    clubs, offers = (json.loads((fixtures / f"{name}.json").read_text()) for name in ("clubs", "offers"))
    for club in clubs["clubs"]:
        club["activated_seconds_time"] = 0
    for offer in offers["offers"]:
        if offer["id"] == BOOKED:
            offer["maximum_uses_per_user"] = None
        elif offer["id"] == REFUSED:
            offer |= {
                "type": "REGULAR",
                "audience_id": None,
                "visible_until": None,
                "usable_since": None,
                "period": None,
            }
            offer |= {"status": "published", "usable_until": "2020-01-01T00:00:00.000Z"}
    (fixtures / "clubs.json").write_text(json.dumps(clubs))
    (fixtures / "offers.json").write_text(json.dumps(offers))
    return fixtures


def measured_routes(fixtures: Path) -> tuple[Route, ...]:
    """Answer the list of 100, one offer, uses by the fixtures' members in rotation, and two kinds of 422."""
    members = json.loads((fixtures / "members.json").read_text())["members"]
    ids = [member["id"] for member in members if member.get("club", "infinity-mall") == "infinity-mall"]
    return (
        route("list", "GET", LIST),
        route("get", "GET", f"{OFFERS}/{BOOKED}"),
        rotating_use("use", ids, BOOKED),
        rotating_use("use refused", ids, REFUSED, 422),
        route("parameter refused", "GET", OFFERS + "?per_page=0", 422),
    )


def save_bodies(server: Running, directory: Path) -> Path:
    """Keep our own answers as the constant bytes of the others, so that all send the same."""
    directory.mkdir()
    (directory / "list.json").write_bytes(fetch(server.port, "GET", LIST))
    (directory / "get.json").write_bytes(fetch(server.port, "GET", f"{OFFERS}/{BOOKED}"))
    (directory / "use.json").write_bytes(fetch(server.port, "POST", f"{OFFERS}/{BOOKED}/use"))
    return directory


def routes_section(work: Path, rounds: int, seconds: int) -> None:
    """Print throughput and p99 of each route and server, alternating between servers round by round."""
    fixtures = prepared(generated(work, 100, 1_000))
    chosen = measured_routes(fixtures)
    port = free_port()
    with running(serve_command(port, "--fixtures", str(fixtures)), port) as server:
        bodies = save_bodies(server, work / "bodies")
    commands: dict[str, Callable[[int], list[str]]] = {
        OURS: lambda port: serve_command(port, "--fixtures", str(fixtures)),
        "through Flask": lambda port: serve_command(port, "--fixtures", str(fixtures), "--no-fast-path"),
        **wiremock_commands(bodies, work / "wiremock"),
        "bare Flask, WSGI": lambda port: bare_wsgi_command(port, bodies),
        "bare Flask": lambda port: bare_command(port, "flask", bodies),
        "our server alone": lambda port: bare_command(port, "nothing", bodies),
    }
    results: dict[tuple[str, str], list[Load]] = {}
    weights: dict[str, list[tuple[float, float, float]]] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            port = free_port()
            with running(command(port), port) as server:
                idle = server.resident_mb()
                warm_up = 12 if "WireMock" in name else 1
                mocks = name in (OURS, "through Flask")
                for each in chosen if mocks else chosen[:3]:
                    if mocks and (status := ask(port, each.method, each.path)) != each.status:
                        raise RuntimeError(f"{each.name}: {status} instead of {each.status}")
                    load(port, each, warm_up)
                    results.setdefault((name, each.name), []).append(loaded(server, each, seconds))
                weights.setdefault(name, []).append((server.seconds, idle, server.resident_mb()))
    print_routes(
        {key: median_load(loads) for key, loads in results.items()}, list(commands), [each.name for each in chosen]
    )
    for name, weighed in weights.items():
        start, idle, after = (statistics.median(column) for column in zip(*weighed, strict=True))
        print(
            f"{name:<18} first 200 after {start:5.2f} s (pinned to one core), {idle:4.0f} MB idle, {after:4.0f} MB loaded"
        )


def print_routes(found: dict[tuple[str, str], Load], servers: list[str], routes: list[str]) -> None:
    """Print a table a route: requests a second, p99, processor time a request, and ours in proportion."""
    for route_name in routes:
        print(
            f"\n{route_name:<18} {'req/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'cpu us':>8}   ours in proportion: rate, p99, cpu"
        )
        ours = found[OURS, route_name]
        for name in servers:
            theirs = found.get((name, route_name))
            if theirs is not None:
                print(
                    f"{name:<18} {theirs.rate:>9,.0f} {theirs.p50:>8.2f} {theirs.p99:>8.2f} {theirs.cpu:>8.1f}   "
                    f"{ours.rate / theirs.rate:.2f}, {ours.p99 / theirs.p99:.2f}, {ours.cpu / theirs.cpu:.2f}"
                )
    print()


def worlds_section(rounds: int, seconds: int, count: int = 200) -> None:
    """Print the memory of worlds that were only read, and the throughput of many beside that of one."""
    one, many = rotating_worlds("one world", 1), rotating_worlds(f"{count} worlds", count)
    loads: dict[str, list[Load]] = {one.name: [], many.name: []}
    port = free_port()
    with running(serve_command(port), port) as server:
        load(port, one, 1)
        before = server.resident_mb()
        for number in range(1, count):
            fetch(port, "GET", f"/w/world-{number}{OFFERS}")
        print(f"\na world that has only been read: {(server.resident_mb() - before) / (count - 1):.2f} MB")
        load(port, many, 2)
        for _ in range(rounds):
            for each in (one, many):
                loads[each.name].append(loaded(server, each, seconds))
        for name, found in loads.items():
            middle = median_load(found)
            print(
                f"{name:<12} {middle.rate:9,.0f} req/s, p99 {middle.p99:.2f} ms, {middle.cpu:.1f} us of processor time"
            )
        print(f"resident with {count} journals filling: {server.resident_mb():.0f} MB")


def rotating_worlds(name: str, count: int) -> Route:
    """One offer, in one world after the other."""
    path = f"{OFFERS}/{BOOKED}"
    body = (
        "local n = 0\nrequest = function()\n"
        f'  n = (n + 1) % {count}\n  return wrk.format("GET", "/w/world-" .. n .. "{path}")\nend\n'
    )
    return Route(name, body)


def start_section(rounds: int) -> None:
    """Print the time from process start to the first 200, and resident memory, with the default fixtures."""
    seconds, idle = [], []
    for _ in range(rounds):
        port = free_port()
        with running(serve_command(port), port, core=None) as server:
            seconds.append(server.seconds)
            idle.append(server.resident_mb())
    print(
        f"\nstart to first 200: median {statistics.median(seconds):.3f} s (best {min(seconds):.3f}, "
        f"worst {max(seconds):.3f}); resident when idle: {statistics.median(idle):.0f} MB"
    )


def sizes_section(work: Path, sizes: list[int], repeats: int) -> None:
    """Print the latency of list queries with more and more offers, one request after another."""
    for offers in sizes:
        fixtures = generated(work, offers, 1_000)
        port = free_port()
        with running(serve_command(port, "--fixtures", str(fixtures)), port, core=None) as server:
            print(f"\n{offers:,} offers: start to first 200 {server.seconds:.2f} s, {server.resident_mb():.0f} MB")
            for name, query in QUERIES.items():
                asked = OFFERS + query
                taken = latencies(port, [asked] * repeats)
                fresh = latencies(port, [f"{asked}{'&' if query else '?'}distinct={n}" for n in range(repeats)])
                print(
                    f"  {name:<22} median {statistics.median(taken):7.2f} ms, worst {max(taken):7.2f} ms; "
                    f"never asked before: median {statistics.median(fresh):7.2f} ms"
                )
            anything = sorted(latencies(port, [f"{OFFERS}?{query}" for query in Queries(fixtures).some(1_500)]))
            print(
                f"  anything, never asked before: median {statistics.median(anything):.2f} ms, "
                f"p99 {anything[int(len(anything) * 0.99)]:.2f} ms, worst {anything[-1]:.2f} ms"
            )
            print(f"  resident now {server.resident_mb():.0f} MB")


def latencies(port: int, targets: Sequence[str]) -> list[float]:
    """Answer the milliseconds of each request, sent one after another on one connection."""
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
    with tempfile.TemporaryDirectory(prefix="mockserver-benchmark-") as name:
        if "routes" in sections:
            routes_section(Path(name), asked.rounds, asked.seconds)
        if "start" in sections:
            start_section(max(5, asked.rounds))
        if "worlds" in sections:
            worlds_section(asked.rounds, asked.seconds)
        if "sizes" in sections:
            sizes_section(Path(name), asked.sizes, 40)
        if "image" in sections:
            image()


if __name__ == "__main__":
    main()
