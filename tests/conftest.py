"""Holds every answer of the whole suite to the contract of its revision, and runs it without ``fast/`` where it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import hypothesis
import pytest

from mockserver.exchange import Request, Response
from mockserver.mock import Mock
from mockserver.settings import Settings
from mockserver.worlds.worlds import Worlds
from tests.callers import NO_FAST_PATH
from tests.contract.checking import BROKEN, problems

# a busy machine is no failure
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

# what needs the fast path, or takes long and is the same without it
collect_ignore = ["fast", "console", "connect", "contract/test_generated_clients.py"] if NO_FAST_PATH else []


@pytest.fixture(scope="session", autouse=True)
def _without_the_fast_path() -> Iterator[None]:
    """Have every mock, and every server that is started, answer without ``fast/`` if ``NO_FAST_PATH=1``."""
    if not NO_FAST_PATH:
        yield
        return
    real = Mock.__init__

    def make(self: Mock, settings: Settings, worlds: Worlds) -> None:
        real(self, replace(settings, fast_path=False), worlds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Mock, "__init__", make)
        patch.setenv("MOCKSERVER_FAST_PATH", "off")
        yield


@pytest.fixture(scope="session", autouse=True)
def _every_answer_is_checked() -> Iterator[None]:
    real = Mock.handle

    def answer(self: Mock, call: Request, *found: Any) -> Response:
        given = real(self, call, *found)
        headers = dict(given.headers)
        if "x-mock-request-id" in headers:  # else it is the mock's own complaint, about X-Mock-...
            check(self, call, given, headers)
        return given

    Mock.handle = answer  # type: ignore[method-assign]
    yield
    Mock.handle = real  # type: ignore[method-assign]


def check(mock: Mock, call: Request, given: Response, headers: dict[str, str]) -> None:
    """Note what is wrong with an answer of the API."""
    entry = mock.worlds.get(headers["x-mock-world"]).journal.find(int(headers["x-mock-request-id"]))
    if entry is None or entry.request is not call:  # the world was dropped or reset since, by another thread
        return
    if "/v3/" not in call.path or _is_override_refused(given):
        return
    BROKEN.extend(f"{call.method} {call.path} {entry.revision}: {problem}" for problem in problems(entry, given))


def _is_override_refused(given: Response) -> bool:
    return given.status == 400 and b"X-Mock-" in given.body


@pytest.fixture(autouse=True)
def _answers_are_by_the_contract() -> Iterator[None]:
    BROKEN.clear()
    yield
    if BROKEN:
        pytest.fail("answers outside of the contract:\n" + "\n".join(BROKEN[:20]))
