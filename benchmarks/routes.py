"""Throughput, p99 and processor time of each route: ours beside the peers, bare Flask and the bare server, in one run.

Every server is started once and warmed up, then all are measured in turn, round by round, on one core; while one is measured
the others are stopped.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.aims import Aim, at_least, at_most
from benchmarks.peers import WIREMOCK, WIREMOCK_STATES, installed
from benchmarks.processes import (
    GET,
    OFFERS,
    Contender,
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

LIST = OFFERS + "?per_page=100"
BOOKED, REFUSED = 1000115, 1000284
OURS, THROUGH_FLASK = "mockserver", "through Flask"
BARE_WSGI, BARE_FLASK, ALONE = "bare Flask, WSGI", "bare Flask, ours", "our server alone"
FEW = ("list", "get", "use")  # the routes of every server
AS_FAST = 0.95  # equal servers differ by some percent in measurements
REFUSALS = ("use refused", "use refused, no body", "parameter refused")


def generated(directory: Path, offers: int, members: int) -> Path:
    """Generate fixtures; return their directory."""
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


def who_may_use(fixtures: Path) -> list[int]:
    """Return the members of the club who are not banned, by id."""
    members = json.loads((fixtures / "members.json").read_text())["members"]
    return [
        member["id"]
        for member in members
        if member.get("club", "infinity-mall") == "infinity-mall" and not member.get("banned_until")
    ]


def measured_routes(fixtures: Path) -> tuple[Route, ...]:
    """Return the list of 100, one offer, uses by the fixtures' members in rotation, and three kinds of 422."""
    ids = who_may_use(fixtures)
    return (
        route("list", "GET", LIST),
        route("get", "GET", GET),
        rotating_use("use", ids, BOOKED),
        rotating_use("use refused", ids, REFUSED, 422),
        route("use refused, no body", "POST", f"{OFFERS}/{REFUSED}/use", 422),
        route("parameter refused", "GET", OFFERS + "?per_page=0", 422),
    )


def contenders(fixtures: Path, work: Path) -> dict[str, Contender]:
    """Return all measured servers by name; all return the same bytes."""
    port = free_port()
    with running(serve_command(port, "--fixtures", str(fixtures)), port) as server:
        bodies = save_bodies(server, work / "bodies")
    return {
        OURS: Contender(lambda port: serve_command(port, "--fixtures", str(fixtures))),
        THROUGH_FLASK: Contender(lambda port: serve_command(port, "--fixtures", str(fixtures), "--no-fast-path")),
        **installed(bodies, work / "peers"),
        BARE_WSGI: Contender(lambda port: bare_wsgi_command(port, bodies)),
        BARE_FLASK: Contender(lambda port: bare_command(port, "flask", bodies)),
        ALONE: Contender(lambda port: bare_command(port, "nothing", bodies)),
    }


def save_bodies(server: Running, directory: Path) -> Path:
    """Write the mock's responses to files, as the constant bytes of the other servers."""
    directory.mkdir()
    for name, method, path in (("list", "GET", LIST), ("get", "GET", GET), ("use", "POST", f"{GET}/use")):
        (directory / f"{name}.json").write_bytes(fetch(server.port, method, path))
    return directory


@dataclass
class Measured:
    """One measured server, with the results of each route by round."""

    name: str
    server: Running
    routes: tuple[Route, ...]
    idle_mb: float
    loads: dict[str, list[Load]] = field(default_factory=dict)
    loaded_mb: float = 0.0

    def warm_up(self, seconds: int) -> None:
        """Check the response of each route, then warm it up."""
        for each in self.routes:
            status = ask(self.server.port, each.method, each.path)
            if status != each.status:
                raise RuntimeError(f"{self.name}, {each.name}: {status} instead of {each.status}")
            load(self.server.port, each, seconds)

    def round(self, seconds: int) -> None:
        """Measure each route once."""
        for each in self.routes:
            self.loads.setdefault(each.name, []).append(loaded(self.server, each, seconds))
        self.loaded_mb = self.server.resident_mb()


def routes_section(work: Path, rounds: int, seconds: int) -> list[Aim]:
    """Measure all servers, print a table for each route, and return the aims."""
    fixtures = prepared(generated(work, 100, 1_000))
    chosen = measured_routes(fixtures)
    found: dict[str, Measured] = {}
    with ExitStack() as stack:
        for name, contender in contenders(fixtures, work).items():
            port = free_port()
            server = stack.enter_context(running(contender.command(port), port))
            routes = chosen if name in (OURS, THROUGH_FLASK) else chosen[: len(FEW)]
            found[name] = Measured(name, server, routes, server.resident_mb())
            found[name].warm_up(contender.warm_up)
            server.pause()
        for _ in range(rounds):
            for measured in found.values():
                measured.server.resume()
                measured.round(seconds)
                measured.server.pause()
    loads = {(name, kind): median_load(each) for name, one in found.items() for kind, each in one.loads.items()}
    print_routes(loads, list(found), [each.name for each in chosen])
    for name, one in found.items():
        print(
            f"{name:<22} first 200 after {one.server.seconds:5.2f} s (pinned to one core), "
            f"{one.idle_mb:4.0f} MB idle, {one.loaded_mb:4.0f} MB loaded"
        )
    return [*aims_of(loads), at_most("resident after the load", 100, "MB", found[OURS].loaded_mb)]


def print_routes(found: dict[tuple[str, str], Load], servers: list[str], routes: list[str]) -> None:
    """Print a table for each route: requests per second, p99, CPU time per request, and the mock's ratios."""
    for route_name in routes:
        print(
            f"\n{route_name:<22} {'req/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'cpu us':>8}   ours in proportion: rate, p99, cpu"
        )
        ours = found[OURS, route_name]
        for name in servers:
            theirs = found.get((name, route_name))
            if theirs is not None:
                print(
                    f"{name:<22} {theirs.rate:>9,.0f} {theirs.p50:>8.2f} {theirs.p99:>8.2f} {theirs.cpu:>8.1f}   "
                    f"{ours.rate / theirs.rate:.2f}, {ours.p99 / theirs.p99:.2f}, {ours.cpu / theirs.cpu:.2f}"
                )
    print()


def aims_of(found: dict[tuple[str, str], Load]) -> list[Aim]:
    """Return the aims of the routes; comparisons with WireMock only if it is installed."""

    def proportion(kind: str, other: str, others: str | None = None) -> float:
        return found[OURS, kind].rate / found[other, others or kind].rate

    flask = max((BARE_WSGI, BARE_FLASK), key=lambda name: found[name, "use"].rate)
    aims = [at_least("use", 0.8, "bare Flask", proportion("use", flask))]
    aims += [at_least(kind, AS_FAST, "our own get", proportion(kind, OURS, "get")) for kind in REFUSALS]
    if (WIREMOCK, "list") not in found:
        return aims
    slowest = max(
        found[OURS, kind].p99 / found[other, kind].p99
        for kind, other in (("list", WIREMOCK), ("get", WIREMOCK), ("use", WIREMOCK_STATES))
    )
    return [
        at_least("list", 2.0, WIREMOCK, proportion("list", WIREMOCK)),
        at_least("get", 1.5, WIREMOCK, proportion("get", WIREMOCK)),
        at_least("use", 1.0, WIREMOCK_STATES, proportion("use", WIREMOCK_STATES)),
        *aims,
        *(at_least(kind, 1.5, f"{WIREMOCK}'s get", proportion(kind, WIREMOCK, "get")) for kind in REFUSALS),
        at_most("p99 of list, get and use, at worst", 0.25, "of WireMock's", slowest),
    ]
