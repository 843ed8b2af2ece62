"""Offers with their usage, in a real browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.console.conftest import PHONE

ROWS = "button.offer"
MARKED = 1000230


def row(page, text: Any):
    return page.locator(ROWS, has_text=str(text))


def open_offer(page, offer_id):
    page.get_by_label("Search offers").fill(str(offer_id))
    row(page, offer_id).click()
    page.get_by_label("Stock, for all members").wait_for()


def test_each_offer_says_what_a_use_would_answer_for_the_chosen_member(console, app):
    page = console("offers")
    page.get_by_label("as seen by").select_option("42")
    row(page, 1000205).locator(".verdict", has_text="Global limit exceeded").wait_for()
    row(page, 1000203).locator(".verdict", has_text="A use works").wait_for()
    page.get_by_label("as seen by").select_option("45")
    row(page, 1000203).locator(".verdict", has_text="Member is banned").wait_for()


def test_a_use_shows_at_once(console, app):
    page = console("offers")
    page.get_by_label("as seen by").select_option("42")
    row(page, 1000203).locator(".facts", has_text="stock 50 of 50").wait_for()
    app.use(1000203)
    row(page, 1000203).locator(".facts", has_text="stock 49 of 50").wait_for()
    row(page, 1000203).locator(".verdict", has_text="Already active").wait_for()


def test_stock_limits_and_windows_are_changed(console, world, app):
    page = console("offers")
    open_offer(page, 1000203)
    page.get_by_role("button", name="Sold out").click()
    page.get_by_label("Uses in a period").fill("2")
    page.get_by_label("Period", exact=True).select_option("DAY")
    page.get_by_label("Usable until").fill("2137-01-01T00:00:00Z")
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    assert app.use(1000203) == (422, {"error": "Global limit exceeded"})
    offer = world.state.offer(1000203)
    assert (offer["stock"], offer["period"]) == (0, {"timespan": "DAY", "max_uses": 2})
    assert offer["usable_until"] == "2137-01-01T00:00:00.000Z"


def test_a_wrong_value_is_explained_where_it_stands(console):
    page = console("offers")
    open_offer(page, 1000203)
    page.get_by_label("Usable until").fill("soon")
    page.get_by_role("button", name="Save").click()
    page.locator("dialog [role=alert]", has_text="usable_until").wait_for()
    assert page.get_by_label("Usable until").get_attribute("aria-invalid") == "true"


def test_markup_in_a_name_stays_text(console, world):
    name = "<img src=x onerror=alert(1)> & <b>bold</b>"
    world.state.set_offer(1000203, name=name)
    page = console("offers")
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    row(page, name).wait_for()
    assert page.locator(f"{ROWS} img, {ROWS} b b").count() == 0
    open_offer(page, 1000203)
    page.get_by_role("heading", name=name).wait_for()


def test_the_fixtures_own_markup_stays_text_everywhere(console, world, app):
    markup = next(each for each in world.state.export()["offers"] if "<b>" in (each["name"] or ""))
    app.ask("GET", f"/v3/infinity-mall/members/me/offers/{markup['id']}?x={quote('<script>alert(1)</script>')}")
    event = {"offer_id": markup["id"], "created_at": "2019-03-13T17:32:00Z"}
    event["context"] = {"tags": ["<script>alert(1)</script>"]}
    app.ask("POST", "/v3/infinity-mall/members/me/events/offers_clicked", {"events": [event]})
    page = console("offers")
    page.get_by_label("Search offers").fill(str(markup["id"]))
    row(page, markup["name"]).wait_for()
    page.goto(page.url.replace("#offers", "#events"))
    page.locator("summary", has_text="Context").first.click()
    page.locator("pre", has_text="<script>alert(1)</script>").wait_for()
    page.locator("a.request", has_text="get offer").click()
    page.locator(".part pre", has_text="<b>").wait_for()
    assert page.evaluate("document.querySelectorAll('main script, dialog script, pre *').length") == 0


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_ten_thousand_offers_are_paged_searched_and_read_to_the_end(console, world, size):
    document = world.state.export()
    model = next(each for each in document["offers"] if each["id"] == 1000203)
    document["offers"] += [model | {"id": 2_000_000 + n, "name": f"Offer number {n}"} for n in range(10_000)]
    world.state.replace(document)
    page = console("offers", **({"viewport": size} if size else {}))
    page.locator("h2 + .hint", has_text="10,04").wait_for()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "state/offers" in request.url else None)
    assert page.locator("#view li.row").count() < 60
    page.locator(ROWS).first.focus()
    page.keyboard.press("End")
    row(page, "Offer number 9999").wait_for()
    assert len(asked) < 10
    page.get_by_label("Search offers").fill("number 4321")
    row(page, "Offer number 4321").wait_for()
    page.locator("h2 + .hint", has_text="1 offer").wait_for()
