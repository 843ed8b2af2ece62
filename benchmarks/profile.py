"""``python -m benchmarks.profile``: where the time of a use goes, by module, without a server around it. Needs pyinstrument.

Each use books, by one of 1,000 members after the other, after a first round that is not counted.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from benchmarks.processes import HEADERS
from benchmarks.routes import BOOKED, generated, prepared, who_may_use
from mockserver.cli.serve import COLLECTIONS
from mockserver.exchange import Request
from mockserver.headers import InternedHeaders
from mockserver.mock import Mock, build
from mockserver.settings import Settings

INTERVAL = 0.0002  # seconds between samples


def calls(fixtures: Path) -> Iterator[Request]:
    """Yield endless uses by all members in turn."""
    pairs = {name.lower(): value for name, value in HEADERS.items()} | {"content-type": "application/json"}
    headers, peer = InternedHeaders()(pairs.items()), ("127.0.0.1", 40_000)
    paths = [f"/v3/infinity-mall/members/{id_}/offers/{BOOKED}/use" for id_ in who_may_use(fixtures)]
    for path in cycle(paths):
        yield Request("POST", path, "", headers, b"{}", "http", "127.0.0.1:8080", peer)


def ask(mock: Mock, asked: list[Request]) -> float:
    """Handle requests; return the microseconds of one."""
    started = time.perf_counter()
    for call in asked:
        if mock.handle(call).status != 200:
            raise RuntimeError(call.path)
    return (time.perf_counter() - started) / len(asked) * 1e6


def main() -> None:
    """Print the time of a use, and the share of each module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uses", type=int, default=200_000)
    wanted = parser.parse_args().uses
    try:
        from pyinstrument import Profiler
    except ModuleNotFoundError:
        parser.error("pip install pyinstrument first")
    with tempfile.TemporaryDirectory(prefix="mockserver-profile-") as name:
        fixtures = prepared(generated(Path(name), 100, 1_000))
        mock = build(Settings(fixtures=fixtures))
        endless = calls(fixtures)
        gc.set_threshold(*COLLECTIONS)
        ask(mock, list(islice(endless, 2_000)))
        plain = ask(mock, list(islice(endless, wanted // 4)))
        profiler = Profiler(interval=INTERVAL, async_mode="disabled")
        asked = list(islice(endless, wanted))
        with profiler:
            ask(mock, asked)
    session = profiler.last_session
    assert session is not None
    shares: Counter[str] = Counter()
    for stack, seconds in session.frame_records:
        own = [part for part in stack if "/mockserver/" in part]
        if own:
            place = own[-1].split("\x01")[0].split("\x00")[1]
            shares[place.partition("/mockserver/")[2]] += seconds  # type: ignore[assignment]
    total = sum(shares.values())
    print(f"a use takes {plain:.1f} us; of {len(session.frame_records):,} samples in {wanted:,} uses")
    for module, seconds in shares.most_common(16):
        print(f"{module:<32} {seconds / total:6.1%}")


if __name__ == "__main__":
    main()
