"""Requests of the journal, sent again."""

from __future__ import annotations

import pytest

USE = "members/me/offers/1000203/use"


def sent(app, *arguments, **more):
    return int(dict(app.call(*arguments, **more).headers)["x-mock-request-id"])


def test_a_request_is_sent_again_as_it_was_with_its_tokens(control, app):
    first = sent(app, "POST", USE, json={"note": "x"})
    again = control.post(f"requests/{first}/resend", {})
    assert (again["id"], again["status"], again["refusal"]) == (first + 1, 422, "already_active")
    before = control.get(f"requests/{first}")
    assert {key: again[key] for key in ("path", "headers", "body")} == {
        key: before[key] for key in ("path", "headers", "body")
    }


def test_another_token_path_query_and_body_are_sent(control, app):
    first = sent(app, "POST", USE)
    changes = {
        "headers": {"Authorization": None, "X-Added": "1"},
        "path": "/v3/infinity-mall/members/43/offers/1000203/use",
    }
    again = control.post(f"requests/{first}/resend", {"changes": changes | {"body": {"a": [1]}, "query": "?x=1"}})
    assert (again["status"], again["member_id"], again["query"]) == (200, 43, "x=1")
    assert (again["headers"]["x-added"], again["body"]) == ("1", {"a": [1]})
    assert "authorization" not in again["headers"]


def test_it_goes_to_another_world_which_must_be_there(control, app):
    first = sent(app, "POST", USE)
    assert control.error("POST", f"requests/{first}/resend", json={"world": "other"}, status=404)["message"]
    control.post("worlds", {"name": "other"}, status=201)
    again = control.post(f"requests/{first}/resend", {"world": "other"})
    assert (again["world"], again["status"]) == ("other", 200)
    assert control.in_world("other").get("requests")["matched"] == 1
    assert control.get("requests")["matched"] == 1


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"path": "v3"}, "changes.path"),
        ({"headers": {"A": []}}, "changes.headers.A"),
        ({"status": 3}, "changes.status"),
    ],
)
def test_changes_that_cannot_be_are_explained(control, app, changes, path):
    first = sent(app, "GET", "members/me/offers")
    assert control.error("POST", f"requests/{first}/resend", json={"changes": changes}, status=422)["path"] == path


def test_a_fault_is_told_and_not_carried_out(control, app):
    control.put("scenarios", {"active": ["redeemed-but-unheard"]})
    first = sent(app, "GET", "members/me/offers")
    again = control.post(
        f"requests/{first}/resend",
        {"changes": {"method": "POST", "path": "/v3/infinity-mall/members/me/offers/1000206/use"}},
    )
    assert again["committed"]
    assert again["fault"] == again["delivery"]["fault"] is not None


def test_a_request_that_is_not_kept_is_404(control):
    assert control.error("POST", "requests/99/resend", json={}, status=404)["hint"] == "the journal is empty"
