"""``python -m benchmarks.misses``: instructions and cache misses of a get, in one world and in 200. Needs valgrind and wrk.

Counted by callgrind in the server's own code (not the kernel's), for a cache of ``--cache`` bytes: nearly the same on every run,
whatever else the machine is doing, where times differ by a tenth.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.processes import GET, ask, fetch, free_port, load, serve_command
from benchmarks.run import rotating

COUNT = 200
WARM_UP = 20  # requests of each world before they count
TURNS = 3  # the best of these counts, as garbage collection affects one of them


@contextmanager
def below_callgrind(port: int, out: Path, cache: int) -> Iterator[subprocess.Popen[bytes]]:
    """Serve below callgrind, which counts from the first ``callgrind_control`` on."""
    simulated = ["--cache-sim=yes", "--D1=32768,8,64", f"--LL={cache},8,64", "--instr-atstart=no"]
    command = ["valgrind", "--tool=callgrind", *simulated, f"--callgrind-out-file={out}", *serve_command(port)]
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as process:
        try:
            while ask(port, "GET", GET) != 200:
                if process.poll() is not None:
                    raise RuntimeError(f"{' '.join(command)} does not answer")
                time.sleep(0.2)
            yield process
        finally:
            process.kill()


def control(process: subprocess.Popen[bytes], *arguments: str) -> None:
    """Send a command to callgrind."""
    subprocess.run(["callgrind_control", *arguments, str(process.pid)], check=True, capture_output=True)


def totals(file: Path) -> dict[str, int]:
    """Return the counts of a callgrind dump, by event."""
    text = file.read_text()
    names, counts = (re.search(rf"^{key}: (.*)$", text, re.MULTILINE) for key in ("events", "(?:summary|totals)"))
    assert names is not None
    assert counts is not None
    return dict(zip(names[1].split(), map(int, counts[1].split()), strict=False))


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=int, default=512 * 1024, help="bytes of the last cache that is simulated")
    parser.add_argument("--seconds", type=int, default=6)
    asked = parser.parse_args()
    if shutil.which("valgrind") is None:
        parser.error("install valgrind first")
    one, many = (
        rotating("one world", 1, "/w/world-0{path}?n={n}"),
        rotating(f"{COUNT} worlds", COUNT, "/w/world-{n}{path}"),
    )
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="mockserver-misses-") as directory:
        out = Path(directory) / "counts"
        with below_callgrind(port, out, asked.cache) as process:
            for number in range(COUNT):  # the clock is frozen, so that no response expires during the measurement
                fetch(port, "PUT", f"/w/world-{number}/__mock/clock", b'{"frozen": true}')
                for _ in range(WARM_UP):
                    fetch(port, "GET", f"/w/world-{number}{GET}")
            control(process, "-i", "on")
            counted: dict[str, list[tuple[float, float]]] = {one.name: [], many.name: []}
            for dump, each in enumerate((one, many) * TURNS, 1):
                load(port, each, 2)
                control(process, "-z")
                requests = load(port, each, asked.seconds).rate * asked.seconds
                control(process, "-d")
                found = totals(out.with_name(f"{out.name}.{dump}"))
                counted[each.name].append((found["Ir"] / requests, (found["DLmr"] + found["DLmw"]) / requests))
            for name, turns in counted.items():
                instructions, missed = min(turns)
                print(f"{name:<12} {instructions:9,.0f} instructions, {missed:5.0f} lines beyond the cache")


if __name__ == "__main__":
    main()
