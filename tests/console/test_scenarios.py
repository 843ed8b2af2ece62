"""Scenarios as switches, in a real browser."""

from __future__ import annotations

import pytest

from mockserver.fixtures.shipped import shipped
from tests.callers import HEADERS
from tests.console.caller import App

IDS = sorted(path.stem for path in shipped("scenarios").glob("*.yaml"))
LIST = ("GET", "/v3/infinity-mall/members/me/offers?per_page=100")
BUSY = 25  # calls in a row that any chance or rate shows in
HOLDING = {
    "double-tap",
    "race-for-the-last-coupon",
    "refresh-token-stampede",
}  # the second request is awaited; docs/races.md


def switch(page, scenario_id):
    return page.locator(f'[data-id="{scenario_id}"] [role=switch]')


def turn(page, scenario_id, on):
    """Flip a switch and wait until the server says that it is so."""
    switch(page, scenario_id).click()
    page.wait_for_selector(f'[data-id="{scenario_id}"]{".on" if on else ":not(.on)"}')


def observe(app, scenario_id, outcome):
    """What an app sees of the situation that a scenario is about."""
    if outcome is not None:
        step = outcome["forced"]["steps"][-1]
        headers = {name: value for name, value in (HEADERS | (step.get("headers") or {})).items() if value is not None}
        text = step.get("text") or (" " * step["size"] if step.get("size") else None)
        return app.ask(step["method"], step["path"], step.get("body"), headers=headers, text=text)[:2]
    if scenario_id == "hang":
        return app.ask(*LIST, timeout=3)[0]
    if scenario_id in ("flaky", "rate-limited"):
        return any(app.ask(*LIST)[:1] != (200,) or app.ask(*LIST)[2] for _ in range(BUSY))
    if scenario_id == "redeemed-but-unheard":
        return app.use(1000206)[0]
    return app.ask(*LIST)


@pytest.mark.parametrize("part", range(4))
def test_every_switch_changes_what_the_api_answers(console, world, app, part):
    outcomes = {each["forced"]["scenario"]: each for each in app.ask("GET", "/__mock/outcomes")[1]["outcomes"]}
    page = console()
    page.wait_for_selector("li.scenario")
    for scenario_id in IDS[part::4]:
        if scenario_id in HOLDING:
            continue
        world.reset()
        before = observe(app, scenario_id, outcomes.get(scenario_id))
        world.reset()
        turn(page, scenario_id, True)
        during = observe(app, scenario_id, outcomes.get(scenario_id))
        turn(page, scenario_id, False)
        assert before != during, scenario_id
        if scenario_id in outcomes:
            forced = outcomes[scenario_id]["forced"]["answer"]
            status, body = during
            # a path that an answer repeats has the world in front here
            assert (status, repr(body).replace(app.prefix, "")) == (forced["status"], repr(forced["body"]))
        assert world.world()["scenarios"] == []


def test_there_is_a_switch_for_every_scenario_errors_before_faults(console):
    page = console()
    page.wait_for_selector("li.scenario")
    found = page.eval_on_selector_all("li.scenario", "all => all.map((each) => each.dataset.id)")
    assert sorted(found) == IDS
    assert found.index("global-limit-exceeded") < found.index("maintenance") < found.index("connection-reset")
    assert found.index("connection-reset") < found.index("empty-catalogue")


def test_the_documented_words_find_the_switch_and_the_next_use_meets_it(console, app):
    page = console()
    page.get_by_label("Search scenarios").fill("Global limit exceeded")
    page.get_by_role("switch").locator("visible=true").first.click()
    page.get_by_text("waiting for a request").locator("visible=true").wait_for()
    assert app.use(1000203) == (422, {"error": "Global limit exceeded"})
    page.locator(".scenario.on .hits", has_text="1 hit").wait_for()
    page.locator("a.request", has_text="use offer").locator(".rule", has_text="global-limit-exceeded").wait_for()


def test_a_search_without_a_match_says_what_to_do(console):
    page = console()
    page.wait_for_selector("li.scenario")
    page.get_by_label("Search scenarios").fill("418")
    page.get_by_role("link", name="Make one that answers 418").wait_for()
    assert page.locator("li.scenario:visible").count() == 0


@pytest.mark.parametrize(
    ("words", "scenario_id"),
    [
        ("timeout", "hang"), ("coupon", "global-limit-exceeded"), ("422 limit", "user-limit-exceeded"),
        ("member-is-banned", "member-is-banned"), ("delay", "slow-network"), ("fault", "hang"), ("stock_left", "last-coupon"),
    ],
)  # fmt: skip
def test_a_search_finds_words_ids_statuses_and_what_is_done(console, words, scenario_id):
    page = console()
    page.wait_for_selector("li.scenario")
    page.get_by_label("Search scenarios").fill(words)
    page.locator(f'[data-id="{scenario_id}"]').locator("visible=true").wait_for()


def test_twenty_rows_are_seen_at_once_and_say_more_when_asked(console):
    page = console()
    page.wait_for_selector("li.scenario")
    seen = "all => all.filter((each) => each.getBoundingClientRect().bottom <= innerHeight).length"
    assert page.eval_on_selector_all("li.scenario", seen) >= 20
    page.get_by_role("button", name="The member is banned").click()
    page.locator("code", has_text="X-Mock-Scenario: member-is-banned").wait_for()


def test_what_is_on_shows_above_every_view_and_is_turned_off_there_and_back_on(console, world, app):
    world.use_scenario("maintenance", "slow-network")
    app.offers()
    page = console("time")
    page.locator("#on-now .chip", has_text="maintenance").locator(".hits", has_text="×1").wait_for()
    page.get_by_role("button", name="Turn off A slow mobile network").click()
    page.locator(".toast", has_text="off").wait_for()
    assert world.world()["scenarios"] == ["maintenance"]
    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.locator(".toast", has_text="Undone").wait_for()
    assert world.world()["scenarios"] == ["maintenance", "slow-network"]


def test_all_are_turned_off_at_once(console, world):
    world.use_scenario("maintenance", "slow-network")
    page = console()
    page.locator("#active-count", has_text="2 on").wait_for()
    page.get_by_role("button", name="Turn all off").click()
    page.wait_for_selector("#active-count", state="hidden")
    assert world.world()["scenarios"] == []
    page.locator(".toast", has_text="are off").get_by_role("button", name="Undo").click()
    page.locator("#active-count", has_text="2 on").wait_for()


def test_what_a_colleague_does_shows_at_once(console, world):
    page = console()
    page.wait_for_selector("li.scenario")
    world.use_scenario("maintenance")
    page.wait_for_selector('[data-id="maintenance"].on')


def test_rules_added_by_calls_are_shown_and_removed(console, world, app):
    world.rules.add(
        {"name": "sold-out", "when": {"operation": "use_offer"}, "then": {"refuse": "global_limit_exceeded"}}
    )
    page = console()
    page.get_by_role("button", name="Turn off sold-out").click()
    page.locator(".toast", has_text="removed").wait_for()
    assert app.use(1000203)[0] == 200


def test_two_browsers_in_two_worlds_do_not_disturb_each_other(ctx, new_world):
    mine, yours = new_world(), new_world()
    here, there = ctx(mine.url), ctx(yours.url)
    turn(here, "maintenance", True)
    turn(there, "member-is-banned", True)
    assert App(mine.url).offers()[0] == 503
    assert App(yours.url).offers()[0] == 200
    here.locator("a.request").wait_for()
    there.locator("a.request.good").wait_for()
    assert here.locator("a.request").count() == there.locator("a.request").count() == 1
    assert switch(there, "maintenance").get_attribute("aria-checked") == "false"
    assert switch(here, "member-is-banned").get_attribute("aria-checked") == "false"
