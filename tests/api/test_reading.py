from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.api.schemas.named import schema_named
from mockserver.api.schemas.reading import load_item, load_payload, load_query, unknown_attributes
from mockserver.errors import Refused
from mockserver.limits import FREE_NESTING


def params(query: str, **accepted: Any) -> dict[str, Any]:
    return load_query("MemberList", query, **accepted)[0]


def tree(query: str) -> Any:
    with pytest.raises(Refused) as refused:
        load_query("MemberList", query)
    assert refused.value.id == "invalid_parameters"
    return refused.value.facts["details"]


def symbol(query: str, name: str) -> str:
    (leaf,) = tree(query)[name]
    return str(leaf["error"])


@pytest.mark.parametrize(
    "query",
    ["ids[]=1&ids[]=2", "ids=1&ids=2", "ids=1,2", "ids[0]=1&ids[1]=2", "ids%5B%5D=1,2", "ids=1,&ids=&ids=2"],
)
def test_integer_arrays_are_read_in_all_documented_forms(query: str) -> None:
    assert params(query)["ids"] == (1, 2)


@pytest.mark.parametrize(
    ("query", "noted"),
    [
        ("ids[]=1&ids[]=2&tags[]=eco&per_page=", ()),
        ("ids=1&ids=2", ("ids",)),
        ("ids[0]=1", ("ids",)),
        ("ids=1,2", ("ids",)),
        ("ids[]=1,2", ("ids",)),
        ("tags[]=eco,food&ids=7", ("tags", "ids")),
        ("per_page=1,2&search=a,b", ()),
    ],
)
def test_arrays_in_another_form_than_the_backends_own_are_noted(query: str, noted: tuple[str, ...]) -> None:
    try:
        read = load_query("MemberList", query)
    except Refused:
        assert query.startswith("per_page=1,2")
    else:
        assert tuple(name for name, _ in read.spellings) == noted


def test_an_index_belongs_to_an_array_and_is_a_number() -> None:
    assert load_query("MemberList", "ids[a]=1&page_no[0]=2&foo[0]=3").unknown == ("ids[a]", "page_no[0]", "foo[0]")


@pytest.mark.parametrize("blank", ["", "%20", "+%09"])
@pytest.mark.parametrize("schema", ["MemberList", "AdminList", "StoreList", "TranslationList"])
def test_a_blank_parameter_is_absent_whatever_its_type(schema: str, blank: str) -> None:
    for name in schema_named(schema).fields:
        assert load_query(schema, f"{name}={blank}&{name}[]={blank}").values == load_query(schema, "").values, name


def test_commas_belong_to_texts() -> None:
    assert params("tags=a,b&tags[]=c")["tags"] == ("a,b", "c")


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False), ("TRUE", True)]
)
def test_booleans(text: str, value: bool) -> None:
    assert params(f"usable={text}")["usable"] is value


def test_absent_parameters_have_their_documented_defaults() -> None:
    read = params("")
    assert (read["per_page"], read["page_no"], read["scope"], read["usable"], read["ids"]) == (
        100, 1, "standard", False, None,
    )  # fmt: skip


def test_defaults_are_not_shared_between_requests() -> None:
    params("")["per_page"] = 7
    params("per_page=5")["per_page"] = 7
    assert params("")["per_page"] == 100
    assert params("per_page=5")["per_page"] == 5


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("100", 100), ("101", 100), ("9" * 18, 100)])
def test_per_page_is_at_most_100(text: str, value: int) -> None:
    assert params(f"per_page={text}")["per_page"] == value


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("per_page=0", "per_page", "greater_or_equal_to"),
        ("per_page=-1", "per_page", "greater_or_equal_to"),
        ("per_page=1.5", "per_page", "not_an_integer"),
        ("per_page=%D9%A1", "per_page", "not_an_integer"),  # an Arabic digit
        ("page_no=0", "page_no", "greater_or_equal_to"),
        ("page_no=" + "9" * 5000, "page_no", "less_or_equal_to"),
        ("page_no=-" + "9" * 5000, "page_no", "greater_or_equal_to"),
        ("ids=1,x", "ids", "must_have_elements_of_type"),
        ("ids=" + "9" * 30, "ids", "must_have_elements_of_type"),
        ("usable=yes", "usable", "inclusion"),
        ("scope=moon", "scope", "inclusion"),
        ("type=regular", "type", "inclusion"),
        ("order_by=price", "order_by", "inclusion"),
        ("order_by=name+SIDEWAYS", "order_by", "inclusion"),
        ("order_by=name+ASC+DESC", "order_by", "inclusion"),
    ],
)
def test_what_is_wrong_is_told_by_its_symbol(query: str, name: str, expected: str) -> None:
    assert symbol(query, name) == expected


def test_a_leaf_is_complete() -> None:
    assert tree("per_page=0&usable=2") == {
        "per_page": [
            {
                "value": 0,
                "error": "greater_or_equal_to",
                "options": {"number": 1},
                "message": "must be greater than or equal to 1",
            }
        ],
        "usable": [
            {
                "value": "2",
                "error": "inclusion",
                "options": {"in": [True, False]},
                "message": "must be one of: true, false",
            }
        ],
    }


def test_order_by_is_read_in_any_case() -> None:
    expected = (("usable", False), ("created_at", True), ("name", False))
    assert params("order_by=USABLE%20asc,created_at+Desc,+name")["order_by"] == expected


ANYBODYS = ["name", "usable_since", "usable_until", "created_at", "usable"]
PERSONAL, OF_ONE = ["uses_left", "liked"], ["collection_position"]


@pytest.mark.parametrize(
    ("schema", "query", "allowed"),
    [
        ("MemberList", "", ANYBODYS + PERSONAL),
        ("MemberList", "&collection_ids=1", ANYBODYS + PERSONAL + OF_ONE),
        ("MemberList", "&collection_ids=1,2", ANYBODYS + PERSONAL),
        ("GuestList", "", ANYBODYS[:-1]),
        ("GuestList", "&collection_ids=1", ANYBODYS[:-1] + OF_ONE),
        ("PreviewList", "", ANYBODYS),
        ("PreviewList", "&collection_ids=1", ANYBODYS + OF_ONE),
    ],
)
def test_a_wrong_order_is_told_what_this_very_list_can_be_ordered_by(
    schema: str, query: str, allowed: list[str]
) -> None:
    leaf = {"value": "name,price", "error": "inclusion", "options": {"in": allowed}}
    with pytest.raises(Refused) as refused:
        load_query(schema, f"per_page=0&order_by=name,price{query}")
    details = refused.value.facts["details"]
    assert details["order_by"] == [leaf | {"message": "must be one of: " + ", ".join(allowed)}]
    assert list(details) == ["per_page", "order_by"]
    for name in ANYBODYS + PERSONAL + OF_ONE:
        try:
            assert load_query(schema, f"order_by={name}{query}")[0]["order_by"] == ((name, False),)
        except Refused:
            assert name not in allowed


def test_a_number_beyond_64_bits_is_not_repeated_as_another_one() -> None:
    for digits in ("9" * 20, "9" * 5000):
        assert tree(f"page_no={digits}")["page_no"][0]["value"] == "(too large to repeat)"
        assert tree(f"page_no=-{digits}")["page_no"][0]["value"] == "(too large to repeat)"
    assert tree(f"page_no={2**63}")["page_no"][0]["value"] == 2**63
    assert params(f"page_no={2**63 - 1}")["page_no"] == 2**63 - 1


def test_what_a_revision_does_not_know_is_ignored_and_told() -> None:
    read, unknown, _ = load_query("MemberList", "liked=nonsense&foo=1&page_no=2&page_no[]=3", frozenset({"page_no"}))
    assert read["page_no"] == 2
    assert read["liked"] is False
    assert unknown == ("liked", "foo", "page_no[]")


def test_the_last_of_a_repeated_parameter_counts_and_a_blank_one_counts_for_nothing() -> None:
    read = params("page_no=2&page_no=3&page_no=&search=&tags=&ids[]=")
    assert (read["page_no"], read["search"], read["tags"], read["ids"]) == (3, None, None, None)


def test_the_admin_list_sorts_in_any_case_but_only_by_documented_attributes() -> None:
    assert load_query("AdminList", "sort_direction=DESC")[0]["sort_direction"] == "desc"
    with pytest.raises(Refused):
        load_query("AdminList", "sort_by=stock")


EVENT = {"offer_id": "14", "created_at": "2019-08-27T10:20:11.810Z", "context": {"collections_ids": [1, "2"]}}


def test_the_tree_follows_the_structure_of_the_body() -> None:
    bad = {"offer_id": True, "created_at": "yesterday", "context": {"tags": [1]}}
    with pytest.raises(Refused) as refused:
        load_payload("OfferEventsPayload", {"events": [EVENT, bad, {}]})
    details = refused.value.facts["details"]
    assert set(details) == {"events"}
    assert set(details["events"]) == {"1", "2"}
    assert details["events"]["1"]["offer_id"][0]["error"] == "not_an_integer"
    assert details["events"]["1"]["created_at"][0]["error"] == "invalid_iso_8601_time"
    assert details["events"]["1"]["context"]["tags"][0]["options"] == {"type": "string"}
    assert {name: leaves[0]["error"] for name, leaves in details["events"]["2"].items()} == {
        "offer_id": "presence",
        "created_at": "presence",
    }


def test_a_float_without_a_fraction_is_an_integer_in_json() -> None:
    read = load_payload("IdsPayload", {"ids": [7.0, -0.0]})["ids"]
    assert [(type(number), number) for number in read] == [(int, 7), (int, 0)]
    (event,) = load_payload("OfferEventsPayload", {"events": [EVENT | {"offer_id": 7.0}]})["events"]
    assert (type(event["offer_id"]), event["offer_id"]) == (int, 7)


@pytest.mark.parametrize(
    ("number", "error"),
    [(7.5, "not_an_integer"), (1e300, "not_an_integer"), (-(2.0**63), "not_an_integer"), (0.0, "greater_or_equal_to")],
)
def test_other_floats_are_refused_as_they_were_sent(number: float, error: str) -> None:
    with pytest.raises(Refused) as refused:
        load_payload("GrantPayload", {"usable_for_seconds": number})
    told = refused.value.facts["details"]["usable_for_seconds"][0]
    assert (told["value"], told["error"]) == (number, error)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"offers": "presence"}),
        (None, {"offers": "presence"}),
        ({"offers": None}, {"offers": "presence"}),
        ({"offers": {}}, {"offers": "must_be_an_array"}),
        ({"offers": [{}, 1]}, {"offers": "must_be_an_array_of_objects"}),
        ({"offers": [{}] * 10_001}, {"offers": "size_too_large"}),
    ],
)
def test_a_batch_needs_an_array_of_objects(body: Any, expected: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        load_payload("OffersPayload", body)
    assert {name: leaves[0]["error"] for name, leaves in refused.value.facts["details"].items()} == expected


def test_a_body_that_is_no_object_is_told_at_the_root() -> None:
    with pytest.raises(Refused) as refused:
        load_payload("UsePayload", [1])
    assert refused.value.facts["details"] == [
        {"value": [1], "error": "must_be_an_object", "options": {}, "message": "must be an object"}
    ]


def test_an_empty_body_is_an_object_without_attributes() -> None:
    assert load_payload("UsePayload", None) == {"authorization_token": None}


@pytest.mark.parametrize("value", [True, 1.5, "1", None, [1]])
def test_integers_in_json_are_integers(value: Any) -> None:
    with pytest.raises(Refused):
        load_payload("IdsPayload", {"ids": [value]})


def test_an_item_is_told_in_plain_words() -> None:
    values, errors = load_item("OfferPayload", {"name": 5, "stock": -1, "read_more": {"title": 4}, "tags": ["a"]})
    assert errors == {
        "name": ["must be a string"],
        "stock": ["must be greater than or equal to 0"],
        "read_more": ["title must be a string"],
    }
    assert values["tags"] == ("a",)


def test_attributes_without_meaning_are_told_by_their_place_with_their_value() -> None:
    items = [{"name": 1, "liked": True}, {"liked": False, "read_more": {"colour": 1}, "extras": {"any": 1}}]
    body = {"offers": items, "force": 1}
    assert unknown_attributes("OffersPayload", body) == [
        (("offers", 0, "liked"), True),
        (("offers", 1, "liked"), False),
        (("offers", 1, "read_more", "colour"), 1),
        (("force",), 1),
    ]
    assert unknown_attributes("OffersPayload", [1]) == []


def test_what_nests_too_deep_is_refused_and_not_repeated() -> None:
    deep: Any = {}
    for _ in range(900):
        deep = {"a": deep}
    _, errors = load_item("OfferPayload", {"extras": deep, "name": deep})
    assert errors == {"extras": [f"must be nested at most {FREE_NESTING} levels deep"], "name": ["must be a string"]}
    with pytest.raises(Refused) as refused:
        load_payload("UsePayload", {"authorization_token": deep})
    assert refused.value.facts["details"]["authorization_token"][0]["value"] == "(too large to repeat)"


def check_refusal(refused: Refused) -> None:
    assert refused.id == "invalid_parameters"
    assert orjson.dumps(refused.body())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
EVENTS = st.fixed_dictionaries({}, optional={"offer_id": JSON, "created_at": JSON, "context": JSON})
QUERIES = [
    "MemberList",
    "MemberRead",
    "MemberAct",
    "AdminList",
    "StoreList",
    "TranslationList",
]
NAMES = sorted({name for schema in QUERIES for name in schema_named(schema).fields})


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(QUERIES),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(["", "[]"]), st.text()), max_size=4),
)
def test_any_query_is_read_or_refused(schema: str, pairs: list[tuple[str, str, str]]) -> None:
    query = "&".join(f"{name}{form}={text}" for name, form, text in pairs)
    try:
        values, _, _ = load_query(schema, query)
    except Refused as refused:
        check_refusal(refused)
    else:
        assert set(values) == set(schema_named(schema).fields)
        orjson.dumps(values, default=str)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["OfferEventsPayload", "OffersPayload", "IdsPayload", "UsePayload"]),
    st.fixed_dictionaries(
        {},
        optional={
            "events": st.lists(
                st.fixed_dictionaries({}, optional={"offer_id": JSON, "created_at": JSON, "context": JSON})
            )
            | JSON,
            "offers": JSON,
            "ids": st.lists(JSON, max_size=3) | JSON,
            "authorization_token": JSON,
        },
    )
    | JSON,
)
def test_any_body_is_read_or_refused(schema: str, body: Any) -> None:
    try:
        values = load_payload(schema, body)
    except Refused as refused:
        check_refusal(refused)
    else:
        assert set(values) == set(schema_named(schema).fields)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(schema_named("OfferPayload").fields)), JSON))
def test_any_item_is_read_or_told(item: dict[str, Any]) -> None:
    values, errors = load_item("OfferPayload", item)
    assert set(values) == set(schema_named("OfferPayload").fields)
    assert set(errors) <= set(item)
    orjson.dumps(errors)
