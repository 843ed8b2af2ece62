"""Revisions: one entry that says what differs is enough."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.api.routes import Route
from mockserver.attributes import ROWS, answered, settable
from mockserver.contract.document import document
from mockserver.errors import REFUSALS
from mockserver.mock import build
from mockserver.revisions import REVISIONS, Revision, based_on
from mockserver.settings import Settings
from tests.callers import Caller, body_of

RENAMED = {"Offer.external_url": "link", "AdminOffer.stock": "stock_limit"}


@pytest.fixture
def coming(monkeypatch: pytest.MonkeyPatch) -> Revision:
    revision = based_on(
        REVISIONS["2025-03"], "next", "What is to come.", renamed=RENAMED, removed={"Offer.images"},
        added={"Usage.left_today", "Offer.tags"}, statuses={"already_active": 409},
    )  # fmt: skip
    monkeypatch.setitem(REVISIONS, revision.name, revision)
    # routes are made at import, with the revisions that there are then
    is_in = Route.is_in
    monkeypatch.setattr(Route, "is_in", lambda route, of: is_in(route, REVISIONS["2025-03"] if of is revision else of))
    return revision


@pytest.fixture(params=[True, False], ids=["fast", "plain"])
def app(request: pytest.FixtureRequest) -> Caller:
    return Caller(build(Settings(fast_path=request.param)))


def test_a_revision_has_what_its_base_has_but_for_what_differs(coming: Revision) -> None:
    old, new = (list(answered("Offer", name)) for name in ("2025-03", coming.name))
    after = old.index("collection_ids") + 1
    kept = [key for key in (*old[:after], "tags", *old[after:]) if key != "images"]
    assert new == ["link" if key == "external_url" else key for key in kept]
    assert list(answered("Usage", coming.name)) == list(answered("Usage", "2025-03"))
    assert coming.read_parameters == REVISIONS["2025-03"].read_parameters


def test_attributes_and_refusals_that_a_revision_names_are_there() -> None:
    known = {f"{model}.{row.name}" for model, rows in ROWS.items() for row in rows}
    for revision in REVISIONS.values():
        assert {*revision.added, *revision.removed, *revision.renamed} <= known, revision.name
        assert revision.statuses.keys() <= REFUSALS.keys(), revision.name


def test_a_renamed_attribute_is_answered_set_and_published_under_its_name(app: Caller, coming: Revision) -> None:
    def shown(path: str) -> Any:
        return body_of(app.get(path, x_mock_revision=coming.name))["offer"]

    offer = shown("members/me/offers/1000115")
    assert (offer["link"], "external_url" in offer) == ("https://example.com/foo", False)
    item = {"id": 1000016, "status": "published", "stock_limit": 3, "stock": 4}
    answer = app.call("PUT", "offers", json={"offers": [item]}, x_mock_revision=coming.name)
    assert body_of(answer)["success"]
    assert shown("offers/1000016")["stock_limit"] == 3
    assert body_of(app.get("offers/1000016"))["offer"]["stock"] == 3
    schemas = document(coming.name)["components"]["schemas"]
    assert schemas["Offer"]["properties"]["link"]["description"] == "The URL the offer may be linked with"
    assert "link" in schemas["Offer"]["examples"][0]
    assert "stock_limit" in schemas["OfferPayload"]["properties"]


def test_a_refusal_has_the_status_of_the_revision_or_of_its_base(app: Caller, coming: Revision) -> None:
    assert (
        app.get("members/me/offers", x_mock_revision=coming.name, x_mock_scenario="offers-api-not-enabled").status
        == 402
    )
    use = "members/me/offers/1000016/use"
    assert app.post(use, x_mock_revision=coming.name, x_mock_scenario="already-active").status == 409
    assert app.post(use, x_mock_revision="2025-03", x_mock_scenario="already-active").status == 422
    assert REFUSALS["already_active"].statuses[coming.name] == 409


def test_a_revision_keeps_the_names_of_its_base_and_its_bases_base(monkeypatch: pytest.MonkeyPatch) -> None:
    older = based_on(REVISIONS["2019-08"], "older", renamed={"Offer.name": "title"})
    later = based_on(older, "later", removed={"Offer.tags"})
    both = based_on(REVISIONS["union"], "both", unites=("later", "2025-03"))
    for revision in (older, later, both):
        monkeypatch.setitem(REVISIONS, revision.name, revision)
    assert list(answered("Offer", "later"))[:3] == ["id", "title", "description"]
    assert [key for key in answered("Offer", "later") if key in ("tags", "shops", "stores", "images")] == ["shops"]
    assert [key for key in answered("Offer", "both") if key in ("title", "name", "shops", "stores")] == [
        "title", "name", "shops", "stores",
    ]  # fmt: skip
    assert "liked" in answered("AdminOffer", "both")


def test_the_union_answers_an_attribute_under_each_of_its_names() -> None:
    assert [name for name, row in answered("Offer", "union").items() if row.name == "stores"] == ["shops", "stores"]
    assert settable("union").keys() >= settable("2019-08").keys()
