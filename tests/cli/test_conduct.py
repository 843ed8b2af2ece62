"""``mockserver conduct`` about a running server, as a pipeline calls it after its tests."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest

from mockserver.client import MockClient
from mockserver.client.process import running
from tests.callers import HEADERS

OFFER = "members/me/offers/1000016"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running() as url:
        yield url


class App:
    """An app in a world of its own, in which time stands still."""

    def __init__(self, server: str, world: str) -> None:
        self.server, self.world = server, world
        MockClient(server, world=world).clock.freeze()

    def send(self, path: str, method: str = "GET", **headers: str) -> None:
        sent = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(f"{self.server}/w/{self.world}/v3/infinity-mall/{path}", method=method, headers=sent)
        try:
            urlopen(request).close()
        except HTTPError as refused:
            refused.close()
        except OSError:
            pass  # the answer was lost

    def conduct(self, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mockserver", "conduct", "--url", self.server, "--world", self.world, *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


@pytest.fixture(scope="module")
def careless(server: str) -> App:
    app = App(server, "careless")
    app.send("members/me/offers?colour=red")
    app.send("members/me/offers", x_user_agent="")
    for _ in range(2):
        app.send(f"{OFFER}/use", "POST")
    for _ in range(4):
        app.send("stores", x_mock_scenario="maintenance")
    return app


def test_a_well_behaved_app_ends_with_0(server: str) -> None:
    app = App(server, "polite")
    app.send("members/me/offers")
    app.send(f"{OFFER}/use", "POST")
    done = app.conduct()
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 requests, 0 findings\n", "")


def test_the_findings_are_told_as_text_and_end_with_1(careless: App) -> None:
    done = careless.conduct()
    assert (done.returncode, done.stderr) == (1, "")
    assert re.sub(r"in [0-9.]+ s", "in N s", done.stdout).splitlines() == [
        "missing_headers: GET /w/careless/v3/infinity-mall/members/me/offers was refused: header_incorrect (#2)",
        "undocumented_parameters: list_offers: colour is not a parameter of list_offers in union; it was ignored (#1)",
        "double_uses: member 42 used offer 1000016 again while it was active (#4)",
        "retry_storms: GET /w/careless/v3/infinity-mall/stores was tried 4 times in N s (#5, #6, #7, #8)",
        "8 requests, 4 findings",
    ]


def test_the_findings_are_told_as_junit_xml_and_end_with_1(careless: App, tmp_path: Path) -> None:
    done, out = careless.conduct("--junit"), tmp_path / "conduct.xml"
    assert (done.returncode, done.stderr) == (1, "")
    suite = ElementTree.fromstring(done.stdout)
    assert suite.get("tests") == "4"
    assert [case.get("name") for case in suite] == [
        "missing_headers",
        "undocumented_parameters",
        "double_uses",
        "retry_storms",
    ]
    to_file = careless.conduct("--junit", str(out))
    assert (to_file.returncode, to_file.stdout.splitlines()[-1]) == (1, "8 requests, 4 findings")
    assert out.read_text(encoding="utf-8") == done.stdout


def test_a_world_in_which_nothing_was_asked_is_no_success(careless: App) -> None:
    app = App(careless.server, "nobody")
    done = app.conduct()
    assert (done.returncode, done.stdout) == (1, "0 requests, 0 findings\n")
    assert done.stderr.startswith("mockserver: nothing was asked in the world nobody, but in careless")
    assert app.conduct("--allow-empty").returncode == 0


def test_all_worlds_are_one_report_dropped_ones_included(careless: App) -> None:
    gone = App(careless.server, "gone")
    gone.send("members/me/offers", x_user_agent="")
    MockClient(careless.server).drop_world("gone")
    done = careless.conduct("--all-worlds")
    assert done.returncode == 1
    assert "gone: missing_headers: GET /w/gone/v3/infinity-mall/members/me/offers was refused" in done.stdout
    assert "careless: double_uses: member 42 used offer 1000016 again" in done.stdout


def test_a_lost_answer_and_its_retry(server: str) -> None:
    app = App(server, "lossy")
    MockClient(server, world="lossy").scenarios.set("redeemed-but-unheard")
    for _ in range(2):
        app.send("members/me/offers/1000115/use", "POST")
    done = app.conduct()
    assert (done.returncode, done.stdout) == (0, "2 requests, 0 findings\n")
