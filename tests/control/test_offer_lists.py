"""A world's offers, members and clubs page by page, and how an offer stands for a member."""

from __future__ import annotations

import pytest

from tests.callers import body_of


def standing(control, offer_id, member_id=42):
    found = control.get("state/offers", f"member_id={member_id}&search={offer_id}")["offers"]
    return next(each["standing"] for each in found if each["id"] == offer_id)


def test_offers_come_by_id_page_by_page_as_fixtures_write_them(control):
    whole = control.get("state")["offers"]
    first = control.get("state/offers", "limit=2")
    assert first["total"] == len(whole)
    assert [{k: v for k, v in each.items() if k != "standing"} for each in first["offers"]] == whole[:2]
    assert control.get("state/offers", "limit=2&offset=2")["offers"][0]["id"] == whole[2]["id"]
    assert control.get("state/offers", f"offset={len(whole)}")["offers"] == []


def test_a_members_offers_are_those_of_the_members_club(control):
    clubs = {each["club"] for each in control.get("state/offers", "member_id=42")["offers"]}
    assert clubs == {"infinity-mall"}
    assert {each["club"] for each in control.get("state/offers", "club=harbour-square")["offers"]} == {"harbour-square"}


@pytest.mark.parametrize("search", ["last sledge", "LAST%20SLEDGE", "1000204", "fjord+last"])
def test_a_search_finds_by_words_without_case_and_by_id(control, search):
    assert [each["id"] for each in control.get("state/offers", f"search={search}")["offers"]] == [1000204]


def test_how_an_offer_stands_changes_with_its_use(control, app):
    control.put("clock", {"now": "2030-01-01T12:00:00Z", "frozen": True})
    usage = {"usable": True, "max_uses": None, "uses_left": 1, "active_until": None, "period": None}
    before = {"visible": True, "uses_count": 0, "stock_left": 1, "usage": usage, "use_refused_by": None}
    assert standing(control, 1000204) == before
    assert app.post("members/me/offers/1000204/use").status == 200
    used = usage | {"usable": False, "uses_left": 0, "active_until": "2030-01-01T12:00:35.000Z"}
    after = {"visible": True, "uses_count": 1, "stock_left": 0, "usage": used, "use_refused_by": "already_active"}
    assert standing(control, 1000204) == after
    assert standing(control, 1000204, 43)["use_refused_by"] == "global_limit_exceeded"


def test_a_guest_has_no_use_that_could_be_refused(control):
    found = control.get("state/offers", "search=1000204")["offers"][0]["standing"]
    assert found.keys() == {"visible", "uses_count", "stock_left", "usage"}


def test_what_is_said_of_a_use_is_what_a_use_is_answered(control, app, mock):
    """Every offer of the club, for member 42: the refusal that is told is the one that comes."""
    control.put("clock", {"frozen": True})
    rows = control.get("state/offers", "member_id=42&limit=1000")["offers"]
    told, came = {}, {}
    for row in rows:
        scope = row["scope"]
        answer = app.post(f"members/me/offers/{row['id']}/use", {}, f"scope={scope}")
        entry = mock.worlds.get("default").journal.newest_first()[0]
        assert (answer.status == 200) == (entry.refusal is None), body_of(answer)
        told[row["id"]], came[row["id"]] = row["standing"]["use_refused_by"], entry.refusal
    assert told == came
    assert {None, "offer_not_found", "not_granted", "global_limit_exceeded", "user_limit_exceeded"} <= set(
        told.values()
    )


def test_a_banned_member_and_a_club_without_offers_are_told(control):
    assert standing(control, 1000203, 45)["use_refused_by"] == "member_is_banned"
    control.patch("state/clubs/infinity-mall", {"offers_api_enabled": False})
    assert standing(control, 1000203)["use_refused_by"] == "offers_api_not_enabled"


def test_members_are_found_by_name_address_and_id(control):
    assert [each["id"] for each in control.get("state/members", "search=chloe")["members"]] == [44]
    assert [each["id"] for each in control.get("state/members", "search=bjorn@example.com")["members"]] == [43]
    assert control.get("state/members", "search=42")["members"][0]["id"] == 42
    assert control.get("state/members", "limit=1")["total"] == len(control.get("state")["members"])


def test_clubs_are_listed_as_fixtures_write_them(control):
    assert control.get("state/clubs") == {"clubs": control.get("state")["clubs"]}


def test_an_unknown_member_and_a_wrong_page_are_explained(control):
    assert control.error("GET", "state/offers", "member_id=7", status=404)["message"] == "there is no member 7"
    assert control.error("GET", "state/offers", "limit=many", status=422)["path"] == "limit"
