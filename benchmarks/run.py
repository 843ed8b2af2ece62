"""``python -m benchmarks.run``: our server beside bare Flask and no application at all, in one run, with ratios.

Sections: ``routes`` (throughput and p99), ``start`` (process start to first 200, resident memory), ``sizes`` (latency with
100, 10,000 and 100,000 offers). Needs wrk; figures move with the machine, ratios hardly.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.processes import (
    HEADERS,
    OFFERS,
    Load,
    Route,
    Running,
    bare_command,
    fetch,
    free_port,
    load,
    median_load,
    rotating_use,
    route,
    running,
    serve_command,
)

LIST = OFFERS + "?per_page=100"
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


def measured_routes(fixtures: Path) -> tuple[Route, ...]:
    """Answer the list of 100, one offer, and a use by the fixtures' members in rotation."""
    members = json.loads((fixtures / "members.json").read_text())["members"]
    ids = [member["id"] for member in members if member.get("club", "infinity-mall") == "infinity-mall"]
    return (
        route("list", "GET", LIST),
        route("get", "GET", OFFERS + "/1000115"),
        rotating_use(ids, 1000115),
    )


def save_bodies(server: Running, directory: Path) -> Path:
    """Keep our own answers as the constant bytes of the bare servers, so that all send the same."""
    directory.mkdir()
    (directory / "list.json").write_bytes(fetch(server.port, "GET", LIST))
    (directory / "get.json").write_bytes(fetch(server.port, "GET", OFFERS + "/1000115"))
    (directory / "use.json").write_bytes(fetch(server.port, "POST", OFFERS + "/1000115/use"))
    return directory


def routes_section(work: Path, rounds: int, seconds: int) -> None:
    """Print throughput and p99 of each route and server, alternating between servers round by round."""
    fixtures = generated(work, 100, 1_000)
    chosen = measured_routes(fixtures)
    port = free_port()
    with running(serve_command(port, "--fixtures", str(fixtures)), port) as server:
        bodies = save_bodies(server, work / "bodies")
    commands = {
        "mockserver": lambda port: serve_command(port, "--fixtures", str(fixtures)),
        "through Flask": lambda port: serve_command(port, "--fixtures", str(fixtures), "--no-fast-path"),
        "bare Flask": lambda port: bare_command(port, "flask", bodies),
        "nothing": lambda port: bare_command(port, "nothing", bodies),
    }
    results: dict[tuple[str, str], list[Load]] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            port = free_port()
            with running(command(port), port) as server:
                for each in chosen:
                    load(port, each, 1)  # warm-up
                    results.setdefault((name, each.name), []).append(load(port, each, seconds))
                if name == "mockserver":
                    print(f"  resident after load: {server.resident_mb():.0f} MB", file=sys.stderr)
    print(
        f"\nlist body: {(bodies / 'list.json').stat().st_size / 1024:.0f} KB, one offer: "
        f"{(bodies / 'get.json').stat().st_size} B"
    )
    print(f"{'':<15}" + "".join(f"{each.name:>10} {'p99 ms':>8} {'/Flask':>7}" for each in chosen))
    for name in commands:
        cells = []
        for each in chosen:
            ours, flask = (median_load(results[(who, each.name)]) for who in (name, "bare Flask"))
            cells.append(f"{ours.rate:>10,.0f} {ours.p99:>8.2f} {ours.rate / flask.rate:>7.2f}")
        print(f"{name:<15}" + "".join(cells))


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
                taken = latencies(port, OFFERS + query, repeats)
                fresh = latencies(port, OFFERS + query, repeats, distinct=True)
                print(
                    f"  {name:<22} median {statistics.median(taken):7.2f} ms, worst {max(taken):7.2f} ms; "
                    f"never asked before: median {statistics.median(fresh):7.2f} ms"
                )
            print(f"  resident now {server.resident_mb():.0f} MB")


def latencies(port: int, path: str, repeats: int, distinct: bool = False) -> list[float]:
    """Answer milliseconds of each request; ``distinct`` makes every path new, so that no kept answer fits."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken = []
    for number in range(repeats):
        target = f"{path}{'&' if '?' in path else '?'}distinct={number}" if distinct else path
        started = time.perf_counter()
        connection.request("GET", target, headers=HEADERS)
        response = connection.getresponse()
        body = response.read()
        taken.append((time.perf_counter() - started) * 1e3)
        if response.status != 200:
            raise RuntimeError(f"{target}: {response.status} {body[:200]!r}")
    connection.close()
    return taken


def main() -> None:
    """Run the chosen sections."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", help="routes, start, sizes (default: all)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of load, for each route and round")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 10_000, 100_000])
    asked = parser.parse_args()
    sections = asked.sections or ["routes", "start", "sizes"]
    with tempfile.TemporaryDirectory(prefix="mockserver-benchmark-") as name:
        if "routes" in sections:
            routes_section(Path(name), asked.rounds, asked.seconds)
        if "start" in sections:
            start_section(max(5, asked.rounds))
        if "sizes" in sections:
            sizes_section(Path(name), asked.sizes, 40)


if __name__ == "__main__":
    main()
