"""Lighthouse 12 on the pages for people: docs, console, connect; the median of five runs each, as on a slow phone.

``python -m benchmarks.lighthouse [RUNS]`` needs Chromium and node (``lighthouse`` on the path, else ``npx lighthouse@12``).
It exits with 1 if a page is below its aims.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from statistics import median

from mockserver.client.process import running

SEVERAL = 5
CATEGORIES = ("performance", "accessibility", "best-practices")
# page: the minimal score of each category, of 100
AIMS: Mapping[str, tuple[int, int, int]] = {
    "/docs/": (90, 95, 95),
    "/__mock/ui": (95, 95, 95),
    "/connect": (95, 95, 95),
}


def command() -> list[str]:
    """Return the command of Lighthouse. Raise SystemExit if it is not installed."""
    if shutil.which("lighthouse"):
        return ["lighthouse"]
    if shutil.which("npx"):
        return ["npx", "--yes", "lighthouse@12"]
    raise SystemExit("there is no node: install it, or lighthouse 12")


def scores(url: str) -> tuple[int, ...]:
    """Run Lighthouse once; return the score of each category, of 100."""
    chrome = shutil.which("chromium") or shutil.which("google-chrome") or ""
    called = subprocess.run(
        [*command(), url, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}",
         "--chrome-flags=--headless --no-sandbox"],
        env={"CHROME_PATH": chrome} | os.environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(called.stdout)["categories"]
    return tuple(round(100 * (found[name]["score"] or 0)) for name in CATEGORIES)


def main(runs: int) -> int:
    """Print a row for each page: the medians, and the missed aims."""
    missed = 0
    print(f"{'page':<14}{''.join(f'{name:>16}' for name in CATEGORIES)}")
    with running() as url:
        for page, aims in AIMS.items():
            found = [int(median(each)) for each in zip(*(scores(f"{url}{page}") for _ in range(runs)), strict=True)]
            below = [
                f"{name} below {aim}" for name, aim, each in zip(CATEGORIES, aims, found, strict=True) if each < aim
            ]
            print(f"{page:<14}{''.join(f'{each:>16}' for each in found)}  {', '.join(below)}", flush=True)
            missed += len(below)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SEVERAL))
