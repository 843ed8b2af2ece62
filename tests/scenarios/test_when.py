from __future__ import annotations

from typing import Any

import orjson
import pytest

from mockserver.documents.problems import DocumentError
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.library import Library
from mockserver.scenarios.when import Difference, includes
from tests.scenarios.conftest import rule

BODY = {"events": [{"offer_id": 1, "context": {"tags": ["a", "b"]}}, {"offer_id": 2}], "dry": False, "n": 1}
FACTS = {
    "operation": "use_offer",
    "method": "POST",
    "path": "/v3/mall/members/me/offers/1/use",
    "club": "mall",
    "offer_id": 1,
    "member_id": 42,
    "headers": {"x-product-name": "default", "x-empty": ""},
    "query": {
        "scope": ["reward"],
        "ids[]": ["1", "2"],
        "preview": ["true"],
        "empty": [""],
        "numbers": ["1,2"],
        "numbers[]": ["3"],
        "indexed[0]": ["4"],
        "indexed[1]": ["5"],
        "indexedx[0]": ["6"],
        "indexed[x]": ["7"],
        "words": ["a,b"],
    },
    "body": orjson.dumps(BODY),
}


def difference(library: Library, when: Any, **changed: Any) -> Difference | None:
    return library.rule(rule(when=when), "r").when.difference(Facts(**(FACTS | changed)))


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"operation": "use_offer"},
        {"operation": ["get_offer", "use_offer"]},
        {"offer_id": 1, "member_id": "42", "club": "mall", "method": "post"},
        {"offer_id": [2, 1]},
        {"path": "/v3/mall/members/me/offers/1/use"},
        {"path": ["*/grant", "*/use"]},
        {"header": {"X-Product-Name": "default"}},
        {"header": {"x-product-name": ["other", "default"], "Authorization": None}},
        {"query": {"scope": "reward"}},
        {"query": {"ids": 2, "preview": True, "search": None}},
        {"query": {"empty": ""}, "header": {"X-Empty": ""}},
        {"query": {"numbers": "2"}},
        {"query": {"indexed": "5", "indexed[]": ["9", "4"]}},
        {"query": {"ids[]": "2", "numbers[]": "2"}},
        {"query": {"numbers": "1,2"}},
        {"query": {"numbers": ["7", 3]}},
        {"header": {}, "query": {}, "body": {}},
        {"body": {"n": 1}},
        {"body": {"n": [3, 1], "dry": False}},
        {"body": {"events": [{"offer_id": 2}]}},
        {"body": {"events": [{"context": {"tags": ["b"]}}, {"offer_id": 2}]}},
    ],
)
def test_a_request_that_meets_all_conditions_matches(library: Library, when: Any) -> None:
    assert difference(library, when) is None


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"operation": "get_offer"}, ("operation", "get_offer", "use_offer")),
        ({"offer_id": [2, 3]}, ("offer_id", [2, 3], 1)),
        ({"member_id": 43, "club": "plaza"}, ("member_id", 43, 42)),
        ({"method": "PUT"}, ("method", "PUT", "POST")),
        ({"path": "/v3/plaza/*"}, ("path", "/v3/plaza/*", "/v3/mall/members/me/offers/1/use")),
        ({"header": {"X-Product-Name": "ios"}}, ("header.x-product-name", "ios", "default")),
        ({"header": {"X-Product-Name": None}}, ("header.x-product-name", None, "default")),
        ({"query": {"scope": "standard"}}, ("query.scope", "standard", ["reward"])),
        ({"query": {"ids": [3, 4]}}, ("query.ids", ["3", "4"], ["1", "2"])),
        ({"query": {"search": ""}}, ("query.search", "", [])),
        ({"query": {"empty": None}}, ("query.empty", None, [""])),
        ({"header": {"X-Empty": None}}, ("header.x-empty", None, "")),
        ({"header": {"X-Other": ""}}, ("header.x-other", "", None)),
        ({"query": {"words": "a"}}, ("query.words", "a", ["a,b"])),
        ({"query": {"numbers": 4}}, ("query.numbers", "4", ["1,2", "3"])),
        ({"query": {"search": "x"}}, ("query.search", "x", [])),
        ({"query": {"indexed": ["6", "7"]}}, ("query.indexed", ["6", "7"], ["4", "5"])),
        ({"body": {"n": 2}}, ("body", {"n": 2}, BODY)),
        ({"body": {"dry": 0}}, ("body", {"dry": 0}, BODY)),
    ],
)
def test_a_request_that_differs_says_where(library: Library, when: Any, expected: tuple[str, Any, Any]) -> None:
    assert difference(library, when) == expected


def test_what_is_no_operation_is_meant_by_a_path_alone(library: Library) -> None:
    picture: dict[str, Any] = {"operation": None, "path": "/files/offer-1-offer_default-base.jpg", "method": "GET"}
    found = difference(library, {}, **picture)
    assert found is not None
    assert found.key == "path"
    assert difference(library, {"path": "/files/*"}, **picture) is None
    assert difference(library, {"path": "*"}, **picture) is None
    assert difference(library, {"path": "*"}) is None
    assert difference(library, {"path": "*", "operation": "use_offer"}, **picture) is not None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1]"])
def test_a_body_that_is_no_object_includes_nothing(library: Library, body: bytes) -> None:
    found = difference(library, {"body": {"n": 1}}, body=body)
    assert found is not None
    assert found.found == ([1] if body == b"[1]" else "no JSON")
    assert difference(library, {"body": {}}, body=body) is None


@pytest.mark.parametrize(
    ("found", "expected", "included"),
    [
        ({"a": None}, {"a": None}, True),
        ({}, {"a": None}, False),
        (1, 1.0, True),
        (1, True, False),
        ("1", 1, False),
        ([1, 2], [], True),
        (3, [], False),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
    ],
)
def test_inclusion(found: Any, expected: Any, included: bool) -> None:
    assert includes(found, expected) is included


@pytest.mark.parametrize("spelling", ["1.10", "012", "0x1F", "+5", "1e3", "TRUE"])
@pytest.mark.parametrize("key", ["header", "query"])
def test_a_number_whose_spelling_would_be_lost_belongs_in_quotes(library: Library, spelling: str, key: str) -> None:
    def rule_with(value: str) -> Any:
        text = f"when:\n  {key}:\n    Version: [1, {value}]\nthen: {{refuse: maintenance}}"
        return library.rule(text, "r")

    with pytest.raises(DocumentError) as caught:
        rule_with(spelling)
    [problem] = caught.value.problems
    assert (problem.line, problem.found, problem.expected) == (3, spelling, "a text (put it in quotes)")
    assert rule_with(f"'{spelling}'").when.conditions


def test_a_number_that_is_spelt_as_json_writes_it_stays_as_it_is(library: Library) -> None:
    text = "{when: {header: {X-A: 12, X-B: 1.5, X-C: true, X-D: no}}, then: {refuse: maintenance}}"
    headers = {"x-a": "12", "x-b": "1.5", "x-c": "true", "x-d": "no"}
    assert library.rule(text, "r").when.difference(Facts(**(FACTS | {"headers": headers}))) is None
