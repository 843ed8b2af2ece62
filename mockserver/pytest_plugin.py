"""Fixtures for pytest: a mock server for the session, and a world of its own for each test.

The server is the one at ``MOCKSERVER_URL`` where that is set, else one that is started on a free port; under
pytest-xdist every worker starts its own. Importing this costs nothing until a test asks for a fixture.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.printable import in_words

if TYPE_CHECKING:
    from mockserver.client import MockClient

_DIRECTORIES = {
    "fixtures": "fixtures of the mock server that is started",
    "scenarios": "scenarios of the mock server that is started",
}
_CONDUCT = "judge the app's conduct in each test's world"
_KEEP = "keep the world of a failed test, for the console"
_CAPSULES = "directory for a capsule of each failed test's world, to replay it elsewhere"
_LONGEST = 150  # characters of a capsule's file name
SHOWN = 5  # requests that a failing test's report shows
CONDUCT = "mockserver conduct"  # the property of a test under which its findings travel, between xdist's processes too
_WORLD = pytest.StashKey["MockClient"]()
_FAILED = pytest.StashKey[bool]()
_FINDINGS = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare where fixtures and scenarios are, for the server that the plugin starts."""
    group = parser.getgroup("mockserver")
    for name, what in _DIRECTORIES.items():
        group.addoption(f"--mockserver-{name}", metavar="DIR", help=what)
        parser.addini(f"mockserver_{name}", f"{what}; from the directory of this file")
    group.addoption("--mockserver-conduct", choices=("report", "fail"), help=_CONDUCT)
    parser.addini("mockserver_conduct", f"{_CONDUCT}: report or fail")
    group.addoption("--mockserver-keep-failed", action="store_true", help=_KEEP)
    parser.addini("mockserver_keep_failed", _KEEP, type="bool", default=False)
    group.addoption("--mockserver-capsules", metavar="DIR", help=f"{_CAPSULES}  [MOCKSERVER_CAPSULES]")
    parser.addini("mockserver_capsules", f"{_CAPSULES}; from the directory of this file")


def _setting(config: pytest.Config, name: str) -> Any:
    """Return an option of the command line, else of the ini file."""
    return config.getoption(f"mockserver_{name}") or config.getini(f"mockserver_{name}")


def _directory(config: pytest.Config, name: str) -> str | None:
    """Return a directory that the command line names, or the ini file from where it is."""
    given: str | None = config.getoption(f"mockserver_{name}")
    told = config.getini(f"mockserver_{name}")
    if given or not told:
        return given
    return str((config.inipath.parent if config.inipath else config.rootpath) / told)


@pytest.fixture(scope="session")
def mock_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """Return the base URL of a real mock server."""
    given = os.environ.get("MOCKSERVER_URL")
    if given:
        yield given.rstrip("/")
        return
    from mockserver.client.process import past_proxies, running

    arguments: list[str] = []
    for name in _DIRECTORIES:
        directory = _directory(pytestconfig, name)
        arguments += [f"--{name}", directory] if directory else []
    with running(*arguments) as url, pytest.MonkeyPatch.context() as patched:
        for name, value in past_proxies(
            os.environ
        ).items():  # the app under test, too, is to reach this machine directly
            patched.setenv(name, value)
        yield url


@pytest.fixture(scope="session")
def _mock_client(mock_server: str) -> Iterator[MockClient]:
    """Return a client of the server; the clients of all tests' worlds share its connection."""
    from mockserver.client import MockClient

    with MockClient(mock_server, token=os.environ.get("MOCKSERVER_CONTROL_TOKEN")) as server:
        yield server


@pytest.fixture
def mock_world(_mock_client: MockClient, request: pytest.FixtureRequest) -> Iterator[MockClient]:
    """Yield a client of a world that is this test's alone; ``mock_world.url`` is the base URL for the app under test."""
    import uuid

    name = f"test-{uuid.uuid4().hex[:12]}"
    world = _mock_client.create_world(name)
    request.node.stash[_WORLD] = world
    yield world
    __tracebackhide__ = True
    found, config = None, request.config
    if _setting(config, "conduct"):
        found = _judge(world, request.node)
    if found and _setting(config, "conduct") == "fail" and not request.node.stash.get(_FAILED, False):
        _save_capsule(world, request.node)
    if not (_setting(config, "keep_failed") and request.node.stash.get(_FAILED, False)):
        _mock_client.drop_world(name)
    if found and _setting(config, "conduct") == "fail":
        pytest.fail("the app's conduct:\n" + "\n".join(found), pytrace=False)


def _judge(world: MockClient, node: pytest.Item) -> list[str]:
    """Return what the app did wrong in a test's world, and have the session's summary show it."""
    reports, _ = world.requests.conduct()
    found = [f"{finding.rule}: {finding.text}" for report in reports for finding in report.findings]
    node.user_properties += [(CONDUCT, f"{node.nodeid}: {each}") for each in found]
    return found


def pytest_configure(config: pytest.Config) -> None:
    """Begin without findings."""
    config.stash[_FINDINGS] = []
    config.pluginmanager.register(_Summary(config), "mockserver summary")


class _Summary:
    """Gathers findings from the reports of all tests, wherever they ran."""

    def __init__(self, config: pytest.Config) -> None:
        self._found = config.stash[_FINDINGS]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the findings of a test that has ended."""
        if report.when == "teardown":
            self._found += [str(text) for name, text in report.user_properties if name == CONDUCT]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print what was found."""
        if self._found:
            terminalreporter.section("mock server: the app's conduct")
            for line in self._found:
                terminalreporter.line(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Add the last requests of a failing test's world to its report, and why they were answered so."""
    report: pytest.TestReport = yield
    world = item.stash.get(_WORLD, None)
    if world is not None and report.when != "teardown" and report.failed:
        item.stash[_FAILED] = True
        saved = _save_capsule(world, item)
        report.sections += [("mock server: capsule", saved)] if saved else []
        report.sections.append(("mock server: last requests, newest first", _last_requests(world)))
        if _setting(item.config, "keep_failed"):
            report.sections.append(("mock server: the world of this test", f"{world.url}/__mock/ui"))
    return report


def _save_capsule(world: MockClient, item: pytest.Item) -> str | None:
    """Save a failed test's world where the settings want it; return what its report says of that."""
    from mockserver.client import ControlError, MockServerUnreachable
    from mockserver.client.process import CAPSULES

    directory = item.config.getoption("mockserver_capsules") or os.environ.get(CAPSULES)
    directory = directory or _directory(item.config, "capsules")
    if not directory:
        return None

    try:
        if not world.requests.list(limit=1)["requests"]:
            return None
        Path(directory).mkdir(parents=True, exist_ok=True)
        file = world.save_capsule(Path(directory, _file_name(item.nodeid)))
    except (ControlError, MockServerUnreachable, OSError) as problem:
        return f"could not be saved: {problem}"
    return f"mockserver capsule replay {file}"


def _file_name(nodeid: str) -> str:
    """Return the name of a test's capsule: the same each time, and no other test's."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", nodeid.replace("/", "-").replace("::", "-")).strip("-.")
    if "[" not in nodeid and len(name) <= _LONGEST:
        return f"{name}.zip"
    return f"{name[:_LONGEST].strip('-.')}-{hashlib.sha256(nodeid.encode()).hexdigest()[:8]}.zip"


def _last_requests(world: MockClient) -> str:
    from mockserver.client import ControlError, MockServerUnreachable

    try:
        answer = world.requests.list(limit=SHOWN)
        lines = [_told(row, world.requests.why(row["id"])) for row in answer["requests"]]
        dropped = answer["dropped"]
        return "\n".join([*lines, *([f"({dropped} are no longer in the journal)"] if dropped else [])]) or "none"
    except (ControlError, MockServerUnreachable) as problem:
        return f"could not be read: {problem}"


def _told(row: dict[str, Any], why: dict[str, Any]) -> str:
    line = f"{row['method']} {row['path']} -> {row['status']}" + (f" ({row['wire']})" if row.get("wire") else "")
    failed = [check for check in why.get("checks", ()) if not check.get("passed", True)]
    reasons = [
        f"{check['check']}: found {in_words(check.get('found'))}, expected {in_words(check.get('expected'))}"
        for check in failed
    ]
    if row.get("rule"):
        reasons.append(f"rule {row['rule']} acted")
    return "\n    ".join([line, *reasons])
