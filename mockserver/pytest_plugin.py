"""Fixtures for pytest: a mock server for the session, and a world of its own for each test.

The server is the one at ``MOCKSERVER_URL`` where that is set, else one that is started on a free port; under
pytest-xdist every worker starts its own. Importing this costs nothing until a test asks for a fixture.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.client import MockClient

SHOWN = 5  # requests that a failing test's report shows
_WORLD = pytest.StashKey["MockClient"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare where fixtures and scenarios are, for the server that the plugin starts."""
    group = parser.getgroup("mockserver")
    group.addoption("--mockserver-fixtures", metavar="DIR", help="fixtures of the mock server that is started")
    group.addoption("--mockserver-scenarios", metavar="DIR", help="scenarios of the mock server that is started")


@pytest.fixture(scope="session")
def mock_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """The base URL of a real mock server."""
    given = os.environ.get("MOCKSERVER_URL")
    if given:
        yield given.rstrip("/")
        return
    from mockserver.client.process import running

    arguments: list[str] = []
    for name in ("fixtures", "scenarios"):
        directory = pytestconfig.getoption(f"mockserver_{name}")
        arguments += [f"--{name}", directory] if directory else []
    with running(*arguments) as url:
        yield url


@pytest.fixture(scope="session")
def _mock_client(mock_server: str) -> Iterator[MockClient]:
    """A client of the server; the clients of all tests' worlds share its connection."""
    from mockserver.client import MockClient

    with MockClient(mock_server, token=os.environ.get("MOCKSERVER_CONTROL_TOKEN")) as server:
        yield server


@pytest.fixture
def mock_world(_mock_client: MockClient, request: pytest.FixtureRequest) -> Iterator[MockClient]:
    """A client of a world that is this test's alone; ``mock_world.url`` is the base URL for the app under test."""
    import uuid

    name = f"test-{uuid.uuid4().hex[:12]}"
    world = _mock_client.create_world(name)
    request.node.stash[_WORLD] = world
    yield world
    _mock_client.drop_world(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Add the last requests of a failing test's world to its report, and why they were answered so."""
    report: pytest.TestReport = yield
    world = item.stash.get(_WORLD, None)
    if world is not None and report.when == "call" and report.failed:
        report.sections.append(("mock server: last requests, newest first", _last_requests(world)))
    return report


def _last_requests(world: MockClient) -> str:
    from mockserver.client import ControlError, MockServerUnreachable

    try:
        rows = world.requests.list(limit=SHOWN)["requests"]
        return "\n".join(_told(row, world.requests.why(row["id"])) for row in rows) or "none"
    except (ControlError, MockServerUnreachable) as problem:
        return f"could not be read: {problem}"


def _told(row: dict[str, Any], why: dict[str, Any]) -> str:
    line = f"{row['method']} {row['path']} -> {row['status']}"
    failed = [check for check in why.get("checks", ()) if not check.get("passed", True)]
    reasons = [f"{check['check']}: found {check.get('found')}, expected {check.get('expected')}" for check in failed]
    if row.get("rule"):
        reasons.append(f"rule {row['rule']} acted")
    return "\n    ".join([line, *reasons])
