"""The models against the revisions, the operations table, and real answers."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.api.schemas.answers import form_of
from mockserver.api.schemas.named import schema_named
from mockserver.api.table import OPERATIONS
from mockserver.revisions import REVISIONS
from tests.answers import check_answer
from tests.api.mall import caller, data
from tests.callers import Caller, body_of


def test_every_answer_of_the_table_has_a_model() -> None:
    assert all(schema_named(form_of(operation.response).model) for operation in OPERATIONS.values())


READS = [
    ("members/me/offers/11", "Offer"),
    ("members/me/offers", "Offers"),
    ("members/me/offers/meta", "Meta"),
    ("offers/10", "AdminOfferAnswer"),
    ("offers", "AdminOffersAnswer"),
    ("stores", "Stores"),
    ("translations", "Translations"),
    ("members/me", "Member"),
    ("members/oauth/token/info", "TokenInfo"),
    ("files/schema", "FileSchema"),
]


@pytest.fixture
def app() -> Caller:
    return caller()


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize(("path", "name"), READS)
def test_reads_answer_their_models(app: Caller, path: str, name: str, revision: str) -> None:
    answer = app.get(path, x_mock_revision=revision)
    assert answer.status == 200
    assert check_answer(name, body_of(answer), revision) == []


WRITES: list[tuple[str, str, Any, str]] = [
    ("POST", "members/me/offers/11/use", None, "UsageAnswer"),
    ("PUT", "members/me/offers/11/like", None, "Empty"),
    ("POST", "offers", {"offers": [{}, {"name": 1}]}, "BatchAnswer"),
    ("PUT", "offers", {"offers": [{"id": 11}]}, "BatchAnswer"),
    ("POST", "offers/grant", {"offers": [{"id": 10, "audience_id": 5}]}, "Empty"),
    ("POST", "offers/clones", {"ids": [10]}, "IdsAnswer"),
    ("DELETE", "offers", {"ids": [10]}, "Empty"),
    ("POST", "members/oauth/token", {"grant_type": "refresh_token", "refresh_token": "refresh-42"}, "TokenAnswer"),
]


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize(("method", "path", "body", "name"), WRITES)
def test_writes_answer_their_models(app: Caller, method: str, path: str, body: Any, name: str, revision: str) -> None:
    answer = app.call(method, path, json=body, x_mock_revision=revision)
    if revision == "2019-08" and path == "offers/grant":
        assert answer.status == 404
        return
    assert answer.status == 200
    assert check_answer(name, body_of(answer), revision) == []


def test_a_wrong_answer_is_caught(app: Caller) -> None:
    right = body_of(app.get("offers/10"))
    offer = right["offer"]
    assert check_answer("AdminOfferAnswer", {"offer": offer | {"stock": "1"}}) != []
    assert check_answer("AdminOfferAnswer", {"offer": offer | {"more": 1}}) != []
    assert check_answer("AdminOfferAnswer", {"offer": dict(reversed(offer.items()))}) != []
    assert check_answer("AdminOfferAnswer", right, "2019-08") != []
    assert data(app).offers[10].stock == 1
