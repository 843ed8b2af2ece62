"""The direct matcher finds what werkzeug's rules find: over every route and method, and 10,000 random paths."""

from __future__ import annotations

import random
from urllib.parse import quote, unquote

import pytest

from mockserver.api.routes import Match, NoMatch, Route
from mockserver.api.table import OPERATIONS, ROUTES
from mockserver.api.url_map import ApiRule, UrlMap
from mockserver.app import create_app
from mockserver.fast.routes import DirectRoutes
from tests.callers import Caller, body_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW")
WORDS = sorted({segment for route in ROUTES for segment in route.segments if not segment.startswith("{")})
TEXTS = (
    "infinity-mall",
    "42",
    "007",
    "{}",
    "{id}",
    "<id>",
    "",
    " ",
    "a b",
    "a\nb",
    "ø",
    "%",
    "%2F",
    "a/b",
    ".",
    "..",
    "\x00",
)
werkzeug, direct = UrlMap(), DirectRoutes(ROUTES)


def path_of(route: Route, text: str) -> str:
    return "/" + "/".join(text if segment.startswith("{") else segment for segment in route.segments)


@pytest.mark.parametrize("text", ["42", "{}", "{id}", "clone", "loyalty_clubs", "me", "ø"])
def test_both_find_every_route_by_every_method(text):
    for route in ROUTES:
        path = path_of(route, text)
        found = {method: direct.match(method, path) for method in METHODS}
        assert found == {method: werkzeug.match(method, path) for method in METHODS}, path
        assert isinstance(found[route.method], Match) or text == "clone"


def test_both_agree_on_random_paths_with_and_without_the_path_as_it_was_sent():
    chance, matched = random.Random(12), 0
    for _ in range(10_000):
        route = chance.choice(ROUTES)
        segments = [chance.choice(TEXTS) if segment.startswith("{") else segment for segment in route.segments]
        for _ in range(chance.choice((0, 0, 1, 2))):
            at = chance.randrange(1, len(segments))  # whatever does not begin with /v3 goes to Flask
            segments[at : at + chance.choice((0, 1))] = [chance.choice((*WORDS, *TEXTS))]
        method = chance.choice((route.method, chance.choice(METHODS)))
        raw_path = "/" + "/".join(quote(segment, safe="") for segment in segments)
        path = unquote(raw_path)
        for sent in (None, raw_path):
            found = direct.match(method, path, sent)
            assert found == werkzeug.match(method, path, sent), (method, path, sent)
            matched += isinstance(found, Match)
    assert matched > 5_000


def test_a_path_is_remembered_for_its_method_alone():
    path = "/v3/infinity-mall/offers/clone"
    for _ in range(2):
        assert direct.match("GET", path) == NoMatch(("DELETE", "POST"))
        assert isinstance(direct.match("POST", path), Match)


def test_an_encoded_slash_is_part_of_its_segment():
    path, raw_path = "/v3/infinity-mall/offers/10/5", "/v3/infinity-mall/offers/10%2F5"
    for match in (direct.match, werkzeug.match):
        assert match("GET", path) == NoMatch()
        found = match("GET", path, raw_path)
        assert isinstance(found, Match)
        assert found.values == {"slug": "infinity-mall", "id": "10/5"}


def test_the_application_has_a_rule_for_every_route_and_its_endpoint_is_the_operation(mock):
    rules = {
        (rule.rule, next(iter((rule.methods or set()) - {"HEAD"}), "")): rule.endpoint
        for rule in create_app(mock=mock).url_map.iter_rules()
        if isinstance(rule, ApiRule)
    }
    for route in ROUTES:
        spelt = "/" + "/".join(route.segments).replace("{", "<").replace("}", ">")
        assert rules[spelt, route.method] == route.operation.name
    assert set(rules.values()) == {*OPERATIONS, "wrong_method", "get_picture"}


def test_braces_in_a_path_are_an_id_like_any_other(mock):
    answer = Caller(mock).get("offers/{}")
    assert (answer.status, body_of(answer)) == (404, {"error": "Offer#{} not found"})
