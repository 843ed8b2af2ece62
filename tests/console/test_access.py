"""The console for everybody: axe finds nothing, and keys alone are enough."""

from __future__ import annotations

import pytest

from tests.console.conftest import DESKTOP, PHONE

VIEWS = ("scenarios", "requests", "members/42", "offers", "time", "events", "world", "compare/1/2", "make")
READY = {"scenarios": "li.scenario", "time": ".moment", "offers": "button.offer", "requests": "a.request",
         "members/42": ".member details", "compare/1/2": ".beside", "make": ".next p", "events": ".event",
         "world": ".panel"}  # fmt: skip


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
        if view == "make":
            page.get_by_role("button", name="Close", exact=True).click()
    page.goto(f"{world.url}/__mock/ui#requests/2")
    page.get_by_role("button", name="Edit and send").click()
    page.wait_for_selector("form[aria-label='Edit and send']")
    assert violations(page) == []
    for view, opened in (("offers", "button.offer"), ("scenarios", "#world-button")):
        page.goto(f"{world.url}/__mock/ui#{view}")
        page.locator(opened).first.click()
        page.wait_for_selector("dialog form")
        assert violations(page) == [], opened
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")


def test_nothing_is_wider_than_a_phone(console, world, app):
    app.use(1000204)
    app.use(1000204)
    page = console(viewport=PHONE)
    for view in VIEWS:
        page.goto(f"{world.url}/__mock/ui#{view}")
        page.locator(READY[view]).locator("visible=true").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], view
        assert page.evaluate("document.querySelector('nav').scrollWidth") <= PHONE["width"], view


def test_keys_alone_turn_a_scenario_on(console, world):
    page = console()
    page.wait_for_selector("li.scenario")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    page.keyboard.type("global-limit")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "switch"
    page.keyboard.press("Space")
    page.wait_for_selector(".scenario.on")
    assert world.world()["scenarios"] == ["global-limit-exceeded"]


def test_a_drawer_takes_the_focus_and_gives_it_back(console):
    page = console("offers")
    page.locator("button.offer").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog form")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert page.evaluate("document.activeElement.className") == "offer"


def test_letters_go_from_view_to_view_and_are_listed(console):
    page = console()
    for key, heading in (("m", "Members"), ("t", "Time"), ("w", "World"), ("s", "Scenarios")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.locator("#view h2", has_text=heading).wait_for()
    page.keyboard.press("?")
    page.locator("dialog kbd", has_text="j").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.get_by_label("YAML", exact=True).locator("textarea").wait_for()


def test_a_view_has_an_address(console, world):
    page = console("offers/1000203")
    page.get_by_label("Stock, for all members").wait_for()
