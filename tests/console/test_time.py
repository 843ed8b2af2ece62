"""The clock and the timeline, in a real browser."""

from __future__ import annotations

from mockserver.domain.instants import parse_iso

NOON = "2030-03-13T12:00:00Z"


def set_clock(page, text=NOON):
    page.get_by_label("Exact time").fill(text)
    page.get_by_role("button", name="Set", exact=True).click()
    page.locator(".toast", has_text="The clock is set").wait_for()


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
    page.get_by_label("Exact time").fill("yesterday")
    page.get_by_role("button", name="Set", exact=True).click()
    page.locator(".toast.bad", has_text="ISO 8601").wait_for()


def test_a_jump_goes_to_the_moment_and_just_before_it(console, world, app):
    world.clock.set(frozen=True)
    app.use(1000203)
    page = console("time")
    moment = page.locator("ol .moment", has_text="member 42: offer 1000203 is no longer active")
    end = parse_iso(moment.locator("time").get_attribute("datetime"))
    moment.get_by_role("button", name="Just before").click()
    page.locator(".toast", has_text="just before").wait_for()
    assert parse_iso(world.clock.show()["now"]) == end - 1
    assert app.use(1000203) == (422, {"error": "Already active"})
    moment.get_by_role("button", name="Jump").click()
    page.locator(".toast", has_text="at the moment").wait_for()
    assert app.use(1000203)[0] == 200


def test_the_dots_of_the_drawn_timeline_are_reached_by_keys_and_jump(console, world):
    world.clock.set(frozen=True)
    page = console("time")
    page.locator("circle.dot").first.wait_for()
    page.get_by_role("button", name="Set", exact=True).focus()
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
    page.locator(".toast", has_text="at the moment").wait_for()
    assert parse_iso(world.clock.show()["now"]) == at


def test_when_nothing_is_coming_it_says_so(console, world):
    world.clock.set(now="8999-01-01T00:00:00Z", frozen=True)
    page = console("time")
    page.get_by_text("Nothing is coming").wait_for()
