"""What a member has and did, changed by hand: each change is said, met by the app, and undone by another call."""

from __future__ import annotations

import pytest

from tests.callers import MEMBER_TOKEN, body_of

FREE, TO_GRANT, BOOK = 1000203, 1000220, "members/me/offers/{}/use"


@pytest.fixture
def activity(control):
    return lambda: control.get("state/members/42/activity")


def test_a_members_activity_is_one_document(activity, app):
    app.call("POST", BOOK.format(FREE))
    found = activity()
    assert found["member"]["id"] == 42
    assert found["timezone"] == "Europe/Oslo"
    assert next(each for each in found["tokens"] if each["token"] == MEMBER_TOKEN)["state"] == "valid"
    use = next(each for each in found["uses"] if each["offer_id"] == FREE)
    assert (len(use["uses"]), bool(use["name"])) == (1, True)
    assert {each["member"] for each in found["audiences"]} == {True, False}


def test_a_use_is_added_taken_back_and_put_where_it_was(control, app, activity):
    before = activity()["uses"]
    added = control.post("state/members/42/uses", {"offer_id": FREE}, status=201)
    assert added["did"] == f"Member 42 has used offer {FREE} once more, once in all"
    assert body_of(app.call("POST", BOOK.format(FREE))) == {"error": "Already active"}
    taken = control.delete(f"state/members/42/uses/{FREE}")
    assert taken["at"] == added["at"]
    assert activity()["uses"] == before
    assert app.call("POST", BOOK.format(FREE)).status == 200
    control.post("state/members/42/uses", {"offer_id": FREE, "at": "2019-01-01T00:00:00Z"}, status=201)
    assert control.delete(f"state/members/42/uses/{FREE}")["at"] > "2019-01-01T00:00:00.000Z"


def test_a_grant_is_given_and_taken_and_given_again_as_it_was(control, activity):
    before = activity()["grants"]
    control.post("state/members/42/grants", {"offer_id": TO_GRANT, "usable_for_seconds": 60}, status=201)
    given = activity()["grants"]
    assert len(given) == len(before) + 1
    taken = control.delete(f"state/members/42/grants/{TO_GRANT}")["grant"]
    assert activity()["grants"] == before
    control.post("state/members/42/grants", {"offer_id": TO_GRANT} | taken, status=201)
    assert activity()["grants"] == given
    wrong = control.error("POST", "state/members/42/grants", json={"offer_id": FREE}, status=422)
    assert wrong == {"message": "offers of type REGULAR need no grant", "path": "offer_id"}


def test_likes_and_audiences_come_and_go(control, app, activity):
    control.put(f"state/members/42/likes/{FREE}")
    assert body_of(app.call("GET", f"members/me/offers/{FREE}"))["offer"]["liked"] is True
    control.delete(f"state/members/42/likes/{FREE}")
    assert body_of(app.call("GET", f"members/me/offers/{FREE}"))["offer"]["liked"] is False
    for audience in activity()["audiences"]:
        path, inside = f"state/members/42/audiences/{audience['id']}", not audience["member"]
        (control.put if inside else control.delete)(path)
        assert next(each for each in activity()["audiences"] if each["id"] == audience["id"])["member"] is inside


def test_a_token_is_revoked_expired_and_made_good_again(control, app):
    path = f"state/members/42/tokens/{MEMBER_TOKEN}"
    token = control.patch(path, {"revoked": True})["token"]
    assert token["state"] == "revoked"
    assert app.call("GET", "members/me/offers").status == 460
    assert control.patch(path, {"revoked": False, "expires_in": 0})["token"]["state"] == "expired"
    assert app.call("GET", "members/me/offers").status == 460
    assert control.patch(path, {"expires_in": token["expires_in"]})["token"]["state"] == "valid"
    assert app.call("GET", "members/me/offers").status == 200


@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("GET", "state/members/7/activity", None),
        ("POST", "state/members/42/uses", {"offer_id": 1}),
        ("DELETE", "state/members/42/uses/1", None),
        ("DELETE", "state/members/42/grants/1", None),
        ("PUT", "state/members/42/likes/x", None),
        ("PUT", "state/members/42/audiences/99999", None),
        ("PATCH", "state/members/43/tokens/" + MEMBER_TOKEN, {"revoked": True}),
    ],
)
def test_what_is_not_there_is_404(control, method, path, json):
    assert control.error(method, path, json=json, status=404)["message"]
