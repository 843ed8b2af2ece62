"""Calls that are not of the API: a wrong base URL, an undocumented path. The journal knows what was meant."""

from __future__ import annotations

import pytest

from mockserver.app import create_app
from mockserver.mock import Mock
from tests.callers import HEADERS, Caller, body_of


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
    mock.worlds.get("elsewhere")
    answer = browser.get(path, headers=HEADERS)
    asked = path.removeprefix("/w/elsewhere")
    assert (answer.status_code, answer.json) == (404, {"error": f"{asked} is not an operation of this API"})
    world = "/w/elsewhere" if path.startswith("/w/") else ""
    rows = browser.get(f"{world}/__mock/requests?matched=no").json["requests"]
    assert [(row["path"], row["refusal"]) for row in rows] == [(path, "path_not_found")]
    why = browser.get(f"{world}/__mock/requests/{rows[0]['id']}/why").json
    assert why["nearest"]["operation"] == nearest


@pytest.mark.parametrize("spelling", ["01000115", "+1000115", "1000115.0", "١", "1" * 19, "{}"])
@pytest.mark.parametrize("path", ["offers/{}", "members/me/offers/{}", "members/42/offers/{}"])
def test_an_id_in_another_spelling_is_no_such_record(app: Caller, path: str, spelling: str) -> None:
    answer = app.get(path.replace("{}", spelling))
    assert (answer.status, body_of(answer)) == (404, {"error": f"Offer#{spelling} not found"})


def test_a_member_in_another_spelling_is_no_such_member(app: Caller) -> None:
    assert body_of(app.get("members/042/offers")) == {"error": "Member#042 not found"}


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
def test_an_encoded_slash_is_part_of_its_segment_where_the_server_tells_the_path_as_it_was_sent(
    mock: Mock, name: str
) -> None:
    path, raw_path = "/w/mine/v3/infinity-mall/offers/10/5", "/w/mine/v3/infinity-mall/offers/10%2F5?x=%2F"
    sent = {"PATH_INFO": path, "RAW_URI": "", name: raw_path}
    answer = create_app(mock=mock).test_client().get("/", headers=HEADERS, environ_overrides=sent)
    assert (answer.status_code, answer.json) == (404, {"error": "Offer#10/5 not found"})
    (entry,) = mock.worlds.get("mine").journal.newest_first()
    assert (entry.operation, entry.request.path) == ("get_offer_admin", path)


def test_what_browsers_ask_of_themselves_is_not_journalled(mock: Mock) -> None:
    browser = create_app(mock=mock).test_client()
    assert browser.get("/favicon.ico").status_code == 404
    assert browser.get("/__mock/requests").json["requests"] == []
