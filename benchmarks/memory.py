"""``python -m benchmarks.memory``: resident memory over many mixed requests, which must stay flat. Needs wrk.

Prints the memory after each round; exits with 1 if the last is more than a tenth above the one after the first quarter.
With ``--bodies N`` it sends N bodies of 1 MB of each kind instead, refused and valid, and exits with 1 if the memory is more
than 50 MB above the start afterwards.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.beside import state_of
from benchmarks.processes import Route, free_port, load, running, serve_command
from benchmarks.serving import OneServer

ROUND_SECONDS = 4
MIXED = Route(
    "mixed",
    """
local n = 0
local base = "/v3/infinity-mall/members/"
local members = {42, 43, 44, 46}
request = function()
  n = n + 1
  local member, kind = base .. members[n % 4 + 1] .. "/offers", n % 8
  if kind == 0 then return wrk.format("POST", member .. "/1000016/use") end
  if kind == 1 then return wrk.format("POST", member .. "/1000203/use") end
  if kind == 2 then return wrk.format("PUT", member .. "/1000115/like") end
  if kind == 3 then return wrk.format("PUT", member .. "/1000115/unlike") end
  if kind == 4 then return wrk.format("GET", member .. "?per_page=100&search=" .. n) end
  if kind == 5 then return wrk.format("GET", member .. "?per_page=100") end
  if kind == 6 then return wrk.format("GET", member .. "/nowhere/" .. n) end
  return wrk.format("GET", member .. "/1000115")
end
""",
)


MOST = 50
"""MB that may remain of all bodies."""


def kinds(state: dict[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    """Return each kind of body: what it is, method, path and body."""
    member, scenario = "/w/m/v3/infinity-mall/members/me", "/w/m/__mock/scenarios/x"
    rules = [{"when": {"body": {"a": "x" * 900}}, "then": {"respond": 503}}] * 1_000
    events = [{"offer_id": 1000115, "created_at": "2019-03-13T18:00:00Z", "context": {"a": "x" * 40}}] * 9_000
    yield "a state, refused", "PUT", "/w/m/__mock/state", {"offers": [1] * 300_000}
    yield "a state", "PUT", "/w/m/__mock/state", state_of(state, 1_000_000)
    yield "a scenario, refused", "PUT", scenario, {"rules": [1] * 300_000}
    yield "a scenario", "PUT", scenario, {"rules": rules}
    yield (
        "a scenario in YAML",
        "PUT",
        scenario,
        b"rules:\n" + b"- {when: {offer_id: 1}, then: {respond: 503}}\n" * 1_000,
    )
    yield "events, refused", "POST", f"{member}/events/offers_clicked", {"events": [{}] * 9_999, "x": "y" * 900_000}
    yield "events", "POST", f"{member}/events/offers_clicked", {"events": events}
    yield "a use", "POST", f"{member}/offers/1000203/use", {"x": "y" * 1_000_000}


def bodies(count: int) -> float:
    """Send so many bodies of each kind; return the MB that remain of them, and tell of each kind."""
    port = free_port()
    with running(serve_command(port), port, core=None) as process:
        server = OneServer(port, process)
        server.ask("POST", "/__mock/worlds", {"name": "m"})
        state = json.loads(server.ask("GET", "/w/m/__mock/state")[1])
        start = server.memory()
        for words, method, path, body in kinds(state):
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            statuses = {server.ask(method, path, data, api="/v3/" in path)[0] for _ in range(count)}
            print(f"{words:22} {statuses} {server.memory() - start:+.0f} MB", flush=True)
        server.ask("DELETE", "/__mock/worlds/m")
        return server.memory() - start


def main() -> None:
    """Load the server in rounds and print its memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--bodies", type=int)
    asked_for = parser.parse_args()
    if asked_for.bodies is not None:
        remains = bodies(asked_for.bodies)
        print(f"without their world: {remains:+.0f} MB")
        sys.exit(1 if remains > MOST else 0)
    wanted = asked_for.requests
    port, asked, weights = free_port(), 0.0, []
    with running(serve_command(port), port) as server:
        print(f"{'requests':>10} {'MB':>8}\n{0:>10} {server.resident_mb():>8.1f}")
        while asked < wanted:
            asked += load(port, MIXED, ROUND_SECONDS).rate * ROUND_SECONDS
            weights.append(server.resident_mb())
            print(f"{asked:>10,.0f} {weights[-1]:>8.1f}", flush=True)
    sys.exit(1 if weights[-1] > weights[len(weights) // 4] * 1.1 else 0)


if __name__ == "__main__":
    main()
