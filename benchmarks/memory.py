"""``python -m benchmarks.memory``: resident memory over many mixed requests, which must stay flat. Needs wrk.

Prints the memory after each round; exits with 1 if the last is more than a tenth above the one after the first quarter.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.processes import Route, free_port, load, running, serve_command

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


def main() -> None:
    """Load the server round after round and print what it weighs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200_000)
    wanted = parser.parse_args().requests
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
