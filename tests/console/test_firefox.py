"""A smoke of each view in Firefox: it shows what it is about, and nothing goes wrong in its scripts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.bidi import firefox
from tests.console.conftest import missing

# view: what shows that it works
VIEWS = {
    "scenarios": "li.scenario .sees", "requests/1": ".details .checks", "compare/1/2": ".beside .differs",
    "members/42": ".member details li", "offers": "button.offer .verdict.good", "time": "circle.dot", "events": "li.event",
    "world": ".panel .address", "make": ".next p", "make/?status=503": ".next p", "share/?scenarios=maintenance": "dialog li",
}  # fmt: skip


@pytest.fixture(scope="module")
def window() -> Iterator[Any]:
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        missing("there is no Firefox: apt-get install firefox-esr")
    try:
        import websocket  # noqa: F401
    except ImportError:
        missing("there is no websocket-client: pip install '.[test]'")
    with firefox(path) as page:
        yield page


@pytest.fixture
def tab(window: Any, world: Any) -> Iterator[Any]:
    """Leave the world before it is dropped."""
    yield window
    window.open("about:blank")
    window.complaints.clear()


def test_every_view_works_in_firefox(tab, world, app):
    app.use(1000204)
    app.use(1000204)
    tab.size(1440, 900)
    tab.open(f"{world.url}/__mock/ui")
    tab.wait("document.querySelector('#connection[data-state=live]')")
    for view, shown in VIEWS.items():
        tab.wait(f"(location.hash = {view!r}, true)")
        tab.wait(f"[...document.querySelectorAll({shown!r})].some((each) => each.checkVisibility())")
        tab.wait("(document.querySelector('dialog[open]')?.close(), true)")
    assert tab.complaints == []


def test_a_scenario_is_turned_on_and_met_in_firefox(tab, world, app):
    tab.open(f"{world.url}/__mock/ui#scenarios")
    tab.wait("document.querySelector('#connection[data-state=live]')")
    tab.wait("document.querySelector('[data-id=maintenance] [role=switch]')")
    tab.wait("(document.querySelector('[data-id=maintenance] [role=switch]').click(), true)")
    tab.wait("document.querySelector('#on-now .chip')")
    assert app.offers()[0] == 503
    tab.wait("document.querySelector('#on-now .chip .hits')?.textContent === '×1'")
    tab.wait("document.querySelector('a.request')")
    assert tab.complaints == []


@pytest.mark.parametrize("path", ["/docs/", "/connect"])
def test_the_other_pages_work_in_firefox(tab, world, path):
    tab.open(f"{world.url}{path}")
    tab.wait("document.querySelector('#index li, #base')")
    assert tab.complaints == []
