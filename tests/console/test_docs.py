"""The documentation page, in a real browser: a light list that brings the viewer when an operation is opened."""

from __future__ import annotations

from typing import Any

PAGE = 5  # requests: the page, its script, its icon, and one or two to spare
BYTES = 60_000


def watched(browser: Any, url: str) -> tuple[Any, list[str]]:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    return page, asked


def test_the_list_comes_alone_and_an_operation_brings_its_viewer(browser, world):
    page, asked = watched(browser, f"{world.url}/docs/")
    page.locator("li a", has_text="Use offer").first.wait_for()
    assert len(asked) <= PAGE
    page.get_by_label("Search").fill("like put")
    assert page.locator("#index li:visible").count() == 4
    page.locator("#index li:visible a", has_text="members/me").first.click()
    page.locator(".opblock.is-open", has_text="/like").get_by_role("button", name="Execute").wait_for()
    page.close()


def test_a_link_to_an_operation_opens_it(browser, world):
    page, _ = watched(browser, f"{world.url}/docs/?revision=2025-03#/Offers/get_offer")
    page.locator(".opblock.is-open").wait_for()
    page.close()


def test_the_console_and_the_docs_are_light(browser, world):
    for path, most, requests in (("/docs/", BYTES, PAGE), ("/__mock/ui", 150_000, 36)):
        page = browser.new_page()
        sizes: list[int] = []
        page.on("response", lambda response, sizes=sizes: sizes.append(int(response.headers.get("content-length", 0))))
        page.goto(f"{world.url}{path}")
        page.locator("li.scenario, #index li").first.wait_for()
        assert sum(sizes) <= most, path
        assert len(sizes) <= requests, path
        page.close()
