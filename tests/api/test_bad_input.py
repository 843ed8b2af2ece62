"""Whatever is sent to the Admin API, events and OAuth: a documented answer, and nothing changed by a refusal."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.api.schemas.named import schema_named
from mockserver.exchange import Request
from mockserver.mock import build
from mockserver.settings import Settings
from tests.api.mall import caller, world_of
from tests.callers import HEADERS, Caller, body_of

WRITES = [
    ("POST", "offers"),
    ("PUT", "offers"),
    ("DELETE", "offers"),
    ("POST", "offers/clones"),
    ("POST", "offers/grant"),
    ("POST", "members/me/events/offers_clicked"),
    ("POST", "members/oauth/token"),
    ("POST", "members/oauth/revoke"),
]
SMALL = st.none() | st.booleans() | st.sampled_from([0, -1, 5, 10, 42, 2**63, 10**400, 1.5]) | st.text(max_size=8)
VALUES = SMALL | st.lists(SMALL, max_size=3) | st.dictionaries(st.text(max_size=4), SMALL, max_size=3)
NAMES = [
    *schema_named("OfferPayload").fields,
    "id",
    "audience_id",
    "offer_id",
    "created_at",
    "context",
    "usable_for_seconds",
]
ITEMS = st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5), max_size=3)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "offers": ITEMS | VALUES,
        "ids": VALUES,
        "events": ITEMS | VALUES,
        "grant_type": st.sampled_from(["password", "refresh_token"]) | VALUES,
        "identifier_type": st.sampled_from(["id", "email", "msisdn"]) | VALUES,
        "identifier": VALUES,
        "password": VALUES,
        "refresh_token": VALUES,
        "token": VALUES,
    },
)


@pytest.fixture(scope="module")
def app() -> Caller:
    return caller()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(WRITES), BODIES | VALUES)
def test_any_body_is_answered_and_a_refusal_changes_nothing(app: Caller, to: tuple[str, str], body: Any) -> None:
    rev = world_of(app).rev
    answer = app.call(*to, json=body)
    assert answer.status in (200, 400, 404, 422, 461, 462)
    if answer.status != 200:
        assert world_of(app).rev == rev
    listed = app.get("offers", "with_archived=1&per_page=100")
    assert listed.status == 200
    assert orjson.loads(listed.body)


@pytest.mark.parametrize("body", [b"{", b"\t\n", b"\xff", b'{"offers": "\xc3\x28"}', b'{"a": NaN}', b'"\\ud800"'])
@pytest.mark.parametrize("to", WRITES)
def test_what_is_no_json_is_told_with_an_empty_body(app: Caller, to: tuple[str, str], body: bytes) -> None:
    rev = world_of(app).rev
    assert (app.call(*to, body=body).status, app.call(*to, body=body).body) == (400, b"")
    assert world_of(app).rev == rev


def test_deep_and_large_values_are_kept_or_refused_but_never_break_an_answer(app: Caller) -> None:
    deep: Any = 1
    for _ in range(50):  # a deeper body is refused as a whole (tests/hostile)
        deep = {"a": deep}
    for attribute in ("extras", "display_schemas", "name", "tags", "stock"):
        answer = app.post("offers", {"offers": [{attribute: deep}]})
        assert answer.status == 200
        refused = body_of(answer)["errors"]
        assert list(refused.get("0", {})) == ([] if attribute == "extras" else [attribute])
    answer = app.post("members/me/events/offers_seen", {"events": [{"offer_id": 1, "created_at": deep}]})
    assert body_of(answer)["details"]["events"]["0"]["created_at"][0]["value"] == deep
    huge = {"offers": [{"extras": {"n": 10**400}}]}
    assert app.post("offers", huge).status in (200, 400)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["offers", "stores", "translations", "members/me/offers"]), st.text(max_size=60))
def test_any_query_is_answered(app: Caller, path: str, query: str) -> None:
    assert app.get(path, query).status in (200, 403, 422)


@pytest.mark.parametrize("path", ["offers", "stores", "translations", "members/me", "members/me/offers"])
def test_absurdly_many_parameters_are_answered(app: Caller, path: str) -> None:
    assert app.get(path, "&".join(f"a{n}=1" for n in range(12_000))).status == 200


def test_a_body_over_the_limit_is_journalled_and_read_by_pages_of_other_origins() -> None:
    mock = build(Settings(cors=("https://shop.test",)))
    call = Request("POST", "/v3/infinity-mall/offers", "", {**HEADERS, "origin": "https://shop.test"}, oversized=True)
    answer = mock.handle(call)
    assert (answer.status, body_of(answer)) == (413, {"error": "The body is over 10485760 bytes"})
    assert dict(answer.headers)["access-control-allow-origin"] == "https://shop.test"
    assert [entry.refusal for entry in mock.worlds.get("default").journal.newest_first()] == ["payload_too_large"]
