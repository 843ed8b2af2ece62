"""Using an offer: ``docs/offers-member-2019-08.md``, "Use offer"."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from mockserver.mock import Mock
from mockserver.values.instants import iso
from tests.callers import Caller, body_of
from tests.records import put

NOON = 1_900_000_000_000  # 2030-03-17T17:46:40Z


@pytest.fixture
def offer_id(app: Caller) -> int:
    created = app.post("offers", {"offers": [{"name": "A coffee", "status": "published"}]})
    return int(body_of(created)["ids"][0])


def use(app: Caller, offer_id: int, at: int = NOON, **headers: str | None) -> tuple[int, object]:
    answer = app.post(f"members/me/offers/{offer_id}/use", x_mock_now=iso(at), **headers)
    return answer.status, body_of(answer)


def refused(text: str) -> tuple[int, object]:
    return 422, {"error": text}


def active(at: int) -> object:
    usage = {"usable": True, "max_uses": None, "uses_left": None, "active_until": iso(at + 35_000), "period": None}
    return 200, {"usage": usage}


def test_a_use_opens_an_active_window_that_closes_at_active_until(app: Caller, offer_id: int) -> None:
    assert use(app, offer_id) == active(NOON)
    assert use(app, offer_id, NOON + 34_999) == refused("Already active")
    assert use(app, offer_id, NOON + 35_000) == active(NOON + 35_000)


def test_a_use_through_the_documents_own_curl_path(app: Caller, offer_id: int) -> None:
    answer = app.post(f"members/me/offers/{offer_id}", x_mock_now=iso(NOON))
    assert (answer.status, body_of(answer)) == active(NOON)


def test_a_stock_of_fifty_gives_fifty_uses_however_many_race(app: Caller, mock: Mock) -> None:
    mock.worlds.get("default").clock.set(NOON, frozen=True)
    created = app.post("offers", {"offers": [{"name": "Scarce", "status": "published", "stock": 50}]})
    offer_id = body_of(created)["ids"][0]
    for member_id in range(1_000, 1_200):
        put(mock.worlds.get("default"), _member(member_id))
    results: Counter[str] = Counter()

    def race(member_id: int) -> None:
        answer = app.post(f"members/{member_id}/offers/{offer_id}/use")
        results[body_of(answer).get("error", "used")] += 1

    threads = [threading.Thread(target=race, args=(member_id,)) for member_id in range(1_000, 1_200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {"used": 50, "Global limit exceeded": 150}


def _member(member_id: int) -> object:
    from mockserver.domain.model import Member

    return Member(id=member_id, club="infinity-mall")
