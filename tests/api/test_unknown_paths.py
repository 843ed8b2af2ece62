"""Calls that are not of the API: a wrong base URL, an undocumented path. The journal knows what was meant."""

from __future__ import annotations

import pytest

from mockserver.app import create_app
from mockserver.mock import Mock
from tests.callers import HEADERS


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/infinity-mall/members/me/offers", "list_offers"),
        ("/v2/infinity-mall/offers", "list_offers_admin"),
        ("/v3/infinity-mall/members/me/coupons", "list_offers"),
        ("/w/elsewhere/api/v3/infinity-mall/stores", "list_stores"),
    ],
)
def test_a_call_to_an_unknown_path_stands_in_the_journal_with_the_nearest_operation(
    mock: Mock, path: str, nearest: str
) -> None:
    browser = create_app(mock=mock).test_client()
    answer = browser.get(path, headers=HEADERS)
    asked = path.removeprefix("/w/elsewhere")
    assert (answer.status_code, answer.json) == (404, {"error": f"{asked} is not an operation of this API"})
    world = "/w/elsewhere" if path.startswith("/w/") else ""
    rows = browser.get(f"{world}/__mock/requests?matched=no").json["requests"]
    assert [(row["path"], row["refusal"]) for row in rows] == [(path, "path_not_found")]
    why = browser.get(f"{world}/__mock/requests/{rows[0]['id']}/why").json
    assert why["nearest"]["operation"] == nearest


def test_what_browsers_ask_of_themselves_is_not_journalled(mock: Mock) -> None:
    browser = create_app(mock=mock).test_client()
    assert browser.get("/favicon.ico").status_code == 404
    assert browser.get("/__mock/requests").json["requests"] == []
