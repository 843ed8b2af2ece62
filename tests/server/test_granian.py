"""The two ways of hosting on granian, and how one of them is chosen."""

from __future__ import annotations

import pytest

from mockserver.hosts import granian_host
from tests.serving import serving
from tests.sockets import RawClient


def test_the_inside_of_the_granian_that_is_installed_is_as_expected() -> None:
    assert granian_host.inside_problem() is None


@pytest.mark.parametrize(
    ("name", "signature", "told"),
    [
        ("WorkerSignal", "(fd)", "WorkerSignal takes other arguments"),
        ("ASGIWorker.serve_sync", "($self)", "type object 'granian._granian.ASGIWorker' has no attribute 'serve_sync'"),
        ("Missing", "", "module 'granian._granian' has no attribute 'Missing'"),
    ],
)
def test_what_is_not_as_expected_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, signature: str, told: str
) -> None:
    monkeypatch.setitem(granian_host._EXPECTED, name, signature)
    assert granian_host.inside_problem() == told


def test_an_option_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(granian_host, "_OPTIONS", ("http_mode", "gone"))
    assert granian_host.inside_problem() == "ASGIWorker takes no gone"


def test_the_public_interface_takes_over_by_itself_and_one_line_says_so() -> None:
    with serving("granian=public") as own:
        with RawClient(own.port) as client:
            assert client.ask("/v3/echo").status == 200
        own.process.terminate()
        said = own.process.communicate(timeout=60)[1]
    assert said == f"mockserver: {granian_host.OTHERWISE.format('WorkerSignal takes other arguments')}\n"
