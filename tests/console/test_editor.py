"""Scenarios made and edited: a form beside its YAML, in a real browser."""

from __future__ import annotations

import pytest

YAML = """\
title: Slow and then gone
rules:
  - when: {operation: get_offer, query: {x: '1'}}
    calls: [1, 3]
    then: {fault: reset}
"""
FIELDS = {"Title": "Slow and then gone", "When this is asked": "get_offer", "Times": "1, 3", "Fault": "reset"}
SHIPPED = ["slow-network", "rate-limited", "hang", "dribble", "invalid-parameters", "headers-alone"]


def yaml_of(page):
    return page.locator("textarea.yaml")


def says(page, text):
    page.locator(".next", has_text=text).wait_for()


def test_the_yaml_follows_the_form(console):
    page = console("make")
    says(page, "The next use_offer gets 500")
    page.get_by_label("When this is asked").select_option("like_offer")
    page.get_by_label("How often").select_option("nth")
    page.get_by_label("Times", exact=True).fill("3")
    page.get_by_label("Then", exact=True).select_option("refuse")
    page.get_by_label("Refusal").select_option("member_is_banned")
    says(page, "the 3th gets 467")
    for line in (
        "operation: like_offer",
        "every: 3",
        "refuse: member_is_banned",
        "title: 'Like offer is refused: member is banned'",
    ):
        assert line in yaml_of(page).input_value()


def test_the_form_follows_the_yaml_and_keeps_what_it_does_not_know(console):
    page = console("make")
    says(page, "500")
    yaml_of(page).fill(YAML)
    says(page, "The next get_offer meets the fault reset")
    values = {
        name: page.get_by_label(name, exact=True).input_value()
        for name in ("Title", "When this is asked", "Times", "Fault")
    }
    assert values == {
        "Title": "Slow and then gone",
        "When this is asked": "get_offer",
        "Times": "1, 3",
        "Fault": "reset",
    }
    page.get_by_text("The YAML also has: query").wait_for()
    page.get_by_label("Offer", exact=True).fill("1000016")
    page.wait_for_function("() => document.querySelector('textarea.yaml').value.includes('offer_id: 1000016')")
    assert "x: '1'" in yaml_of(page).input_value()


def test_problems_stand_at_their_lines_as_it_is_typed(console):
    page = console("make")
    says(page, "500")
    yaml_of(page).fill(YAML.replace("get_offer", "get_ofer").replace("reset", "rest"))
    page.locator(".problems li", has_text="Line 3").locator("text=did you mean get_offer").wait_for()
    assert page.locator(".gutter .wrong").all_inner_texts() == ["3\n", "5\n"]
    assert page.get_by_role("button", name="Save and turn on").is_disabled()
    assert page.get_by_label("Fault", exact=True).get_attribute("aria-invalid") == "true"
    page.locator(".problems button", has_text="Line 5").click()
    assert page.evaluate("document.activeElement.value.slice(document.activeElement.selectionStart)").startswith(
        "    then"
    )
    yaml_of(page).fill(YAML)
    says(page, "meets the fault reset")
    assert page.locator(".problems li").count() == 0


def test_it_is_saved_met_edited_and_undone(console, world, app):
    page = console("make")
    says(page, "500")
    page.get_by_label("Id", exact=True).fill("mine")
    page.get_by_role("button", name="Save and turn on").click()
    page.locator('[data-id="mine"].on').wait_for()
    assert app.use(1000203)[0] == 500
    page.goto(f"{world.url}/__mock/ui#make/mine")
    page.get_by_label("Status", exact=True).fill("418")
    says(page, "418")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("dialog", state="detached")
    assert app.use(1000203)[0] == 418
    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.locator(".toast", has_text="Undone").wait_for()
    assert world.scenarios.show("mine")["file"]["rules"][0]["then"]["respond"]["status"] == 500


def test_it_starts_from_a_request_and_from_one_that_ships(console, world, app):
    app.use(1000203)
    page = console("requests/1")
    page.get_by_role("link", name="Make this fail next time").click()
    says(page, "The next use_offer of offer 1000203 by member 42 gets 500")
    page.get_by_role("button", name="Cancel").click()
    page.goto(f"{world.url}/__mock/ui#make/flaky")
    page.reload()
    says(page, "meets the fault reset")
    page.get_by_label("Rule", exact=True).select_option("2")
    assert page.get_by_label("Status", exact=True).input_value() == "503"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    with open(download.value.path()) as file:
        assert world.scenarios.check(file.read())["ok"]


@pytest.mark.parametrize("scenario_id", SHIPPED)
def test_what_ships_goes_through_the_form_unchanged(console, world, scenario_id):
    world.scenarios.put("headers-alone", "rules:\n  - then: {headers: {Set-Cookie: [a=1, b=2]}, delay: 1s}\n")
    page = console(f"make/{scenario_id}")
    page.locator(".next p").first.wait_for()
    made = world.scenarios.check(yaml_of(page).input_value())["scenario"]
    assert made["rules"] == world.scenarios.show(scenario_id)["file"]["rules"]
