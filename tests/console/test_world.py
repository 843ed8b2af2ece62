"""Worlds, snapshots, events and settings, in a real browser."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from mockserver.client import MockClient
from mockserver.client.process import running


def test_a_world_is_made_copied_visited_and_dropped(console, world, server):
    world.use_scenario("maintenance")
    page = console()
    page.locator("#world-button").click()
    page.get_by_label("New world").fill(f"{world.name}-copy")
    page.get_by_label("as a copy of").check()
    page.get_by_role("button", name="Create").click()
    page.wait_for_url(f"**/w/{world.name}-copy/__mock/ui")
    page.wait_for_selector('[data-id="maintenance"].on')
    page.locator("#world-button").click()
    page.get_by_role("button", name=f"Drop {world.name}-copy").click()
    page.get_by_role("button", name="Drop it").click()
    page.wait_for_url(f"{server}/__mock/ui")
    root = MockClient(server)
    names = [each["name"] for each in root.worlds()["worlds"]]
    root.close()
    assert world.name in names
    assert f"{world.name}-copy" not in names


def test_a_world_that_is_not_there_is_made_if_somebody_wants_it(ctx, server, world):
    name = f"{world.name}-wanted"
    page = ctx(f"{server}/w/{name}", live=False)
    page.get_by_role("heading", name=f"There is no world {name}").wait_for()
    page.get_by_role("button", name="Make it").click()
    page.wait_for_selector("#connection[data-state=live]")
    page.wait_for_selector('[data-id="maintenance"]')
    world.drop_world(name)


def test_a_name_that_is_taken_is_explained(console, world):
    page = console()
    page.locator("#world-button").click()
    page.get_by_label("New world").fill(world.name)
    page.get_by_role("button", name="Create").click()
    page.locator("dialog [role=alert]", has_text="there is a world").wait_for()


def test_a_snapshot_brings_the_world_back(console, world, app):
    page = console("world")
    page.get_by_label("Name").fill("before")
    page.get_by_role("button", name="Take a snapshot").click()
    page.locator(".card", has_text="before").wait_for()
    assert app.use(1000204)[0] == 200
    page.get_by_role("button", name="Restore before").click()
    page.locator(".toast", has_text="Restored snapshot “before”").wait_for()
    assert app.use(1000204)[0] == 200
    page.get_by_role("button", name="Delete before", exact=True).click()
    page.get_by_role("button", name="Restore before", exact=True).wait_for(state="detached")
    assert {each["name"] for each in world.snapshots.list()["snapshots"]} == {"before-restore"}


def test_a_reset_asks_first_and_undoes_everything(console, world, app):
    app.use(1000204)
    world.use_scenario("maintenance")
    page = console("world")
    page.get_by_role("button", name="Reset this world").click()
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector("dialog", state="detached")
    assert world.world()["scenarios"] == ["maintenance"]
    page.get_by_role("button", name="Reset this world").click()
    page.get_by_role("button", name="Reset", exact=True).click()
    page.locator(".toast", has_text="as at its start").wait_for()
    page.get_by_text("No request yet").wait_for()
    assert app.use(1000204)[0] == 200


def test_shape_and_strictness_of_answers_are_chosen(console, world, app):
    page = console("world")
    page.get_by_label("Revision").select_option("2019-08")
    page.get_by_role("switch", name="Accept every token").click()
    page.wait_for_selector('#view [role=switch][aria-checked="true"]')
    found = world.world()
    assert (found["revision"], found["auth"]) == ("2019-08", "any")


def test_the_data_is_downloaded_as_fixtures(console, world):
    page = console("world")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as fixtures").click()
    with open(download.value.path()) as file:
        assert json.load(file) == world.state.export()


def test_events_show_as_they_are_registered(console, app):
    page = console("events")
    page.locator(".event").first.wait_for()
    event = {"offer_id": 1000115, "created_at": "2019-03-13T17:32:00Z"}
    app.ask("POST", "/v3/infinity-mall/members/me/events/offers_clicked", {"events": [event]})
    page.locator(".event", has_text="offer 1000115").first.wait_for()
    page.get_by_label("Which events").select_option("clicked")
    page.locator(".event .tag.seen").first.wait_for(state="detached")


def test_a_server_that_needs_its_token_is_asked_for_it_once(ctx, browser):
    with running("--control-token", "open-sesame") as url:
        context = browser.new_context(extra_http_headers={"X-Forwarded-For": "192.0.2.7"})  # not from this machine
        page = context.new_page()
        page.goto(f"{url}/__mock/ui")
        page.get_by_label("Control token", exact=True).fill("wrong")
        page.get_by_role("button", name="Go on").click()
        page.get_by_text("was not accepted").wait_for()
        page.get_by_label("Control token", exact=True).fill("open-sesame")
        page.get_by_role("button", name="Go on").click()
        page.wait_for_selector("#connection[data-state=live]")
        page.reload()
        page.wait_for_selector("#connection[data-state=live]")
        assert page.locator("dialog").count() == 0
        context.close()


def test_a_server_that_is_gone_is_said_to_be_and_followed_again_once_it_is_back(ctx):
    with running() as url:
        page = ctx(url)
    page.wait_for_selector("#connection[data-state=lost]")
    # longer than it takes to give a stream up that something in between holds back
    for _ in range(4):
        page.wait_for_event("requestfailed", lambda request: request.url.endswith("/worlds"))
    with running("--port", str(urlsplit(url).port)):
        page.wait_for_selector("#connection[data-state=live]")


def test_everything_is_undone_from_anywhere_and_that_is_undone_too(console, world, app):
    app.use(1000204)
    world.use_scenario("maintenance")
    page = console("events")
    page.get_by_role("button", name="Undo everything").click()
    page.locator(".toast", has_text="as at the start").wait_for()
    assert world.diff()["total"] == 0
    assert world.world()["scenarios"] == []
    page.keyboard.press("u")
    page.locator(".toast", has_text="Undone").wait_for()
    assert world.world()["scenarios"] == ["maintenance"]
    assert page.locator("a.request").count() == 1


def test_a_link_shows_what_it_would_change_and_does_it_after_one_click(ctx, new_world):
    mine, yours = new_world(), new_world()
    mine.scenarios.put("broken", "title: It breaks\nrules:\n  - then: {respond: {status: 500}}\n")
    mine.use_scenario("maintenance", "broken")
    mine.clock.freeze("2030-01-01T00:00:00Z")
    page = ctx(mine.url, "world", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy a link to this world").click()
    page.locator(".toast", has_text="copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()").replace(mine.url, yours.url)
    other = ctx(yours.url)
    other.goto(link)
    other.locator("dialog li", has_text="It breaks").wait_for()
    assert yours.world()["scenarios"] == []
    other.get_by_role("button", name="Set the world up so").click()
    other.locator(".toast", has_text="as the link says").wait_for()
    found = yours.world()
    assert (found["scenarios"], found["clock"]["now"]) == (["maintenance", "broken"], "2030-01-01T00:00:00.000Z")


def test_a_world_is_carried_over_as_a_file_by_drag_and_drop(ctx, new_world):
    mine, yours = new_world(), new_world()
    mine.state.set_offer(1000203, stock=3)
    page, other = ctx(mine.url, "world"), ctx(yours.url, "world")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the world").click()
    with open(download.value.path()) as file:
        text = file.read()
    drop = """(panel, text) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], "mine.json"));
        panel.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }"""
    panel = other.locator("section", has=other.get_by_role("heading", name="Data"))
    panel.evaluate(drop, "not JSON")
    other.locator(".toast.bad", has_text="is not JSON").wait_for()
    panel.evaluate(drop, text)
    other.locator(".toast", has_text="mine.json is taken over").wait_for()
    assert yours.state.offer(1000203)["stock"] == 3
    other.get_by_role("button", name="What changed since the start").click()
    other.locator("dialog li", has_text=re.compile(r": stock \S+ to 3$")).wait_for()


def test_one_notice_is_shown_at_a_time(console):
    said = """async () => {
        const { toast } = await import("/__mock/ui/dialogs.js");
        for (const text of ["Saved", "Saved", "Copied"]) toast(text);
        return [...document.querySelectorAll(".toast")].map((each) => each.textContent);
    }"""
    assert console().evaluate(said) == ["Copied"]
