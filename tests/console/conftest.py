"""A real server and a real Chromium; each test looks at a world of its own.

Without Chromium these tests are skipped, in CI (``CI=true``) they fail. They wait for conditions, never for times.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

from mockserver.client import MockClient
from mockserver.client.process import running
from tests.console.caller import App

PATIENCE = 30_000  # ms until a condition that does not come true fails a test; nothing waits for it otherwise
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def chromium() -> str:
    """Return the path of the browser."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing("there is no Chromium: apt-get install chromium")
    return found


def missing(what: str) -> NoReturn:
    """Skip the test, and say why; in CI, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser a module: the event loop of Playwright must be gone before tests that run their own."""
    path = chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("there is no playwright: pip install '.[test]'")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def plain_page(browser: Any, server: str) -> Iterator[Any]:
    """A page of the server on which modules of the console are tried alone."""
    page = browser.new_page()
    page.goto(f"{server}/__mock/ui")
    yield page
    page.close()


@pytest.fixture
def new_world(server: str) -> Iterator[Callable[[], MockClient]]:
    """Make worlds that are this test's alone."""
    root = MockClient(server)
    made: list[MockClient] = []

    def new_world() -> MockClient:
        made.append(root.create_world(f"console-{uuid.uuid4().hex[:8]}"))
        return made[-1]

    yield new_world
    for each in made:
        if any(world["name"] == each.name for world in root.worlds()["worlds"]):
            root.drop_world(each.name)
        each.close()
    root.close()


@pytest.fixture
def world(new_world: Callable[[], MockClient]) -> MockClient:
    """A world that is this test's alone."""
    return new_world()


@pytest.fixture
def app(world: MockClient) -> App:
    """The app under test: member 42 of the documents, in the test's world."""
    return App(world.url)


@pytest.fixture
def ctx(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open the console of a world, as somebody of their own; what the page complains about fails the test."""
    contexts, complaints = [], []

    def ctx(url: str, view: str = "scenarios", *, live: bool = True, **options: Any) -> Any:
        context = browser.new_context(**{"viewport": DESKTOP} | options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None
        )
        page.goto(f"{url}/__mock/ui#{view}")
        if live:
            page.wait_for_selector("#connection[data-state=live]")
        return page

    yield ctx
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def console(ctx: Callable[..., Any], world: MockClient) -> Callable[..., Any]:
    """Open a view of the console in the test's world."""
    return lambda view="scenarios", **options: ctx(world.url, view, **options)
