"""A suite with a test that fails, to see what is left of it: run as

mockserver exec --capsules out --coverage cov.json --min-outcomes 60% -- pytest examples/capsules

A capsule of the failed test's world is in ``out``: ``mockserver capsule replay out/*.zip`` carries its requests out again.
"""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

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

    def call(self, method: str, path: str) -> dict:
        request = Request(f"{self.base_url}/v3/infinity-mall/members/me/{path}", headers=SIGNED_IN, method=method)
        try:
            with urlopen(request) as answer:
                return json.load(answer)
        except HTTPError as refused:
            return json.load(refused)

    def use_twice(self, offer_id: int) -> dict:
        """Use an offer for two people at the till, one right after the other: the bug."""
        self.call("POST", f"offers/{offer_id}/use")
        return self.call("POST", f"offers/{offer_id}/use")


@pytest.fixture
def app(mock_world) -> App:
    mock_world.clock.set("2026-06-01T12:00:00Z", frozen=True)
    return App(mock_world.url)


def test_the_list_has_offers(app: App) -> None:
    assert app.call("GET", "offers")["offers"]


def test_two_people_at_the_till(app: App) -> None:
    assert "usage" in app.use_twice(1000016)  # the second hears "Already active" for 35 seconds
