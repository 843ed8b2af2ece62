"""What QA want to do, from an open console, by clicks that are counted; typing and the app's own requests do not count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

MOST = 8


class Hand:
    """Clicks, and counts it. Choosing from a list is two clicks: it is opened first."""

    def __init__(self, page: Any) -> None:
        self.page, self.clicks = page, 0

    def click(self, name: str | None = None, role: str = "button", at: Any = None) -> None:
        (self.page.get_by_role(role, name=name, exact=True) if at is None else at).click()
        self.clicks += 1

    def type(self, label: str, text: str) -> None:
        self.click(at=self.page.get_by_label(label, exact=True))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(value)
        self.clicks += 2


@pytest.fixture
def hand(console) -> Iterator[Hand]:
    hand = Hand(console())
    yield hand
    assert 0 < hand.clicks <= MOST


def test_the_next_two_uses_of_an_offer_by_a_member_answer_500(hand, app):
    page = hand.page
    hand.click("Make one", "link")
    hand.type("Offer", "1000016")
    hand.type("Member", "43")
    hand.type("Times", "2")
    page.locator(".next", has_text="The next use_offer of offer 1000016 by member 43 gets 500").wait_for()
    hand.click("Save and turn on")
    page.locator("#on-now .chip", has_text="Use offer 1000016 by member 43").wait_for()
    use = "/v3/infinity-mall/members/{}/offers/1000016/use"
    assert [app.ask("POST", use.format(43))[0] for _ in range(3)] == [500, 500, 200]
    assert app.ask("POST", use.format(42))[0] != 500


def test_ada_is_banned_until_tomorrow_and_the_apps_request_is_refused(hand, app):
    page = hand.page
    hand.click("Members", "link")
    hand.click(at=page.locator(".names a", has_text="Ada"))
    hand.click("Ban until tomorrow")
    page.locator(".toast", has_text="Ada Løvstad is banned until").wait_for()
    status, body = app.use(1000203)
    assert (status, body["error"]) == (467, "Member is banned!")
    page.locator("a.request", has_text="member is banned").wait_for()
    hand.click(at=page.locator(".toast").get_by_role("button", name="Undo"))
    page.locator(".toast", has_text="Undone").wait_for()
    assert app.use(1000203)[0] == 200


def test_which_request_was_lost_and_what_the_retry_did(hand, world, app):
    world.use_scenario("redeemed-but-unheard")
    assert app.use(1000206)[0] == "RemoteDisconnected"
    assert app.use(1000206) == (422, {"error": "Already active"})
    page = hand.page
    page.locator("a.request").nth(1).wait_for()
    hand.click(at=page.get_by_role("button", name="Lost"))
    page.locator("a.request", has_text="no answer: FIN after commit").wait_for()
    hand.click(at=page.locator("a.request"))
    page.locator(".advice.lost", has_text="The data was changed all the same").wait_for()
    page.locator(".followed", has_text="The retry: request 2").locator("text=got 422 already active").wait_for()
    hand.click("Compare the two", "link")
    page.locator(".beside .differs", has_text="422 already active").wait_for()


def test_a_request_is_sent_again_with_another_token(hand, world, app):
    app.use(1000206)
    page = hand.page
    hand.click(at=page.locator("a.request"))
    hand.click("Edit and send")
    token = next(each["token"] for each in world.state.export()["tokens"] if each["member_id"] == 43)
    hand.choose("Token", token)
    hand.click("Send")
    page.locator(".toast", has_text="Sent again as request 2").wait_for()
    page.locator(".details", has_text="member 43").wait_for()
    assert [row["member_id"] for row in world.requests.list()["requests"]] == [43, 42]


def test_everything_is_put_back(hand, world, app):
    world.use_scenario("maintenance")
    world.rules.add({"then": {"delay": "1s"}})
    world.state.set_offer(1000203, stock=0)
    hand.click("Undo everything")
    hand.page.locator(".toast", has_text="as at the start").wait_for()
    assert (world.diff()["total"], world.rules.list()["rules"]) == (0, [])
    assert app.use(1000203)[0] == 200
