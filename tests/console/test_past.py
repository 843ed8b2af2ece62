"""Back in time, in a real browser: the list of requests leads to the world as it was."""

from __future__ import annotations

import io
import json
import zipfile

from mockserver.client import MockClient

OFFER = 1000016


def test_a_request_says_what_it_changed_and_what_has_changed_since(console, world, app):
    world.clock.freeze()
    assert app.use(OFFER)[0] == 200
    world.state.set_offer(OFFER, stock=5)
    page = console("requests/1")
    page.get_by_role("button", name="What it changed").click()
    page.locator("dialog li", has_text="Ada's uses of Coffee on the house 31 to 32").wait_for()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="What changed since").click()
    page.locator("dialog li", has_text="offer Coffee on the house: stock none to 5").wait_for()
    assert page.locator("dialog li").count() == 1


def test_the_world_at_a_request_is_shown_and_kept_as_fixtures(console, world, app):
    world.use_scenario("last-coupon")
    app.use(OFFER)
    world.use_scenario()
    page = console("requests/1")
    page.get_by_role("button", name="The world here").click()
    page.locator("dialog li", has_text="last-coupon").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as fixtures").click()
    with open(download.value.path()) as file:
        assert json.load(file) == world.state.export(at="request:1")


def test_another_world_goes_on_from_a_request(console, world, app):
    before = world.state.export()
    app.use(OFFER)
    page = console("requests/1")
    page.get_by_role("button", name="Fork from here").click()
    page.get_by_label("As it was").select_option("before")
    page.get_by_label("New world").fill(f"{world.name}-fork")
    page.get_by_role("button", name="Fork", exact=True).click()
    page.wait_for_url(f"**/w/{world.name}-fork/__mock/ui**")
    page.wait_for_selector("#connection[data-state=live]")
    fork = world.in_world(f"{world.name}-fork")
    assert fork.state.export() == before
    fork.drop_world(fork.name)


def test_the_requests_from_one_on_are_saved_as_a_capsule(console, world: MockClient, app):
    for _ in range(3):
        app.use(OFFER)
    page = console("requests/2")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as capsule").click()
    assert download.value.suggested_filename == f"{world.name}-2.capsule.zip"
    with open(download.value.path(), "rb") as file:
        assert zipfile.ZipFile(io.BytesIO(file.read())).testzip() is None
