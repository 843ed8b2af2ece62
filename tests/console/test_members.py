"""Members: what they have and did, changed and undone, in a real browser."""

from __future__ import annotations

import pytest

from tests.callers import MEMBER_TOKEN

FREE = 1000203


@pytest.fixture
def page(console):
    page = console("members/42")
    page.locator("details[data-part=Tokens]").wait_for()
    return page


def part(page, name):
    return page.locator(f"details[data-part={name}]")


def undo(page):
    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.locator(".toast", has_text="Undone").wait_for()


def test_a_member_is_banned_until_a_time_in_words_of_the_clubs_timezone(page, world):
    world.clock.freeze("2026-11-28T20:00:00Z")
    page.locator("#clock-mode", has_text="frozen").wait_for()
    page.get_by_label("Ban until").fill("soon")
    page.get_by_role("button", name="Ban", exact=True).click()
    page.locator(".toast.bad", has_text="tomorrow 9:00").wait_for()
    page.get_by_label("Ban until").fill("tomorrow 9:00")
    page.get_by_role("button", name="Ban", exact=True).click()
    page.locator(".toast", has_text="banned until 2026-11-29 09:00:00 (Europe/Oslo)").wait_for()
    assert world.state.member(42)["banned_until"] == "2026-11-29T08:00:00.000Z"
    page.get_by_role("button", name="Lift the ban").click()
    page.locator(".toast", has_text="no longer banned").wait_for()
    undo(page)
    assert world.state.member(42)["banned_until"] == "2026-11-29T08:00:00.000Z"


def test_uses_are_taken_back_and_added_in_words(page, world, app):
    app.use(FREE)
    row = part(page, "Uses").locator("li", has_text=str(FREE))
    row.get_by_role("button", name="Take one back").click()
    page.locator(".toast", has_text=f"Took back the use of offer {FREE} by member 42").wait_for()
    assert app.use(FREE)[0] == 200
    page.get_by_label("Add a use of offer").fill(str(FREE))
    page.keyboard.press("Enter")
    page.locator(".toast", has_text="2 times in all").wait_for()
    undo(page)
    assert len(next(each["uses"] for each in world.members.activity(42)["uses"] if each["offer_id"] == FREE)) == 1


def test_grants_likes_and_audiences_are_changed(page, world):
    grants = len(world.members.activity(42)["grants"])
    part(page, "Grants").locator("summary").first.wait_for()
    if part(page, "Grants").get_attribute("open") is None:
        part(page, "Grants").locator("summary").click()
    page.get_by_label("Grant offer").fill("1000220")
    page.keyboard.press("Enter")
    page.locator(".toast", has_text="Granted offer 1000220 to member 42").wait_for()
    undo(page)
    assert len(world.members.activity(42)["grants"]) == grants
    if part(page, "Likes").get_attribute("open") is None:
        part(page, "Likes").locator("summary").click()
    page.get_by_label("Like offer").fill(str(FREE))
    page.keyboard.press("Enter")
    page.locator(".toast", has_text=f"Member 42 likes offer {FREE}").wait_for()
    leave = part(page, "Audiences").get_by_role("button", name="Leave").first
    leave.click()
    page.locator(".toast", has_text="no longer in audience").wait_for()
    undo(page)
    leave.wait_for()


def test_a_token_expires_now_and_is_good_again(page, app):
    row = part(page, "Tokens").locator("li", has_text=MEMBER_TOKEN[:20])
    row.get_by_role("button", name="Expire now").click()
    page.locator(".toast", has_text="is expired").wait_for()
    assert app.offers()[0] == 460
    undo(page)
    assert app.offers()[0] == 200
    row.get_by_role("button", name="Revoke").click()
    row.get_by_role("button", name="Make valid").click()
    page.locator(".toast", has_text="is valid").wait_for()
    assert app.offers()[0] == 200
