"""Starts, stops, loads (with wrk) and measures servers. Needs Linux, wrk and taskset."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

HEADERS = {
    "X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM",
    "X-Product-Name": "default",
    "X-User-Agent": "benchmark",
    "Authorization": "Bearer 8433d608645345a45ce5a0f5ba1225e57546e86ac49e5fec842159dc82218522",
}
OFFERS = "/v3/infinity-mall/members/me/offers"
GET = f"{OFFERS}/1000115"
USE_PATTERN = "/v3/infinity-mall/members/[0-9]+/offers/[0-9]+/use"
JSON = {"Content-Type": "application/json"}
DONE = """
done = function(summary, latency, requests)
  io.write(string.format('JSON {"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "errors": %d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


@dataclass(frozen=True)
class Route:
    """One kind of request: its Lua code for wrk, one example, and the status of the mock's response."""

    name: str
    lua: str
    method: str = "GET"
    path: str = OFFERS
    status: int = 200


def route(name: str, method: str, path: str, status: int = 200) -> Route:
    """Return a constant request."""
    lua = f"wrk.method = {json.dumps(method)}\nwrk.path = {json.dumps(path)}\n"
    return Route(name, lua, method, path, status)


def rotating_use(name: str, members: Sequence[int], offer_id: int, status: int = 200) -> Route:
    """Return uses of an offer by the members in turn."""
    ids = ", ".join(map(str, members))
    return Route(
        name,
        f"local ids, n = {{{ids}}}, 0\n"
        f'wrk.method = "POST"\nwrk.body = "{{}}"\nwrk.headers["Content-Type"] = "application/json"\n'
        "request = function()\n  n = n % #ids + 1\n"
        f'  return wrk.format(nil, "/v3/infinity-mall/members/" .. ids[n] .. "/offers/{offer_id}/use")\nend\n',
        "POST",
        f"/v3/infinity-mall/members/{members[0]}/offers/{offer_id}/use",
        status,
    )


@dataclass(frozen=True)
class Contender:
    """A server to measure: its command for a port, and the seconds of warm-up for each route."""

    command: Callable[[int], list[str]]
    warm_up: int = 1


@dataclass
class Running:
    """A started server; ``seconds`` is from process start to its first 200."""

    process: subprocess.Popen[bytes]
    port: int
    seconds: float

    def cpu_seconds(self) -> float:
        """Return the CPU time of the process and its children so far."""
        ticks = 0
        for pid in self._pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """Return its resident memory, with its children's."""
        lines = [line for pid in self._pids() for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

    def pause(self) -> None:
        """Stop it (SIGSTOP), so that it takes no CPU time from the measured server."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Continue it."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _pids(self) -> list[int]:
        found = [self.process.pid]
        for pid in found:  # the list grows during the loop; an ended process has no children
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text().split())
        return found


def free_port() -> int:
    """Return a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: Sequence[str], port: int, path: str = OFFERS, core: str | None = "0") -> Iterator[Running]:
    """Run a server that listens on ``port``, pinned to a core; wait for its first 200."""
    pinned = ["taskset", "-c", core, *command] if core is not None and shutil.which("taskset") else [*command]
    started = time.perf_counter()
    told = subprocess.DEVNULL if command[0] == "java" else None  # WireMock logs each unmatched request at length
    # an installed package is compiled: where Python is told to keep no bytecode, a start would compile it all
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(pinned, stdout=subprocess.DEVNULL, stderr=told, env=environment)
    server = Running(process, port, 0.0)
    try:
        while ask(port, "GET", path) != 200:
            if process.poll() is not None or time.perf_counter() - started > 120:
                raise RuntimeError(f"{' '.join(command)} does not answer")
            time.sleep(0.002)
        server.seconds = time.perf_counter() - started
        yield server
    finally:
        server.resume()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ask(port: int, method: str, path: str) -> int | None:
    """Return the status of one request on a new connection; None if no server listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, headers=HEADERS)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def fetch(port: int, method: str, path: str, body: bytes | None = None) -> bytes:
    """Return the body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, headers=HEADERS)
    try:
        return connection.getresponse().read()
    finally:
        connection.close()


@dataclass(frozen=True)
class Load:
    """The results of wrk: requests per second, latencies in milliseconds; and the server's CPU microseconds per request.

    The last one is reliable even if other programs share the machine.
    """

    rate: float
    p50: float
    p99: float
    cpu: float = 0.0


def loaded(server: Running, what: Route, seconds: int, connections: int = 16) -> Load:
    """Load a server with wrk from another core; return the results with the CPU time per request."""
    before = server.cpu_seconds()
    found = load(server.port, what, seconds, connections)
    return replace(found, cpu=(server.cpu_seconds() - before) / max(found.rate * seconds, 1) * 1e6)


def load(port: int, what: Route, seconds: int, connections: int = 16, core: str | None = "1") -> Load:
    """Load a server with wrk from another core."""
    figures = wrk(port, what.lua + DONE, seconds, connections, core)
    if figures["errors"]:
        print(f"  {figures['errors']} errors on {what.name}", file=sys.stderr)
    return Load(figures["requests"] / figures["microseconds"] * 1e6, figures["p50"] / 1e3, figures["p99"] / 1e3)


def wrk(port: int, lua: str, seconds: int, connections: int = 16, core: str | None = "1") -> dict[str, Any]:
    """Run wrk with a script and the usual headers; return the JSON that the script writes at the end."""
    headers = "".join(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}\n" for name, value in HEADERS.items())
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(headers + lua)
        script.flush()
        pinned = ["taskset", "-c", core] if core is not None and shutil.which("taskset") else []
        command = [*pinned, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script.name]
        done = subprocess.run([*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.split("JSON ", 1)[1].splitlines()[0])
    return figures


def median_load(loads: Sequence[Load]) -> Load:
    """Return the median of each figure."""
    return Load(
        statistics.median(each.rate for each in loads),
        statistics.median(each.p50 for each in loads),
        statistics.median(each.p99 for each in loads),
        statistics.median(each.cpu for each in loads),
    )


def serve_command(port: int, *arguments: str) -> list[str]:
    """Return the command that serves the mock."""
    return [sys.executable, "-m", "mockserver", "serve", "--port", str(port), "--quiet", *arguments]


def bare_command(port: int, kind: str, bodies: Path) -> list[str]:
    """Return the command that serves constant bytes, with or without Flask."""
    return [sys.executable, "-m", "benchmarks.bare", kind, str(port), os.fspath(bodies)]


def bare_wsgi_command(port: int, bodies: Path) -> list[str]:
    """Return the command that serves constant bytes with Flask on granian's WSGI server, the fastest setup for Flask."""
    options = "--interface wsgi --workers 1 --blocking-threads 8 --host 127.0.0.1 --no-ws --log-level error --factory"
    command = [sys.executable, "-m", "granian", *options.split(), "--port", str(port), "benchmarks.bare:flask_wsgi"]
    return ["env", f"BODIES={os.fspath(bodies)}", *command]
