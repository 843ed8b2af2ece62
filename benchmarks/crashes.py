"""Kill a server with a store again and again while it is loaded, and check that nothing it had answered is lost.

``python -m benchmarks.crashes [--times 200] [--store sqlite:FILE]``: each time members use an offer on several connections, the
server is killed (``SIGKILL``), and started anew. For every member the uses there are those that were answered with 200, and at
most the one whose answer the kill took. Then the state's hash is compared over one more kill.
"""

from __future__ import annotations

import argparse
import http.client
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.processes import HEADERS, free_port

MEMBERS = (42, 1001, 1002, 1003)
OFFER = 1000115


class Killed:
    """A server with a store that is killed and started anew on the same port."""

    def __init__(self, store: str, *arguments: str) -> None:
        self.port = free_port()
        self._command = [
            sys.executable, "-m", "mockserver", "serve", "--port", str(self.port), "--quiet", "--store", store, *arguments
        ]  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; return the seconds until its first answer."""
        begun = time.perf_counter()
        self.process = subprocess.Popen(self._command)
        while True:
            try:
                if self.ask("GET", "/__mock/ready")[0] == 200:
                    return time.perf_counter() - begun
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError("the server has ended") from None
            time.sleep(0.005)

    def kill(self) -> None:
        """End it without a word."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Return the status and the JSON of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            return ask(connection, method, path, body, **headers)
        finally:
            connection.close()


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **more: str
) -> tuple[int, Any]:
    """Return the status and the JSON of one request."""
    headers = HEADERS | ({"content-type": "application/json"} if body is not None else {}) | more
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    response = connection.getresponse()
    text = response.read()
    try:
        return response.status, json.loads(text) if text else None
    except ValueError:
        raise AssertionError(f"{method} {path}: {response.status} {text[:200]!r}") from None


class Member(threading.Thread):
    """Uses an offer on one connection until the server is gone; ``used`` counts the answers of 200."""

    def __init__(self, port: int, member_id: int) -> None:
        super().__init__(daemon=True)
        self.used = 0
        self.problem: str | None = None
        self._port = port
        self._path = f"/v3/infinity-mall/members/{member_id}/offers/{OFFER}/use"

    def run(self) -> None:
        """Use it again and again."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            while True:
                status, found = ask(connection, "POST", self._path, {})
                if status != 200:
                    self.problem = f"{status}: {found}"
                    return
                self.used += 1
        except (OSError, http.client.HTTPException):
            return


def prepare(server: Killed) -> None:
    """Let every member use the offer without limits."""
    assert server.ask("PATCH", "/__mock/state/clubs/infinity-mall", {"activated_seconds_time": 0})[0] == 200
    assert (
        server.ask("PATCH", f"/__mock/state/offers/{OFFER}", {"maximum_uses_per_user": None, "period": None})[0] == 200
    )
    status, state = server.ask("GET", "/__mock/state")
    assert status == 200
    known = {member["id"] for member in state["members"]}
    club = next(member for member in state["members"] if member["id"] == MEMBERS[0])
    state["members"] += [club | {"id": each} for each in MEMBERS if each not in known]
    assert server.ask("PUT", "/__mock/state", state)[0] == 200


def uses(server: Killed) -> dict[int, int]:
    """Return how often each member has used the offer."""
    status, state = server.ask("GET", "/__mock/state")
    assert status == 200
    return {each["member_id"]: len(each["at"]) for each in state["uses"] if each["offer_id"] == OFFER}


def crashes(store: str, times: int, seconds: float = 0.3) -> dict[str, Any]:
    """Kill a server so many times; return what was counted. Raise AssertionError where something was lost or doubled."""
    server, restarts, answered = Killed(store), [], 0
    server.start()
    prepare(server)
    expected = dict.fromkeys(MEMBERS, 0) | uses(server)
    before = sum(expected.values())
    for _ in range(times):
        members = {each: Member(server.port, each) for each in MEMBERS}
        for member in members.values():
            member.start()
        time.sleep(seconds)
        server.kill()
        for member in members.values():
            member.join()
        restarts.append(server.start())
        found = uses(server)
        for each, member in members.items():
            assert member.problem is None, member.problem
            now, least = found.get(each, 0), expected[each] + member.used
            assert least <= now <= least + 1, f"member {each}: {now} uses, {least} were answered"
            answered += member.used
            expected[each] = now
        total = sum(found.values()) - before
        status, verified = server.ask(
            "POST", "/__mock/requests/verify", {"operation": "use_offer", "where": {"status": 200}, "count": total}
        )
        assert status == 200, verified
    server.kill()
    server.start()
    assert uses(server) == expected
    assert server.process is not None
    server.process.terminate()
    server.process.wait()
    return {"kills": times, "answered": answered, "stored": sum(expected.values()), "restart_s": sorted(restarts)[-1]}


def main() -> None:
    """Run it as its arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--store", default=None)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        found = crashes(given.store or f"sqlite:{Path(directory) / 'worlds.db'}", given.times)
    print(", ".join(f"{name} {value:g}" for name, value in found.items()))


if __name__ == "__main__":
    main()
