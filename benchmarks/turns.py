"""Several kinds of request in one run of wrk, in short turns one after the other.

A shared machine's speed changes within a second by more than the measured difference; turns of a tenth of a second that follow
each other run at the same speed.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.processes import Route, wrk

REQUESTS = 2_000  # of a turn
_CLOCK = """
local ffi = require("ffi")
ffi.cdef[[typedef struct { long s; long n; } timespec; int clock_gettime(int, timespec *);]]
local time = ffi.new("timespec")
local function microseconds() ffi.C.clock_gettime(1, time); return tonumber(time.s) * 1e6 + tonumber(time.n) / 1e3 end
local routes = {}
"""
_TURNS = """
local sent, turn, began = 0, 0, 0
turns = ""
request = function()
  if sent %% %d == 0 then
    local now = microseconds()
    if turn > 0 then turns = turns .. string.format("%%d,", now - began) end
    turn, began = turn + 1, now
  end
  sent = sent + 1
  return routes[(turn - 1) %% #routes + 1]()
end
local threads = {}
setup = function(thread) table.insert(threads, thread) end
done = function() io.write('JSON {"turns": [' .. threads[1]:get("turns") .. '0]}\\n') end
"""


def turns(port: int, routes: Sequence[Route], seconds: int) -> dict[str, list[float]]:
    """Request these routes in turn; return the microseconds per request in each turn, by the route's name.

    The routes' Lua defines ``request``. Turns with the same index followed each other.
    """
    lua = _CLOCK + "".join(f"do {each.lua}\n table.insert(routes, request) end\n" for each in routes)
    taken: list[int] = wrk(port, lua + _TURNS % REQUESTS, seconds)["turns"]
    count = len(routes)
    whole = range(count, (len(taken) - 1) // count * count)  # without the first round, and without one that was cut off
    return {each.name: [taken[n] / REQUESTS for n in whole[place::count]] for place, each in enumerate(routes)}


def proportion(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the ratio of the second's throughput to the first's: the median over turns that followed each other."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))
