"""Holds every answer of the whole suite to the contract of its revision."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.exchange import Request, Response
from mockserver.mock import Mock
from tests.contract.checking import BROKEN, problems


@pytest.fixture(scope="session", autouse=True)
def _every_answer_is_checked() -> Iterator[None]:
    real = Mock.handle

    def answer(self: Mock, call: Request) -> Response:
        given = real(self, call)
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
