"""The order of the checks before an operation's own, by requests that fail several of them at once: the first wins."""

from __future__ import annotations

import pytest

from mockserver.fixtures.document import state_hash
from mockserver.mock import Mock
from tests.callers import Caller, body_of

USE = "members/me/offers/1000016/use"
QUIET = {"x_client_authorization": "client-of-quiet-park"}
READER = {"x_client_authorization": "client-that-only-reads"}
PHONE = {"x_client_authorization": "client-of-the-android-app", "x_product_name": "android-app"}
NOBODY = {"authorization": None}
# method, path, query, body, headers, status in union, 2019-08 (None: it has no such refusal) and 2025-03, a part of the error
LADDER = [
    ("POST", f"/v3/nowhere/{USE}", "", None, {"x_user_agent": None}, (470, 400, 470), "X-User-Agent is missing"),
    ("POST", f"/v3/nowhere/{USE}", "", b"{", {"content_type": None}, (470, 400, 470), "Content-Type is missing"),
    ("POST", f"/v3/nowhere/{USE}", "", b"{", {"content_type": "json"}, (471, 400, 471), "impossible"),
    ("POST", f"/v3/nowhere/{USE}", "", None, {"x_product_name": "a b"}, (471, 400, 471), "impossible"),
    ("POST", f"/v3/nowhere/{USE}", "", None, {"x_client_authorization": "x"}, (404, 404, 404), "LoyaltyClub#nowhere"),
    ("POST", USE, "", None, READER | {"x_product_name": "web"}, (401, 401, 401), "for product web"),
    ("POST", "/v3/quiet-park/" + USE, "", None, READER, (401, 401, 401), "for product default"),
    ("POST", USE, "", b"{", READER | NOBODY, (403, 403, 403), "MemberOffers:Use"),
    ("GET", "/v3/quiet-park/members/me/offers", "", None, QUIET | NOBODY, (485, 485, 402), "Offers API is not enabled"),
    ("GET", "/v3/quiet-park/members/999/offers", "", None, QUIET, (485, None, 402), "Offers API is not enabled"),
    ("POST", USE, "", b"{", NOBODY, (460, 460, 460), "OAuth token is missing"),
    ("GET", "members/999/offers", "per_page=0", None, {}, (404, None, 404), "Member#999 not found"),
    ("POST", USE, "", b"{", {}, (400, 406, 400), None),
    ("PUT", "members/me/offers/1000016/like", "", b"{", {}, (400, 406, 400), None),
    ("PUT", "members/42/offers/1/unlike", "", b"[1", {}, (400, None, 400), None),
    ("DELETE", "files/offers/1000016/offer_default", "", b"file", {}, (400, 406, 400), None),
    ("PUT", "members/me/offers/1000016/like", "", b"{}", {"content_type": None}, (470, 400, 470), "Content-Type"),
    ("PUT", "members/me/offers/1/like", "", b"{}", {}, (404,) * 3, "Offer#1 "),
    ("POST", "members/me/offers/1/use", "", b'{"authorization_token": 5}', {}, (422, 422, 422), "Invalid parameters"),
    (
        "POST",
        "members/me/offers/1/use",
        "",
        None,
        {"authorization": "Bearer token-of-member-45"},
        (404,) * 3,
        "Offer#1 ",
    ),
    ("POST", USE, "", None, {"authorization": "Bearer token-of-member-45"}, (467, None, 467), "Member is banned!"),
]


@pytest.mark.parametrize("rung", LADDER, ids=lambda rung: f"{rung[5][0]} {rung[6]}")
def test_the_first_check_that_fails_answers_and_nothing_is_changed(app: Caller, mock: Mock, rung: tuple) -> None:
    method, path, query, body, headers, statuses, error = rung
    records = mock.worlds.get("default").records
    before = state_hash(records)
    for revision, status in zip(("union", "2019-08", "2025-03"), statuses, strict=True):
        if status is None:
            continue
        answer = app.call(method, path, query, body=body, **headers, x_mock_revision=revision)
        assert answer.status == status
        assert body_of(answer) is None if error is None else error in body_of(answer)["error"]
    assert state_hash(records) == before


@pytest.mark.parametrize("path", ["members/me/offers", "members/me/offers/meta"])
def test_the_permit_of_the_scope_comes_before_the_member_and_is_no_matter_of_2019(app: Caller, path: str) -> None:
    refused = app.get(path, "scope=parking", **PHONE, **NOBODY)
    assert (refused.status, "Offers:Api:Scopes:Parking" in body_of(refused)["error"]) == (403, True)
    assert app.get(path, "scope=parking", **PHONE, x_mock_revision="2019-08").status == 200
    assert app.get(path, "scope=moon", **PHONE).status == 422


def test_a_wrong_method_and_an_unknown_path_come_before_everything(app: Caller) -> None:
    answer = app.call("PATCH", "members/me/offers", x_user_agent=None)
    assert (answer.status, dict(answer.headers)["allow"]) == (405, "GET")
    assert body_of(answer) == {"error": "PATCH is not allowed here; allowed: GET"}
    assert app.get("members/me/coupons", x_user_agent=None).status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [("members/me/offers", 200), ("offers/1000115", 200), ("stores", 200), ("members/me/offers/1", 404)],
)
def test_the_older_spelling_of_the_path_still_works(app: Caller, path: str, status: int) -> None:
    old, new = app.get(f"/v3/loyalty_clubs/infinity-mall/{path}"), app.get(path)
    assert (old.status, old.body) == (status, new.body)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "members/me/offers/1000016", None),
        ("POST", "offers/events/offers_clicked", b'{"events": []}'),
        ("POST", "offers/events/offers_seen", b'{"events": []}'),
        ("POST", "offers/clone", b'{"ids": [1000284]}'),
        ("DELETE", "offers/clone", b'{"ids": [1000284]}'),
    ],
)
def test_the_documents_other_spellings_work_and_are_noted(app: Caller, method: str, path: str, body: bytes) -> None:
    assert app.call(method, path, body=body).status == 200
    entry = app.mock.worlds.get("default").journal.newest_first()[0]
    assert [note.about for note in entry.notes] == ["alias"]
