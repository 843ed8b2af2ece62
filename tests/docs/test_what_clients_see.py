"""``docs/what-clients-see.md``: each fault through the clients that are at hand."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

import httpx
import pytest

from mockserver.client import MockClient
from mockserver.client.process import running
from tests.callers import HEADERS
from tests.contract.tools import missing

PAGE = (Path(__file__).parents[2] / "docs/what-clients-see.md").read_text()
ROWS = [[cell.strip() for cell in line.strip("| ").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]
TABLE = {row[0].partition(" 7")[0]: dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]}
FAULTS = ("connection-reset", "empty-reply", "truncated-body", "malformed-chunk", "garbage", "hang")


def by_curl(url: str, seconds: float) -> str:
    if shutil.which("curl") is None:
        missing("curl")
    sent = [part for name, value in HEADERS.items() for part in ("-H", f"{name}: {value}")]
    command = ["curl", "-s", "-o", "/dev/null", "--noproxy", "*", "--max-time", str(seconds), *sent, url]
    return f"exit {subprocess.run(command, check=False).returncode}"


def by_urllib(url: str, seconds: float) -> str:
    try:
        with build_opener(ProxyHandler({})).open(Request(url, headers=HEADERS), timeout=seconds) as answer:
            answer.read()
            return str(answer.status)
    except URLError as problem:
        return type(problem.reason).__name__
    except Exception as problem:
        return type(problem).__name__


def by_httpx(url: str, seconds: float) -> str:
    try:
        with httpx.Client(trust_env=False, timeout=seconds) as client:
            return str(client.get(url, headers=HEADERS).status_code)
    except httpx.HTTPError as problem:
        return type(problem).__name__


@pytest.fixture(scope="module")
def world() -> Iterator[MockClient]:
    with running() as url, MockClient(url, "clients") as client:
        yield client


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("name", "client"), [("curl", by_curl), ("urllib", by_urllib), ("httpx", by_httpx)])
def test_a_client_sees_what_the_page_says(
    world: MockClient, name: str, client: Callable[[str, float], str], fault: str
) -> None:
    url = f"{world.url}/v3/infinity-mall/members/me/offers/1000016"
    world.scenarios.set(fault)
    seen = client(url, 0.5 if fault == "hang" else 60)
    world.scenarios.set()
    assert seen == TABLE[name][fault]
    assert client(url, 60) == ("exit 0" if name == "curl" else "200")  # and nothing of it stays


def test_every_shipped_fault_has_a_column(world: MockClient) -> None:
    assert ROWS[0][1:] == [*FAULTS[:5], "dribble (5 s)", "hang"]
