"""The clock and the timeline, in a real browser."""

from __future__ import annotations

import pytest

from mockserver.values.instants import parse_iso

NOON = "2030-03-13T12:00:00Z"


def set_clock(page, text=NOON):
    page.get_by_label("in the time of").select_option("UTC")
    page.get_by_label("Go to").fill(text)
    page.get_by_role("button", name="Go", exact=True).click()
    page.locator(".toast", has_text="Jumped to").wait_for()


def freeze(page, on="true"):
    page.get_by_role("switch", name="Freeze").click()
    page.wait_for_selector(f'.clock [role=switch][aria-checked="{on}"]')


def test_the_clock_is_frozen_set_moved_and_let_go(console, world):
    page = console("time")
    freeze(page)
    set_clock(page)
    page.locator(".big", has_text="2030-03-13 12:00:00").wait_for()
    page.get_by_role("button", name="+1 h").click()
    page.locator(".big", has_text="2030-03-13 13:00:00").wait_for()
    page.get_by_role("button", name="−1 day").click()
    page.locator(".big", has_text="2030-03-12 13:00:00").wait_for()
    assert world.clock.show() == {"now": "2030-03-12T13:00:00.000Z", "mode": "frozen", "rate": 1.0}
    page.get_by_role("button", name="Back to real time").click()
    page.locator("#clock-mode", has_text="real time").wait_for()
    assert world.clock.show()["mode"] == "real"


def test_the_speed_is_chosen_in_words(console, world):
    page = console("time")
    page.get_by_label("Speed").select_option("3600")
    page.locator("#clock-mode", has_text="×3600").wait_for()
    assert world.clock.show()["rate"] == 3600


def test_a_time_that_is_none_is_explained(console):
    page = console("time")
    page.get_by_label("Go to").fill("soon")
    page.locator(".preview", has_text="tomorrow 9:00").wait_for()
    assert page.get_by_label("Go to").get_attribute("aria-invalid") == "true"


def test_a_jump_is_told_in_the_clubs_time_before_it_is_made_and_can_be_undone(console, world):
    world.clock.set(now="2026-11-28T20:00:00Z", frozen=True)
    page = console("time")
    page.locator("#zones", has_text="21:00:00 Europe/Oslo").wait_for()
    page.get_by_label("Go to").fill("tomorrow 9:00")
    page.locator(
        ".preview", has_text="2026-11-29 09:00:00 Europe/Oslo, 2026-11-29 08:00:00 UTC, in 12 hours"
    ).wait_for()
    page.locator(".preview li").first.wait_for()
    assert world.clock.show()["now"] == "2026-11-28T20:00:00.000Z"
    page.keyboard.press("Enter")
    page.locator(".toast", has_text="Jumped to 08:00:00").wait_for()
    assert world.clock.show()["now"] == "2026-11-29T08:00:00.000Z"
    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.locator(".toast", has_text="Undone").wait_for()
    assert world.clock.show() == {"now": "2026-11-28T20:00:00.000Z", "mode": "frozen", "rate": 1.0}


SATURDAY = "2026-11-28T20:00:00Z"


@pytest.mark.parametrize(
    ("text", "zone", "found"),
    [
        ("tomorrow 9:00", "Europe/Oslo", "2026-11-29T08:00:00.000Z"),
        ("tomorrow 9:00", "America/New_York", "2026-11-29T14:00:00.000Z"),
        ("today 23:30", "Europe/Oslo", "2026-11-28T22:30:00.000Z"),
        ("Sat 18:00", "UTC", "2026-12-05T18:00:00.000Z"),
        ("next monday", "UTC", "2026-11-30T00:00:00.000Z"),
        ("6pm", "UTC", "2026-11-28T18:00:00.000Z"),
        ("in 2 h", "UTC", "2026-11-28T22:00:00.000Z"),
        ("-35s", "UTC", "2026-11-28T19:59:25.000Z"),
        ("2 days ago", "UTC", "2026-11-26T20:00:00.000Z"),
        ("2027-03-28 02:30", "Europe/Oslo", "2027-03-28T01:30:00.000Z"),  # a time that the change of clocks leaves out
        ("2019-03-13T18:00:00Z", "Europe/Oslo", "2019-03-13T18:00:00.000Z"),
        ("2019-03-13T18:00:00.250+01:00", "UTC", "2019-03-13T17:00:00.250Z"),
        ("now", "UTC", "2026-11-28T20:00:00.000Z"),
        ("soon", "UTC", None), ("25:00", "UTC", None), ("3 apples", "UTC", None), ("", "UTC", None),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them(plain_page, text, zone, found):
    read = """async ([text, now, zone]) => {
        const { readMoment } = await import("/__mock/ui/moments.js");
        const at = readMoment(text, Date.parse(now), zone);
        return Number.isNaN(at) ? null : new Date(at).toISOString();
    }"""
    assert plain_page.evaluate(read, [text, SATURDAY, zone]) == found


def test_a_jump_goes_to_the_moment_and_just_before_it(console, world, app):
    world.clock.set(frozen=True)
    app.use(1000203)
    page = console("time")
    moment = page.locator("ol .moment", has_text="member 42: offer 1000203 is no longer active")
    end = parse_iso(moment.locator("time").get_attribute("datetime"))
    moment.get_by_role("button", name="Just before").click()
    page.locator(".toast", has_text="Jumped to just before").wait_for()
    assert parse_iso(world.clock.show()["now"]) == end - 1
    assert app.use(1000203) == (422, {"error": "Already active"})
    moment.get_by_role("button", name="Jump").click()
    page.wait_for_function("() => /Jumped to \\d/.test(document.querySelector('.toast')?.textContent)")
    assert app.use(1000203)[0] == 200


def test_the_dots_of_the_drawn_timeline_are_reached_by_keys_and_jump(console, world):
    world.clock.set(frozen=True)
    page = console("time")
    page.locator("circle.dot").first.wait_for()
    page.get_by_role("button", name="Go", exact=True).focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('class')").startswith("dot")
    first = page.locator(".chosen .what b").inner_text()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(first) => document.querySelector('.chosen .what b').textContent !== first", arg=first)
    at = parse_iso(page.locator(".chosen time").get_attribute("datetime"))
    page.set_viewport_size({"width": 1200, "height": 900})  # it is drawn anew, and the place in it stays
    page.wait_for_function("() => document.querySelector('.chart svg').clientWidth < 700")
    page.wait_for_function("() => document.activeElement.matches('circle.picked')")
    assert parse_iso(page.locator(".chosen time").get_attribute("datetime")) == at
    page.locator(".chosen").get_by_role("button", name="Jump").click()
    page.locator(".toast", has_text="Jumped to").wait_for()
    assert parse_iso(world.clock.show()["now"]) == at


def test_when_nothing_is_coming_it_says_so(console, world):
    world.clock.set(now="8999-01-01T00:00:00Z", frozen=True)
    page = console("time")
    page.get_by_text("Nothing is coming").wait_for()
