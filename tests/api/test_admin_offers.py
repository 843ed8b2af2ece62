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
    "display_schemas": {
        "details": {
            "header": {"type": "reference", "value": "description"},
            "body": {"type": "empty"},
            "caption": {"type": "inline", "value": "Hi"},
        }
    },
    "maximum_uses_per_user": 10,
    "stock": 0,
}
USUAL = {place: {"type": "reference", "value": value}
         for place, value in (("header", "name"), ("body", "description"), ("caption", "stores"))}  # fmt: skip
DETAILS = {"header": {"type": "reference", "value": "description"}, "body": {"type": "empty", "value": None},
           "caption": {"type": "inline", "value": "Hi"}}  # fmt: skip
UNION: dict[str, Any] = {
    "type": "EXCLUSIVE",
    "scope": "parking",
    "period": {"timespan": "DAY", "max_uses": 1},
    "usage_authorization_token_required": True,
    "activation_texts": {"modal": "M", "button": "B", "description": None},
}
SHOWN = (
    NEW
    | {"display_schemas": {"list": USUAL, "details": DETAILS}}
    | {"usable_since": "2019-03-13T17:32:00.000Z", "visible_until": "2019-03-14T00:00:00.000Z"}
)
EMPTY: dict[str, Any] = {
    **dict.fromkeys(NEW),
    "read_more": {"button_title": None, "url": None, "title": None, "text": None},
    "status": "draft",
    "collection_ids": [],
    "tags": [],
    "stores": [],
    "extras": {},
    "display_schemas": {"list": USUAL, "details": USUAL},
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
        ({"display_schemas": {"card": 1}}, {"display_schemas": ["card must be one of: list, details"]}),
        (
            {"display_schemas": {"list": {"foot": {}}}},
            {"display_schemas": ["list.foot must be one of: header, body, caption"]},
        ),
        (
            {"display_schemas": {"list": {"header": {"type": "nope"}}}},
            {"display_schemas": ["list.header.type must be one of: reference, inline, empty"]},
        ),
        (
            {"display_schemas": {"list": {"body": {"type": "inline", "value": 5}}, "details": []}},
            {"display_schemas": ["list.body.value must be a string", "details must be an object"]},
        ),
        (
            {"display_schemas": {"details": {"body": {"type": "empty", "value": "x"}}}},
            {"display_schemas": ["details.body.value must be null"]},
        ),
        (
            {"display_schemas": {"details": {"body": {"type": "empty", "x": 1}}}},
            {"display_schemas": ["details.body.x must be one of: type, value"]},
        ),
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


def test_a_reference_names_an_attribute_of_the_admin_page(staff: Caller) -> None:
    for value, fine in (
        ("usable_since", True),
        ("stores", True),
        ("$.name", False),
        ("shops", False),
        ("type", False),
        (None, False),
    ):
        item = {"display_schemas": {"list": {"body": {"type": "reference", "value": value}}}}
        assert create(staff, item)["success"] == fine


@pytest.mark.parametrize("absent", [None, {}, {"list": None}, {"list": {"header": None}, "details": {}}])
def test_what_is_not_set_is_displayed_as_usual(staff: Caller, absent: Any) -> None:
    assert create(staff, {"display_schemas": absent})["ids"] == [21]
    assert offer(staff, 21)["display_schemas"] == {"list": USUAL, "details": USUAL}


@pytest.fixture
def union() -> Caller:
    return caller()


def test_the_union_sets_and_shows_every_kind_of_offer(union: Caller) -> None:
    assert create(union, NEW | UNION)["ids"] == [21]
    shown = offer(union, 21)
    assert {name: shown[name] for name in UNION} == UNION
    assert body_of(union.put("offers", {"offers": [{"id": 21, "name": "Plain"}]}))["ids"] == [21]
    plain = {"type": "REGULAR", "scope": "standard", "period": None, "usage_authorization_token_required": False,
             "activation_texts": {"modal": None, "button": None, "description": None}}  # fmt: skip
    shown = offer(union, 21)
    assert {name: shown[name] for name in UNION} == plain


@pytest.mark.parametrize(
    ("item", "errors"),
    [
        ({"type": "GIFT"}, {"type": ["must be one of: REGULAR, EXCLUSIVE, BIRTHDAY, WELCOME"]}),
        ({"scope": 1}, {"scope": ["must be one of: standard, informational, parking, carbon_offset, reward"]}),
        ({"period": {"timespan": "DAY"}}, {"period": ["max_uses must be present"]}),
        (
            {"period": {"timespan": "DECADE", "max_uses": -1}},
            {
                "period": [
                    "timespan must be one of: MINUTE, HOUR, DAY, WEEK, MONTH, YEAR",
                    "max_uses must be greater than or equal to 0",
                ]
            },
        ),
        (
            {"usage_authorization_token_required": 1},
            {"usage_authorization_token_required": ["must be one of: true, false"]},
        ),
        ({"activation_texts": {"modal": 1}}, {"activation_texts": ["modal must be a string"]}),
    ],
)
def test_the_union_judges_what_it_takes(union: Caller, item: dict[str, Any], errors: dict[str, list[str]]) -> None:
    assert create(union, item) == {"success": False, "errors": {"0": errors}, "ids": []}


@pytest.mark.parametrize("revision", ["2019-08", "2025-03"])
def test_a_dated_revision_neither_takes_nor_shows_nor_wipes_what_is_the_unions(union: Caller, revision: str) -> None:
    create(union, NEW | UNION)
    answer = union.put("offers", {"offers": [{"id": 21, "name": "Other", "type": "WELCOME"}]}, x_mock_revision=revision)
    assert (body_of(answer)["ids"], notes(union)) == ([21], [("attribute", "offers.type")])
    assert not UNION.keys() & body_of(union.get("offers/21", x_mock_revision=revision))["offer"].keys()
    shown = offer(union, 21)
    assert {name: shown[name] for name in UNION} == UNION
    answer = union.post("offers", {"offers": [UNION]}, x_mock_revision=revision)
    assert offer(union, *body_of(answer)["ids"])["type"] == "REGULAR"


def test_what_is_made_over_http_works(union: Caller) -> None:
    published = {"status": "published"}
    ids = create(
        union,
        published | {"type": "EXCLUSIVE"},
        published | {"scope": "parking", "period": UNION["period"]},
        published | {"usage_authorization_token_required": True},
        published | {"scope": "informational"},
        published | {"scope": "reward", "stock": 1},
    )["ids"]

    def use_of(offer_id: int, query: str = "") -> Any:
        answer = union.post(f"members/42/offers/{offer_id}/use", {}, query=query)
        return body_of(answer).get("error", answer.status)

    exclusive, parking, tokened, informational, reward = ids
    assert use_of(exclusive) == "Not granted"
    assert union.post(f"members/42/offers/{exclusive}/grant").status == 200
    assert use_of(exclusive) == 200
    later = {"x_mock_now": iso(NOW + 60 * SECOND)}
    assert use_of(parking, "scope=parking") == 200
    again = union.post(f"members/42/offers/{parking}/use", {}, query="scope=parking", **later)
    assert body_of(again) == {"error": "Periodic user limit exceeded"}
    assert use_of(tokened) == "Usage authorization token missing"
    assert use_of(informational) == f"Offer#{informational} not found"
    assert use_of(reward, "scope=reward") == 200
    again = union.post(f"members/43/offers/{reward}/use", {}, query="scope=reward")
    assert body_of(again) == {"error": "Global limit exceeded"}


def grant(union: Caller, *items: Any) -> Any:
    answer = union.post("offers/grant", {"offers": items})
    return body_of(answer).get("details", body_of(answer))


def test_a_grant_reaches_every_member_of_the_audience_who_is_not_banned(union: Caller) -> None:
    assert grant(union, {"id": 10, "audience_id": 5, "usable_for_seconds": 60}) == {}
    grants = data(union).grants
    given = Grant(offer_id=10, member_id=42, granted_at=NOW, uses=1, expires_at=NOW + 60 * SECOND)
    assert grants[10, 42] == (given,)
    assert len(grants[10, 43]) == 2
    assert (10, 44) not in grants


def test_an_offer_with_an_audience_is_granted_within_it_only(union: Caller) -> None:
    assert grant(union, {"id": 13, "audience_id": 5}) == {}
    assert [(key, [given.uses for given in grants]) for key, grants in data(union).grants.items() if key[0] == 13] == [
        ((13, 43), [3])
    ]


def wrong(value: Any, wanted: str) -> list[dict[str, Any]]:
    return [{"value": value, "error": "invalid", "options": {"format": wanted}, "message": f"must be {wanted}"}]


def test_one_grant_that_cannot_be_made_refuses_them_all(union: Caller) -> None:
    use(world_of(union), 10, 43, NOW)
    before = dict(data(union).grants)
    answer = grant(
        union,
        {"id": 13, "audience_id": 6},
        {"id": 11, "audience_id": 5},
        {"id": 10, "audience_id": 5},
        {"id": 404, "audience_id": 8},
    )
    assert answer == {
        "offers": {
            "1": {"id": wrong(11, "an offer whose type needs granting (Not grantable)")},
            "2": {"id": wrong(10, "an offer with stock left (Global limit exceeded)")},
            "3": {"id": wrong(404, f"an offer of {MALL}"), "audience_id": wrong(8, f"an audience of {MALL}")},
        }
    }
    assert data(union).grants == before


def test_a_grant_that_does_not_read_refuses_them_all(union: Caller) -> None:
    before = dict(data(union).grants)
    answer = grant(
        union, {"id": 10, "audience_id": 5}, {"audience_id": 5, "usable_for_seconds": 0}, {"id": 13, "audience_id": "6"}
    )
    symbols = {
        index: {name: leaves[0]["error"] for name, leaves in item.items()} for index, item in answer["offers"].items()
    }
    assert symbols == {
        "1": {"id": "presence", "usable_for_seconds": "greater_or_equal_to"},
        "2": {"audience_id": "not_an_integer"},
    }
    assert data(union).grants == before


def test_an_audience_outside_the_offers_own_is_told(union: Caller) -> None:
    from mockserver.domain.model import Audience

    put(world_of(union), Audience(id=55, club=MALL, member_ids=frozenset({42})))
    wanted = "an audience with members of the offer's own (Member not in audience)"
    assert grant(union, {"id": 13, "audience_id": 55}) == {"offers": {"0": {"audience_id": wrong(55, wanted)}}}
    assert grant(union, {"id": 13, "audience_id": 7}) == {}


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
    answer = staff.call(method, path, json={}, x_client_authorization="reader", x_mock_revision="2025-03")
    assert answer.status == 403
    assert f"Offers:Api:Offers:{permit}" in body_of(answer)["error"]
    assert staff.get("offers/10", x_client_authorization="reader").status == 200


def test_a_club_without_the_offers_api_is_refused() -> None:
    other = caller()
    other.slug = "other-mall"
    assert other.get("offers").status == 485
