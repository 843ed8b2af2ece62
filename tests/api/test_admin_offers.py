"""Offers for staff: ``docs/offers-admin-2019-10.md``."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.domain.model import Grant
from mockserver.revisions import REVISIONS
from mockserver.values.instants import SECOND, iso
from tests.api.mall import MALL, NOW, caller, data, notes, world_of
from tests.callers import Caller, body_of
from tests.records import put, use

HOUR = 3_600 * SECOND
NEW: dict[str, Any] = {
    "name": "New",
    "description": None,
    "internal_name": "n",
    "internal_description": None,
    "external_url": "https://example.com/foo",
    "read_more": {"button_title": "B", "url": None, "title": "T", "text": "X"},
    "status": "published",
    "usable_since": "2019-03-13T19:32:00+02:00",
    "usable_until": None,
    "visible_since": None,
    "visible_until": "2019-03-14",
    "collection_ids": [2, 1],
    "tags": ["2 + 1"],
    "stores": ["M&H"],
    "audience_id": 5,
    "campaign_id": 77,
    "extras": {"category": 42},
    "display_schemas": {"card": {"colour": "red"}},
    "maximum_uses_per_user": 10,
    "stock": 0,
}
SHOWN = NEW | {"usable_since": "2019-03-13T17:32:00.000Z", "visible_until": "2019-03-14T00:00:00.000Z"}
EMPTY: dict[str, Any] = {
    **dict.fromkeys(NEW),
    "read_more": {"button_title": None, "url": None, "title": None, "text": None},
    "status": "draft",
    "collection_ids": [],
    "tags": [],
    "stores": [],
    "extras": {},
    "display_schemas": {},
}


@pytest.fixture
def staff() -> Caller:
    return caller(revision="2019-08")


def offer(staff: Caller, offer_id: int) -> dict[str, Any]:
    shown: dict[str, Any] = body_of(staff.get(f"offers/{offer_id}"))["offer"]
    return shown


def create(staff: Caller, *items: Any) -> Any:
    answer = staff.post("offers", {"offers": items})
    assert answer.status == 200
    return body_of(answer)


def test_a_created_offer_has_what_it_was_given_and_the_clocks_time(staff: Caller) -> None:
    assert create(staff, NEW) == {"success": True, "errors": {}, "ids": [21]}
    assert offer(staff, 21) == SHOWN | {
        "id": 21,
        "files": [],
        "created_at": iso(NOW),
        "updated_at": iso(NOW),
        "archived_at": None,
        "uses_count": 0,
    }


def test_the_documents_example_of_a_bad_item(staff: Caller) -> None:
    answer = create(staff, {"name": "Offer 1"}, {"name": "Offer 2", "collection_ids": [1, 1]})
    assert answer == {
        "success": True,
        "errors": {"1": {"collection_ids": ["list must contain unique values"]}},
        "ids": [21],
    }
    assert list(answer) == ["success", "errors", "ids"]
    assert data(staff).highest_offer_id == 21


@pytest.mark.parametrize(
    ("item", "errors"),
    [
        ({"collection_ids": [1, 3, 99]}, {"collection_ids": ["Collection#3 not found", "Collection#99 not found"]}),
        (
            {"usable_since": iso(NOW), "usable_until": iso(NOW - 1)},
            {"usable_until": ["must not be before usable_since"]},
        ),
        (
            {"visible_since": iso(NOW), "visible_until": iso(NOW - 1)},
            {"visible_until": ["must not be before visible_since"]},
        ),
        (
            {"stock": -1, "maximum_uses_per_user": -1},
            {
                "stock": ["must be greater than or equal to 0"],
                "maximum_uses_per_user": ["must be greater than or equal to 0"],
            },
        ),
        ({"stock": "5"}, {"stock": ["must be an integer"]}),
        ({"stock": True}, {"stock": ["must be an integer"]}),
        ({"status": "live"}, {"status": ["must be one of: draft, published"]}),
        ({"name": 5}, {"name": ["must be a string"]}),
        ({"audience_id": 0}, {"audience_id": ["must be greater than or equal to 1"]}),
        ({"name": "x" * 1_001}, {"name": ["must have a size of at most 1000"]}),
        ({"tags": "hot"}, {"tags": ["must be an array"]}),
        ({"tags": [1]}, {"tags": ["must have elements of type string"]}),
        ({"extras": []}, {"extras": ["must be an object"]}),
        ({"read_more": {"title": 1}}, {"read_more": ["title must be a string"]}),
        (
            {"usable_since": "soon"},
            {"usable_since": ["must be an ISO 8601 time, such as 2019-03-13T17:32:00.000Z"]},
        ),
    ],
)
def test_a_bad_item_is_told_in_plain_words_and_changes_nothing(
    staff: Caller, item: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    rev = world_of(staff).rev
    assert create(staff, item) == {"success": False, "errors": {"0": errors}, "ids": []}
    assert body_of(staff.put("offers", {"offers": [{"id": 10} | item]}))["errors"] == {"0": errors}
    assert world_of(staff).rev == rev


def test_a_window_may_end_when_it_begins(staff: Caller) -> None:
    assert create(staff, {"usable_since": iso(NOW), "usable_until": iso(NOW)})["ids"] == [21]


def test_attributes_that_may_not_be_set_are_ignored_and_noted(staff: Caller) -> None:
    create(staff, {"name": "A", "uses_count": 7, "id": 99, "liked": True}, {"liked": True})
    assert notes(staff) == [
        ("attribute", "offers.uses_count"),
        ("attribute", "offers.id"),
        ("attribute", "offers.liked"),
    ]
    assert (offer(staff, 21)["name"], offer(staff, 21)["uses_count"]) == ("A", 0)


@pytest.mark.parametrize("body", [{}, {"offers": None}, {"offers": {}}, {"offers": [1]}, []])
def test_a_body_without_items_is_refused_whole(staff: Caller, body: Any) -> None:
    answer = staff.post("offers", body)
    assert (answer.status, body_of(answer)["error"]) == (422, "Invalid parameters")


def test_an_update_empties_what_it_leaves_out(staff: Caller) -> None:
    answer = staff.put("offers", {"offers": [{"id": 10}]})
    assert body_of(answer) == {"success": True, "errors": {}, "ids": [10]}
    shown = offer(staff, 10)
    assert {key: shown[key] for key in EMPTY} == EMPTY
    assert (shown["created_at"], shown["updated_at"]) == (iso(NOW - 24 * HOUR), iso(NOW))
    assert len(shown["files"]) == 3
    assert data(staff).offers[10].type == "EXCLUSIVE"


def test_an_update_needs_a_known_id(staff: Caller) -> None:
    items = [{"id": 11, "name": "Cake"}, {"name": "No id"}, {"id": 404}, {"id": 20}, {"id": "11"}, {"id": None}]
    assert body_of(staff.put("offers", {"offers": items})) == {
        "success": True,
        "errors": {
            "1": {"id": ["must be present"]},
            "2": {"id": ["Offer#404 not found"]},
            "3": {"id": ["Offer#20 not found"]},
            "4": {"id": ["must be an integer"]},
            "5": {"id": ["must be present"]},
        },
        "ids": [11],
    }


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "offers/clones"), ("POST", "offers/clone"), ("DELETE", "offers/clone")]
)
def test_clones_are_drafts_with_the_same_attributes_and_files(staff: Caller, method: str, path: str) -> None:
    use(world_of(staff), 10, 43, NOW)
    answer = staff.call(method, path, json={"ids": [10, 404, 12, 10]})
    assert (answer.status, body_of(answer)) == (200, {"ids": [21, 22]})
    original, clone = offer(staff, 10), offer(staff, 21)
    differing = {key for key in clone if clone[key] != original[key]}
    assert differing == {"id", "status", "created_at", "updated_at", "files", "uses_count"}
    assert (clone["status"], clone["uses_count"], clone["created_at"]) == ("draft", 0, iso(NOW))
    assert [file["size_type"] for file in clone["files"]] == [file["size_type"] for file in original["files"]]
    assert offer(staff, 22)["archived_at"] is None


def test_cloning_only_unknown_offers_is_not_found(staff: Caller) -> None:
    answer = staff.post("offers/clones", {"ids": [404, 20]})
    assert (answer.status, body_of(answer)) == (404, {"error": "Offer#404 not found"})
    assert body_of(staff.post("offers/clones", {"ids": []})) == {"ids": []}


def test_deleting_archives_and_may_be_repeated(staff: Caller) -> None:
    for later in (0, HOUR):
        answer = staff.delete("offers", {"ids": [10, 404, 20]}, x_mock_now=iso(NOW + later))
        assert (answer.status, body_of(answer)) == (200, {})
    assert offer(staff, 10)["archived_at"] == iso(NOW)
    assert data(staff).offers[20].archived_at is None
    assert listed(staff) == [13, 11]
    assert listed(staff, "only_archived=true") == [12, 10]


@pytest.mark.parametrize("path", ["offers/404", "offers/20", "offers/x", "offers/-1", "offers/" + "9" * 40])
def test_an_unknown_offer_is_not_found(staff: Caller, path: str) -> None:
    answer = staff.get(path)
    assert (answer.status, body_of(answer)) == (404, {"error": f"Offer#{path[7:]} not found"})


def listed(staff: Caller, query: str = "") -> list[int]:
    answer = staff.get("offers", query)
    assert answer.status == 200, answer.body
    return [shown["id"] for shown in body_of(answer)["offers"]]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [10, 13, 11]),
        ("sort_by=created_at&sort_direction=DESC", [10, 11, 13]),
        ("with_archived=1", [12, 10, 13, 11]),
        ("without_shop=true", [13, 11]),
        ("without_collection=true&without_audience_id=true", [11]),
        ("audience_id=6,7", [13]),
        ("collection_ids[]=2", [10]),
        ("tags=hot&stores=M%26H", [10]),
        ("ids=11,13&per_page=1&page_no=2", [11]),
        ("search=CAKE", [11]),
        ("search=arets+kake", [11]),
    ],
)
def test_the_list_is_filtered_and_sorted(staff: Caller, query: str, ids: list[int]) -> None:
    assert listed(staff, query) == ids


def test_pagination_info_is_whole_with_the_flag_and_terse_without(staff: Caller) -> None:
    terse = {"per_page": 100, "current_page": 1, "prev_page": None, "is_first_page": True}
    for revision in REVISIONS:
        assert body_of(staff.get("offers", x_mock_revision=revision))["pagination_info"] == terse
    assert body_of(staff.get("offers", "include_total=1&per_page=2&page_no=2"))["pagination_info"] == {
        "total_count": 3,
        "per_page": 2,
        "total_pages": 2,
        "current_page": 2,
        "next_page": None,
        "prev_page": 1,
        "is_first_page": False,
        "is_last_page": True,
        "is_out_of_range": False,
    }


def test_only_the_union_shows_liked_and_a_guests_usage(staff: Caller) -> None:
    use(world_of(staff), 11, 42, NOW)
    shown = body_of(staff.get("offers/11", x_mock_revision="union"))["offer"]
    assert (shown["liked"], shown["usage"]["max_uses"], shown["usage"]["active_until"]) == (False, None, None)
    assert shown["uses_count"] == 1
    assert not {"liked", "usage"} & set(offer(staff, 11))


def grant(staff: Caller, *items: Any) -> Any:
    answer = staff.post("offers/grant", {"offers": items})
    assert answer.status == 200, answer.body
    return body_of(answer)


def test_a_grant_reaches_every_member_of_the_audience_who_is_not_banned(staff: Caller) -> None:
    answer = grant(staff, {"id": 10, "audience_id": 5, "usable_for_seconds": 60})
    assert answer == {"success": True, "errors": {}, "ids": [10]}
    grants = data(staff).grants
    given = Grant(offer_id=10, member_id=42, granted_at=NOW, uses=1, expires_at=NOW + 60 * SECOND)
    assert grants[10, 42] == (given,)
    assert len(grants[10, 43]) == 2
    assert (10, 44) not in grants


def test_an_offer_with_an_audience_is_granted_within_it_only(staff: Caller) -> None:
    assert grant(staff, {"id": 13, "audience_id": 5})["ids"] == [13]
    assert [(key, [given.uses for given in grants]) for key, grants in data(staff).grants.items() if key[0] == 13] == [
        ((13, 43), [3])
    ]


def test_grants_that_cannot_be_made_are_errors_of_their_items(staff: Caller) -> None:
    use(world_of(staff), 10, 43, NOW)
    put(world_of(staff), *(made for made in [data(staff).audiences[6]]))
    before = dict(data(staff).grants)
    answer = grant(
        staff,
        {"id": 11, "audience_id": 5},
        {"id": 10, "audience_id": 5},
        {"id": 404, "audience_id": 8},
        {"audience_id": 5, "usable_for_seconds": 0},
        {"id": 13, "audience_id": "6"},
    )
    assert answer == {
        "success": False,
        "errors": {
            "0": {"id": ["Not grantable"]},
            "1": {"id": ["Global limit exceeded"]},
            "2": {"id": ["Offer#404 not found"], "audience_id": ["Audience#8 not found"]},
            "3": {"usable_for_seconds": ["must be greater than or equal to 1"], "id": ["must be present"]},
            "4": {"audience_id": ["must be an integer"]},
        },
        "ids": [],
    }
    assert data(staff).grants == before


def test_an_audience_outside_the_offers_own_is_told(staff: Caller) -> None:
    from mockserver.domain.model import Audience

    put(world_of(staff), Audience(id=55, club=MALL, member_ids=frozenset({42})))
    assert grant(staff, {"id": 13, "audience_id": 55})["errors"] == {"0": {"audience_id": ["Member not in audience"]}}
    assert grant(staff, {"id": 13, "audience_id": 7}) == {"success": True, "errors": {}, "ids": [13]}


@pytest.mark.parametrize(
    ("method", "path", "permit"),
    [
        ("GET", "offers", "List"),
        ("POST", "offers", "Create"),
        ("PUT", "offers", "Update"),
        ("DELETE", "offers", "Destroy"),
        ("POST", "offers/clones", "Clone"),
        ("POST", "offers/grant", "Grant"),
    ],
)
def test_each_operation_has_its_permit(staff: Caller, method: str, path: str, permit: str) -> None:
    answer = staff.call(method, path, json={}, x_client_authorization="reader")
    assert answer.status == 403
    assert f"Offers:Api:Offers:{permit}" in body_of(answer)["error"]
    assert staff.get("offers/10", x_client_authorization="reader").status == 200


def test_a_club_without_the_offers_api_is_refused() -> None:
    other = caller()
    other.slug = "other-mall"
    assert other.get("offers").status == 485
