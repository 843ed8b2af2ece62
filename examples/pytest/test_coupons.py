"""An app's tests with pytest: ``pip install offers-mockserver`` brings the fixtures, and ``pytest`` starts the server."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

# who signs in: a client and a member of the mock's fixtures
SIGNED_IN = {
    "X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM",
    "X-Product-Name": "default",
    "X-User-Agent": "tests",
    "Authorization": "Bearer 8433d608645345a45ce5a0f5ba1225e57546e86ac49e5fec842159dc82218522",
}


class App:
    """Stands in for the app under test."""  # CHANGE: import yours, and give it the base URL

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def use(self, offer_id: int) -> str:
        path = f"/v3/infinity-mall/members/me/offers/{offer_id}/use"
        try:
            with urlopen(Request(self.base_url + path, headers=SIGNED_IN, method="POST")) as answer:
                return f"active until {json.load(answer)['usage']['active_until']}"
        except HTTPError as refused:
            return json.load(refused)["error"]


@pytest.fixture
def app(mock_world):
    """The app, in a world that is this test's alone."""
    return App(mock_world.url)


def test_a_coupon_is_active_for_35_seconds(app, mock_world):
    mock_world.clock.set("2026-06-01T12:00:00Z", frozen=True)
    assert app.use(1000016) == "active until 2026-06-01T12:00:35.000Z"
    assert app.use(1000016) == "Already active"
    mock_world.clock.advance("35s")
    assert app.use(1000016) == "active until 2026-06-01T12:01:10.000Z"


def test_the_last_coupon_is_gone(app, mock_world):
    mock_world.use_scenario("global-limit-exceeded")
    assert app.use(1000016) == "Global limit exceeded"
    mock_world.verify("use_offer", count=1)
