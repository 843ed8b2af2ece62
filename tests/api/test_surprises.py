"""What surprises and is right is a note on the exchange where it happened, made when somebody looks."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.mock import Mock
from tests.callers import Caller
from tests.control.driver import Driver

OFFERS = "members/me/offers"
PERIOD = "1000201"  # one use a day, and no limit in all
USED = {"x_mock_now": "2030-03-13T12:00:00Z"}
LATER = {"x_mock_now": "2030-03-13T12:30:00Z"}


@pytest.fixture
def control(mock: Mock) -> Driver:
    return Driver(mock)


def noted(control: Driver) -> dict[str, str]:
    """The surprises of the newest exchange, as its entry and its explanation both tell them."""
    id_ = control.get("requests", "limit=1")["requests"][0]["id"]
    entry, why = (control.get(f"requests/{id_}{part}")["notes"] for part in ("", "/why"))
    assert entry == why
    return {note["name"]: note["text"] for note in entry if note["about"] == "surprise"}


def test_an_offer_is_usable_while_it_is_active(app: Caller, control: Driver) -> None:
    app.post(f"{OFFERS}/1000203/use")
    assert noted(control)["active"].startswith("Offer#1000203 is usable while active")
    app.get(f"{OFFERS}/1000203")
    assert "active" in noted(control)
    app.get(OFFERS, "ids[]=1000203&ids[]=1000115")
    assert "active" in noted(control)
    app.get(f"{OFFERS}/1000203", x_mock_now="2040-01-01T00:00:00Z")
    assert noted(control) == {}


def test_a_period_may_be_used_up_where_nothing_limits_in_all(app: Caller, control: Driver) -> None:
    app.get(f"{OFFERS}/{PERIOD}", **USED)
    assert noted(control) == {}
    app.post(f"{OFFERS}/{PERIOD}/use", **USED)
    assert set(noted(control)) == {"period"}
    for path, query in ((f"{OFFERS}/{PERIOD}", ""), (OFFERS, f"ids[]={PERIOD}")):
        app.get(path, query, **LATER)
        assert noted(control)["period"].startswith(f"Offer#{PERIOD} is not usable with uses_left null")
    app.get(f"{OFFERS}/{PERIOD}", x_mock_revision="2019-08", **LATER)
    assert noted(control) == {}


def test_offers_to_grant_are_in_everybodys_list(app: Caller, control: Driver) -> None:
    both = "ids[]=1000219&ids[]=1000220"  # the member has been granted the first
    app.get(OFFERS, both)
    assert noted(control)["grant"] == "Offer#1000220 is shown to everybody, and usable only once granted to the member"
    app.get("members/guest/offers", both)
    assert noted(control)["grant"].startswith("Offers 1000219, 1000220 are shown")
    app.get("members/guest/offers/1000220")
    assert "grant" in noted(control)
    app.post("members/42/offers/1000220/grant", {})
    app.get(f"{OFFERS}/1000220")
    assert noted(control) == {}


def test_a_follow_up_call_needs_the_scope_as_well(app: Caller, control: Driver) -> None:
    app.get(f"{OFFERS}/1000224", "scope=parking")
    assert noted(control) == {}
    app.get(f"{OFFERS}/1000224")
    assert "needs scope=parking" in noted(control)["scope"]


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([{"id": 1000203, "name": "A"}], "Offer#1000203 is a draft now"),
        ([{"id": 1000203, "name": "A", "status": None}], "Offer#1000203 is a draft now"),
        (
            [{"id": each} for each in (1000203, 1000204, 1000205, 1000206)],
            "Offers 1000203, 1000204, 1000205 and 1 more are a dr",
        ),
        ([{"id": 1000203, "name": "A", "status": "published"}], None),
        ([{"id": 1000203, "stock": -1}], None),
        ([{"id": 9}, 5], None),
    ],
)
def test_an_update_without_status_makes_a_draft(
    app: Caller, control: Driver, items: list[Any], text: str | None
) -> None:
    assert app.put("offers", {"offers": items}).status in (200, 422)
    assert noted(control).get("draft", "").startswith(text or "") if text else "draft" not in noted(control)


def test_a_slash_at_the_end_is_another_path(app: Caller, control: Driver) -> None:
    assert app.get(f"{OFFERS}/").status == 404
    assert "slash" in noted(control)
    assert app.get("members/me/nothing").status == 404
    assert "slash" not in noted(control)


def test_a_delete_needs_its_body(app: Caller, control: Driver) -> None:
    assert app.call("DELETE", "offers").status == 422
    assert '{"ids": [1]}' in noted(control)["body"]
    assert app.call("DELETE", "offers/clone").status == 422
    assert "body" in noted(control)
    assert app.call("DELETE", "offers", json={"ids": "x"}).status == 422
    assert noted(control) == {}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"[1]", b'{"offers": 5}', b'{"offer": {"usage": 3}}', b'{"offers": [{"usage": {}}]}', b"\xff"]
)
def test_what_a_rule_made_up_is_read_with_care(app: Caller, control: Driver, body: bytes) -> None:
    control.post(
        "rules", {"name": "made", "then": {"respond": {"status": 200, "body": body.decode("latin-1")}}}, status=201
    )
    for path in (OFFERS, f"{OFFERS}/1000203"):
        app.get(path)
        assert noted(control) == {}
    app.call("PUT", "offers", body=b'{"offers": [{"id": []}, {"id": 1}, 5]}')
    assert noted(control) == {}
