"""Servers that share a store in Redis, asked at random: nothing is lost, doubled or stale, whatever becomes of them.

``python -m benchmarks.replicas [stock|pairs|killed|stopped|store|rolling ...] [--times N]`` starts a Redis of its own and
three servers, and prints what it has counted; an AssertionError says what went wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.crashes import ask
from benchmarks.processes import free_port

OFFER = 1000115
USE = "/v3/infinity-mall/members/{}/offers/1000115/use"


class Redis:
    """A Redis (or Valkey) of one's own with an append-only file, which can be stopped and started."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it has read its file."""
        server = shutil.which("redis-server") or shutil.which("valkey-server")
        assert server is not None, "needs redis-server or valkey-server"
        command = [server, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._directory)]
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen([*command, "--appendonly", "yes", "--save", ""], stdout=log, stderr=log)
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                probe.sendall(b"PING\r\n")
                if probe.recv(100).startswith(b"+PONG"):
                    return
            assert self._process.poll() is None, (self._directory / "log").read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """End it as an operator would."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait()


class Replica:
    """One server; ``ask`` uses a connection for each thread."""

    def __init__(self, store: str, *arguments: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "mockserver", "serve", "--port", str(self.port), "--quiet", "--store", store]
        self._command = [*command, *arguments]
        self._connections: list[http.client.HTTPConnection] = []
        self._local = threading.local()

    def start(self) -> None:
        """Start it, without waiting."""
        self.process = subprocess.Popen(self._command)
        self.close()  # connections to the process before

    def ready(self) -> None:
        """Wait until it is ready."""
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/__mock/ready")[0] == 200:
                    return
            assert self.process.poll() is None
            time.sleep(0.02)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Return the status and the JSON of one request. Raise OSError, HTTPException."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self._connections.append(connection)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            return ask(connection, method, path, body, **headers)
        except (OSError, http.client.HTTPException):
            connection.close()
            self._local.connection = None
            raise

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections:
            connection.close()
        self._connections, self._local = [], threading.local()

    def signal(self, number: int) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def end(self) -> None:
        """End it, however it is."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()
        self.close()


class Together:
    """Three servers over one store."""

    def __init__(self, redis: Redis, replicas: list[Replica]) -> None:
        self.redis = redis
        self.replicas = replicas

    def any(self) -> Replica:
        """Return one at random."""
        return random.choice(self.replicas)

    def owner(self, world: str) -> Replica:
        """Return the server that answers for a world; it is asked at another."""
        _, found = self.replicas[0].ask("GET", "/__mock/worlds")
        addresses = {each["name"]: each["owner"] for each in found["stored"]}
        if world not in addresses:
            return self.replicas[0]
        return next(each for each in self.replicas if f"process {each.process.pid} " in addresses[world])


@contextlib.contextmanager
def together(count: int = 3, *arguments: str) -> Iterator[Together]:
    """Start a store and servers, and end them."""
    with tempfile.TemporaryDirectory() as directory:
        redis = Redis(Path(directory))
        redis.start()
        replicas = [Replica(redis.url, *arguments) for _ in range(count)]
        try:
            for replica in replicas:
                replica.start()
            for replica in replicas:
                replica.ready()
            yield Together(redis, replicas)
        finally:
            for replica in replicas:
                replica.end()
            redis.stop()


def prepare(servers: Together, world: str, members: int, stock: int | None) -> None:
    """Make a world of many members with an offer of a stock, used by them without other limits."""
    at = f"/w/{world}/__mock/state"
    status, state = servers.any().ask("PUT", f"/w/{world}/__mock/clock", {"frozen": True})
    status, state = servers.any().ask("GET", at)
    assert status == 200, state
    member = next(each for each in state["members"] if each["id"] == 42)
    state["members"] = [member | {"id": each} for each in range(42, 42 + members)]
    kept = {each["id"] for each in state["members"]}
    for table in ("tokens", "uses", "likes", "grants", "events"):
        state[table] = [each for each in state.get(table, ()) if each["member_id"] in kept and table == "tokens"]
    for audience in state.get("audiences", ()):
        audience["member_ids"] = [each for each in audience.get("member_ids", ()) if each in kept]
    for club in state["clubs"]:
        club["activated_seconds_time"] = 0
    for offer in state["offers"]:
        if offer["id"] == OFFER:
            offer |= {"stock": stock, "maximum_uses_per_user": None, "period": None}
    status, found = servers.any().ask("PUT", at, state)
    assert status == 200, found


def used(servers: Together, world: str) -> dict[int, int]:
    """Return how often each member has used the offer."""
    status, state = servers.any().ask("GET", f"/w/{world}/__mock/state")
    assert status == 200, state
    return {each["member_id"]: len(each["at"]) for each in state["uses"] if each["offer_id"] == OFFER}


def patient(servers: Together, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Ask again while nobody answers, as long as a minute."""
    until = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            found = servers.any().ask(method, path, body)
            if found[0] != 503 or time.monotonic() > until:
                return found
        time.sleep(0.01)


# -- what is shown


def stock(servers: Together, times: int, members: int = 1_000, most: int = 500) -> dict[str, Any]:
    """Members use an offer with a stock at once through random servers: exactly the stock is used, each time."""
    for n in range(times):
        world = f"stock-{n}"
        prepare(servers, world, members, most)
        with ThreadPoolExecutor(32) as pool:
            asked = pool.map(
                lambda member, world=world: servers.any().ask("POST", f"/w/{world}" + USE.format(member), {})[0],
                range(42, 42 + members),
            )
            statuses = list(asked)
        assert statuses.count(200) == most, {each: statuses.count(each) for each in set(statuses)}
        assert sum(used(servers, world).values()) == most
    return {"runs": times, "members": members, "uses each": most}


def pairs(servers: Together, times: int) -> dict[str, Any]:
    """Write through one server, read through another: the read is never older."""

    def one(thread: int) -> None:
        world = f"pairs-{thread % 4}"
        member = 42 + thread
        for n in range(1, times // 16 + 1):
            status, _ = servers.any().ask("POST", f"/w/{world}" + USE.format(member), {})
            assert status == 200
            counted = {"operation": "use_offer", "where": {"member_id": member, "status": 200}, "count": n}
            status, found = servers.any().ask("POST", f"/w/{world}/__mock/requests/verify", counted)
            assert status == 200, found

    for n in range(4):
        prepare(servers, f"pairs-{n}", 16, None)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(16)))
    return {"pairs": times // 16 * 16, "stale": 0}


class Load:
    """Members who use an offer through random servers; what was answered is counted, and when nobody answered for long."""

    def __init__(self, servers: Together, world: str, members: int = 8) -> None:
        self.answered: dict[int, int] = {}
        self.unknown: dict[int, int] = {}
        self.refused = 0
        self.failed = 0
        self.longest = 0.0
        self._servers, self._world = servers, world
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(42 + n,)) for n in range(members)]

    def _run(self, member: int) -> None:
        self.answered[member] = self.unknown[member] = 0
        last = time.monotonic()
        while not self._stop.is_set():
            try:
                status, found = self._servers.any().ask("POST", f"/w/{self._world}" + USE.format(member), {})
            except (OSError, http.client.HTTPException):
                self.unknown[member] += 1
                self.failed += 1
                time.sleep(0.005)
                continue
            if status == 200:
                self.answered[member] += 1
                self.longest = max(self.longest, time.monotonic() - last)
                last = time.monotonic()
            else:
                assert status == 503, (status, found)
                self.refused += 1
                self.unknown[member] += "not known" in found["error"]
                time.sleep(0.005)

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        time.sleep(1)
        return self

    def __exit__(self, *_: object) -> None:
        time.sleep(1)
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def check(self) -> dict[str, Any]:
        """Compare with what is there. Raise AssertionError where something is lost or doubled."""
        there = used(self._servers, self._world)
        for member, answered in self.answered.items():
            found = there.get(member, 0)
            assert answered <= found <= answered + self.unknown[member], (member, answered, found, self.unknown[member])
        total = sum(there.values())
        rows = patient(
            self._servers,
            "POST",
            f"/w/{self._world}/__mock/requests/verify",
            {"operation": "use_offer", "where": {"status": 200}, "count": total},
        )
        assert rows[0] == 200, rows
        return {
            "answered": sum(self.answered.values()), "there": total, "refused": self.refused, "failed": self.failed,
            "longest wait s": round(self.longest, 2),
        }  # fmt: skip


def killed(servers: Together, times: int) -> dict[str, Any]:
    """Kill the owner of a loaded world: another answers within two seconds, nothing is lost or doubled."""
    found: dict[str, Any] = {}
    for n in range(times):
        prepare(servers, f"killed-{n}", 8, None)
        with Load(servers, f"killed-{n}") as load:
            owner = servers.owner(f"killed-{n}")
            owner.signal(signal.SIGKILL)
            servers.replicas = [each for each in servers.replicas if each is not owner]
            owner.process.wait()
            time.sleep(2)
            owner.start()
            owner.ready()
            servers.replicas = [*servers.replicas, owner]
        found = load.check()
    return found


def stopped(servers: Together, times: int, seconds: float = 10) -> dict[str, Any]:
    """Stop the owner for a while and let it go on: it is fenced, nothing is lost or doubled."""
    found: dict[str, Any] = {}
    for n in range(times):
        prepare(servers, f"stopped-{n}", 8, None)
        with Load(servers, f"stopped-{n}") as load:
            owner = servers.owner(f"stopped-{n}")
            others = [each for each in servers.replicas if each is not owner]
            replicas, servers.replicas = servers.replicas, others
            owner.signal(signal.SIGSTOP)
            time.sleep(seconds)
            owner.signal(signal.SIGCONT)
            servers.replicas = replicas
            time.sleep(1)
        found = load.check()
    return found


def store(servers: Together, times: int) -> dict[str, Any]:
    """Stop the store and start it again: 503s meanwhile, then all goes on, and nothing that was answered is lost."""
    found: dict[str, Any] = {}
    for n in range(times):
        prepare(servers, f"store-{n}", 8, None)
        with Load(servers, f"store-{n}") as load:
            servers.redis.stop()
            time.sleep(3)
            servers.redis.start()
            time.sleep(2)
        assert load.refused
        load.unknown = {member: count + load.refused for member, count in load.unknown.items()}
        found = load.check()
    return found


def rolling(servers: Together, times: int) -> dict[str, Any]:
    """Restart each server in turn, as a deployment does (out of the balancer while it drains): no request fails."""
    found: dict[str, Any] = {}
    for n in range(times):
        prepare(servers, f"rolling-{n}", 8, None)
        with Load(servers, f"rolling-{n}") as load:
            for replica in list(servers.replicas):
                replica.signal(signal.SIGTERM)
                time.sleep(0.5)  # the balancer still sends requests: they are forwarded
                servers.replicas = [each for each in servers.replicas if each is not replica]
                replica.process.wait()
                replica.start()
                replica.ready()
                servers.replicas.append(replica)
        found = load.check()
        assert load.failed == load.refused == 0, found
    return found


SHOWN: dict[str, tuple[Callable[[Together, int], dict[str, Any]], int]] = {
    "stock": (stock, 100), "pairs": (pairs, 100_000), "killed": (killed, 5), "stopped": (stopped, 2), "store": (store, 3),
    "rolling": (rolling, 2),
}  # fmt: skip


def main() -> None:
    """Show what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*SHOWN, []], default=[])
    parser.add_argument("--times", type=int)
    given = parser.parse_args()
    for name in given.names or SHOWN:
        shown, times = SHOWN[name]
        with together(3, "--drain", "2s") as servers:
            found = shown(servers, given.times or times)
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in found.items()), flush=True)


if __name__ == "__main__":
    main()
