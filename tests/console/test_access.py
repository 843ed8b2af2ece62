"""The console for everybody: axe finds nothing, and keys alone are enough."""

from __future__ import annotations

import pytest

from tests.console.conftest import DESKTOP, PHONE

VIEWS = ("scenarios", "time", "offers", "requests", "events", "world")
READY = {"scenarios": "li.scenario", "time": ".moment", "offers": "button.offer", "requests": "button.request",
         "events": ".event", "world": ".panel"}  # fmt: skip


def violations(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(console, world, app, scheme, size):
    app.use(1000204)
    app.use(1000204)
    world.use_scenario("maintenance")
    app.offers()
    page = console(color_scheme=scheme, viewport=size, reduced_motion="reduce")
    for view in VIEWS:
        page.goto(f"{world.url}/__mock/ui#{view}")
        page.wait_for_selector(READY[view])
        assert violations(page) == [], view
    for view, opened in (
        ("requests", "button.request.bad"),
        ("offers", "button.offer"),
        ("scenarios", "#world-button"),
    ):
        page.goto(f"{world.url}/__mock/ui#{view}")
        page.locator(opened).first.click()
        page.wait_for_selector("dialog .part, dialog form")
        assert violations(page) == [], opened
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_wider_than_a_phone(console, view):
    page = console(view, viewport=PHONE)
    page.locator(f"{READY[view]}, .empty").locator("visible=true").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("document.querySelector('nav').scrollWidth") <= PHONE["width"]


def test_keys_alone_turn_a_scenario_on(console, world):
    page = console()
    page.wait_for_selector("li.scenario")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_label("Search scenarios").focus()
    page.keyboard.type("sold out while")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "switch"
    page.keyboard.press("Space")
    page.wait_for_selector(".scenario.on")
    assert world.world()["scenarios"] == ["global-limit-exceeded"]


def test_a_drawer_takes_the_focus_and_gives_it_back(console, app):
    app.offers()
    page = console()
    page.locator("button.request").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog .part")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert page.evaluate("document.activeElement.className").startswith("request")


def test_a_view_has_an_address(console, world):
    page = console("offers/1000203")
    page.get_by_label("Stock, for all members").wait_for()
