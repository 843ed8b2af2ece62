"""Races over HTTP come out as their rules say, each time; what an app does in one is proven by ``verify``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.client import MockClient, VerificationFailed
from mockserver.client.process import running
from tests.scenarios.races import App, check_races


@pytest.fixture(scope="module")
def server() -> Iterator[MockClient]:
    with running() as url, MockClient(url) as server:
        yield server


def test_the_last_coupon_goes_to_whom_the_rule_says_in_either_order(server: MockClient) -> None:
    check_races(server.create_world("coupon"), 20)


def test_five_screens_with_an_expired_token_refresh_it_once(server: MockClient) -> None:
    world = server.create_world("stampede")
    world.scenarios.activate("refresh-token-stampede")
    app = App(world, once=True)
    app.open()
    assert app.statuses == [200] * 5
    assert world.verify("list_offers", {"status": 460}, count=5)["ok"]
    assert world.verify("create_token", count=1)["ok"]


def test_an_app_whose_screens_refresh_on_their_own_is_found_out(server: MockClient) -> None:
    world = server.create_world("herd")
    world.scenarios.activate("refresh-token-stampede")
    App(world, once=False).open()
    with pytest.raises(VerificationFailed):
        world.verify("create_token", count=1)
    assert world.verify("create_token", {"status": 462}, count=4)["ok"]
