"""Live requests and the drawer, in a real browser."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest

from tests.console.caller import App
from tests.console.conftest import PHONE

ROWS = "a.request"


def test_nothing_asked_yet_invites_to_ask_and_the_curl_given_works(console, world):
    page = console(permissions=["clipboard-read", "clipboard-write"])
    page.locator("#requests code", has_text=world.url).wait_for()
    page.get_by_role("button", name="Copy a curl to try").click()
    page.locator(".toast", has_text="copied").wait_for()
    assert ran(page)["offers"]
    page.locator(ROWS, has_text="list offers").wait_for()


def ran(page):
    """Run the curl command of the clipboard; answer the JSON that came back."""
    command = shlex.split(page.evaluate("navigator.clipboard.readText()").replace("\\\n", " "))
    command.remove("-i")
    return json.loads(subprocess.run([*command, "-s"], capture_output=True, check=True, timeout=60).stdout)


def test_requests_come_as_they_are_asked_newest_on_top(console, app):
    page = console()
    app.offers()
    page.locator(ROWS, has_text="list offers").wait_for()
    app.use(1000205)
    page.locator(ROWS, has_text="use offer").wait_for()
    first = page.locator(ROWS).first
    assert "422" in first.inner_text()
    assert "global limit exceeded" in first.inner_text()


def test_a_failed_request_says_why_and_what_to_change_and_mends_it(console, app):
    app.use(1000204)
    assert app.use(1000204) == (422, {"error": "Already active"})
    page = console()
    page.locator(f"{ROWS}.bad").click()
    page.locator(".checks .failed", has_text="already active").wait_for()
    page.locator("pre", has_text="Already active").wait_for()
    page.get_by_role("button", name="Move the clock past it").click()
    page.locator(".toast", has_text="Send the request again").wait_for()
    assert app.use(1000204) == (422, {"error": "Global limit exceeded"})


def test_what_a_scenario_did_names_it_and_turns_it_off(console, world, app):
    world.use_scenario("maintenance")
    assert app.offers()[0] == 503
    page = console()
    page.locator(f"{ROWS}.fault").click()
    page.get_by_role("button", name="Turn it off").click()
    page.locator(".toast", has_text="Send the request again").wait_for()
    assert app.offers()[0] == 200


def test_a_path_outside_the_api_names_the_nearest_operation(console, app):
    app.ask("GET", "/v3/infinity-mall/members/me/offer")
    page = console()
    page.locator(ROWS, has_text="not in the API").click()
    page.locator(".advice", has_text="members/{context}/offers").or_(
        page.locator(".advice", has_text="Nearest:")
    ).wait_for()


def test_a_request_is_copied_as_a_curl_that_works(console, app):
    app.ask("POST", "/v3/infinity-mall/members/me/offers/1000203/use", {"authorization_token": "secret"})
    page = console(permissions=["clipboard-read", "clipboard-write"])
    page.locator(ROWS).click()
    page.get_by_role("button", name="Copy as curl").click()
    page.locator(".toast", has_text="copied").wait_for()
    assert ran(page) == {"error": "Already active"}


def test_all_requests_are_downloaded_as_har(console, app):
    app.offers()
    page = console()
    page.locator(ROWS).wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all as HAR").click()
    with open(download.value.path()) as file:
        assert [each["response"]["status"] for each in json.load(file)["log"]["entries"]] == [200]


def test_requests_are_searched_and_chosen(console, app):
    app.offers()
    app.use(1000205)
    page = console()
    failed = page.get_by_role("button", name="Failed")
    failed.click()
    page.locator("#requests-count", has_text="1 request of 2").wait_for()
    failed.click()
    for facet, value in (("By status", "422"), ("By operation", "list_offers")):
        page.get_by_label(facet, exact=True).select_option(value)
        page.locator("#requests-count", has_text="1 request of 2").wait_for()
        page.get_by_label(facet, exact=True).select_option("")
    page.get_by_label("Search requests").fill("list offers")
    page.locator("#requests-count", has_text="1 request of 2").wait_for()
    page.get_by_label("Search requests").fill("nobody asked this")
    page.get_by_text("No request is like this").wait_for()
    page.get_by_role("button", name="Show all").click()
    page.locator("#requests-count", has_text="2 requests").wait_for()


def test_clearing_asks_first_and_empties_the_list(console, app):
    app.offers()
    page = console()
    page.get_by_role("button", name="Clear the requests").click()
    page.get_by_role("button", name="Forget them").click()
    page.get_by_text("No request yet").wait_for()


def test_a_request_that_the_journal_has_dropped_says_so(console, world, app):
    app.offers()
    page = console()
    page.locator(ROWS).wait_for()
    page.route("**/__mock/requests/*", lambda route: route.fulfill(status=404, json={"error": {"message": "gone"}}))
    page.locator(ROWS).click()
    page.get_by_text("no longer kept").wait_for()


def test_without_a_stream_it_asks_again_and_again(ctx, browser, world, app):
    context = browser.new_context()
    page = context.new_page()
    page.route("**/__mock/stream*", lambda route: route.abort())
    page.goto(f"{world.url}/__mock/ui")
    page.wait_for_selector("#connection[data-state=asking]")
    app.offers()
    page.locator(ROWS, has_text="list offers").wait_for()
    context.close()


def test_a_dropped_world_is_not_made_again(console, world):
    page = console("offers")
    page.locator("button.offer").first.wait_for()
    root = type(world)(world.server_url)
    root.drop_world(world.name)
    page.wait_for_selector("#connection[data-state=dropped]")
    page.evaluate("document.getElementById('toasts').replaceChildren()")
    page.locator("button.offer").first.click()
    page.locator(".toast", has_text="was dropped").wait_for()
    names = [each["name"] for each in root.worlds()["worlds"]]
    root.close()
    assert world.name not in names


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_a_thousand_requests_are_a_handful_of_rows(console, app, size):
    for _ in range(1005):
        app.ask("GET", "/v3/infinity-mall/members/guest/offers?per_page=1")
    page = console("requests" if size else "events", **({"viewport": size} if size else {}))
    page.locator("#requests-count", has_text="1,000 requests").wait_for()
    assert 5 < page.locator(ROWS).count() < 60
    page.locator(ROWS).first.focus()
    page.keyboard.press("End")
    page.locator('#requests li[aria-posinset="1000"] a').wait_for()
    assert page.evaluate("document.activeElement.parentElement.ariaPosInSet") == "1000"
    app.use(1000205)  # one on top moves nobody who reads further down
    page.wait_for_function("document.querySelector('#requests .rows').innerText.length > 0")
    page.keyboard.press("Home")
    page.locator(ROWS, has_text="use offer").wait_for()


def test_the_list_stands_beside_the_request_and_keys_walk_along_it(console, world, app):
    for offer_id in (1000203, 1000204, 1000205):
        app.use(offer_id)
    page = console("requests")
    page.locator(ROWS).nth(2).wait_for()
    for key, offer_id in (("j", 1000205), ("j", 1000204), ("k", 1000205)):
        page.keyboard.press(key)
        page.locator(".details", has_text=f"offer {offer_id}").wait_for()
    page.locator(ROWS).first.focus()
    page.keyboard.press("ArrowDown")
    page.locator(".details", has_text="offer 1000204").wait_for()
    assert page.url.endswith("#requests/2")
    assert page.locator(f"{ROWS}[aria-current=true]").inner_text().startswith("200")
    page.reload()  # the address is a link to this request
    page.locator(".details", has_text="offer 1000204").wait_for()


def test_a_request_is_sent_again_as_it_was_and_elsewhere(ctx, new_world):
    mine, yours = new_world(), new_world()
    App(mine.url).use(1000203)
    page = ctx(mine.url, "requests/1")
    page.get_by_role("button", name="Send again").click()
    page.locator(".toast", has_text="Sent again as request 2").wait_for()
    page.locator(".details", has_text="Already active").first.wait_for()
    page.get_by_role("button", name="Edit and send").click()
    page.get_by_label("World", exact=True).select_option(yours.name)
    page.get_by_label("Path").fill("/nowhere")
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".toast", has_text=f"of {yours.name}: 404").wait_for()
    assert yours.requests.list()["matched"] == 1
