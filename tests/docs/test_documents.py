"""The documents, held against the contract and against what is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from click.testing import CliRunner

from mockserver.cli.operations import operations as operations_command
from mockserver.contract import coverage, documented
from mockserver.contract.document import document
from mockserver.contract.documented import DocumentedOperation
from mockserver.contract.errors import pattern_of
from mockserver.errors import REFUSALS
from mockserver.mock import Mock, build
from mockserver.settings import Settings
from tests.callers import Caller, body_of
from tests.docs import examples
from tests.docs.curl import CURLS, run

VALUES = {"integer": "1", "integer[]": "1000016", "string[]": "a", "string": "a", "boolean": "true"}
EXACT = {"order_by": "name", "scope": "standard", "type": "REGULAR", "sort_by": "name", "sort_direction": "asc"}
EXACT |= {"sort": "name", "order": "asc", "language": "en"}


@pytest.fixture(scope="module")
def mock() -> Mock:
    return build(Settings(fast_path=False))


@pytest.fixture
def app(mock: Mock, request: pytest.FixtureRequest) -> Caller:
    """An app in a world of its own."""
    caller = Caller(mock)
    caller.headers["x-mock-world"] = re.sub(r"[^A-Za-z0-9._-]", "-", request.node.name)[-64:]
    return caller


def test_the_contract_has_every_documented_operation_permit_parameter_attribute_and_refusal() -> None:
    found = list(coverage.facts())
    assert [fact for fact in found if fact.problem] == []
    assert len(found) > 350


@pytest.mark.parametrize("kind", coverage.KINDS)
def test_a_documented_fact_that_the_contract_lacks_would_be_found(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    real = list(documented.operations())
    told = next(each for each in real if each.name == "use_offer")
    changes: dict[str, Any] = {
        "operation": {"path": "members/me/offers/{id}/consume"},
        "permit": {"permit": "Offers:Api:MemberOffers:Consume"},
        "parameter": {"parameters": {"quantity": "integer"}},
        "attribute": {"response": {"usage": "Usage", "left": "integer"}},
        "refusal": {"refusals": ((422, "Sold out"),)},
    }
    fields = {name: getattr(told, name) for name in DocumentedOperation.__slots__}
    changed = DocumentedOperation(**fields | changes[kind])
    monkeypatch.setattr(documented, "operations", lambda: iter([changed]))
    missing = [fact for fact in coverage.facts() if fact.problem]
    assert {fact.kind for fact in missing} == {kind}


def _schema(contract: Any, name: str) -> Any:
    return contract["components"]["schemas"][name]


MUTATIONS: dict[str, Any] = {
    "a timespan less": lambda it: _schema(it, "Timespan")["enum"].remove("DAY"),
    "a type more": lambda it: _schema(it, "OfferType")["enum"].append("GOLD"),
    "a key more": lambda it: _schema(it, "Collection")["properties"].update(short_title={"type": "string"}),
    "a key less": lambda it: _schema(it, "Collection")["properties"].pop("title"),
    "a parameter more": lambda it: _list_offers(it)["parameters"].append({"name": "preview", "in": "query"}),
    "another permit": lambda it: _list_offers(it).update({"x-permit": "Offers:Api:MemberOffers:List"}),
}


def _list_offers(contract: Any) -> Any:
    return contract["paths"]["/v3/{loyalty_club_slug}/members/me/offers"]["get"]


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_contract_that_has_more_or_less_than_the_documents_turns_the_table_red(
    monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    changed = deepcopy(coverage.document("2025-03"))
    MUTATIONS[what](changed)
    monkeypatch.setattr(coverage, "document", lambda name: changed if name == "2025-03" else document(name))
    assert any(fact.problem for fact in coverage.facts())


def test_the_coverage_table_is_all_green() -> None:
    result = CliRunner().invoke(operations_command, ["--coverage"])
    assert result.exit_code == 0
    covered = re.findall(r"(\d+)/(\d+)", result.output.strip().splitlines()[-1])
    assert len(covered) == len(coverage.KINDS)
    assert all(have == of for have, of in covered)


@pytest.mark.parametrize(
    "curl", CURLS, ids=[re.sub(r"(?s).*HOST/v3/infinity-mall/(\S+)\".*", r"\1", curl) for curl in CURLS]
)
def test_every_curl_command_of_the_documents_works_in_a_fresh_world(app: Caller, curl: str) -> None:
    assert run(app, curl).status == 200


@pytest.fixture(scope="module")
def strict_mock() -> Mock:
    return build(Settings(strict=True))


@pytest.mark.parametrize("revision", ["2019-08", "union"])  # the commands stand in documents of 2019
@pytest.mark.parametrize("number", range(len(CURLS)))
def test_every_curl_command_of_the_documents_is_taken_under_strict(
    strict_mock: Mock, number: int, revision: str
) -> None:
    app = Caller(strict_mock)
    app.headers |= {"x-mock-world": f"strict-{number}-{revision}", "x-mock-revision": revision}
    assert run(app, CURLS[number]).status == 200


def differences(told: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where an answer is not of an example's shape: keys in the same order, and kinds where neither is null."""
    if isinstance(told, dict) and isinstance(found, dict):
        if list(told) != list(found) and path not in OPEN:
            yield f"{path}: {list(found)} instead of {list(told)}"
        for key in told:
            if key in found:
                yield from differences(told[key], found[key], f"{path}.{key}")
    elif isinstance(told, list) and isinstance(found, list):
        for each in found if told else ():
            yield from differences(told[0], each, f"{path}[]")
    elif told is not None and found is not None and type(told) is not type(found):
        yield f"{path}: {type(found).__name__} instead of {type(told).__name__}"


OPEN = {".extras", ".errors"}
"""Objects whose keys are data."""


def answered(app: Caller, path: str, revision: str) -> Any:
    return body_of(app.get(path, x_mock_revision=revision))


def test_the_offer_of_2019_has_the_examples_keys_in_its_order(app: Caller) -> None:
    offer = answered(app, "members/me/offers/1000115", "2019-08")["offer"]
    assert list(differences(examples.OFFER_2019, offer)) == []


def test_the_offer_of_2025_has_the_examples_keys_in_its_order(app: Caller) -> None:
    offer = answered(app, "members/me/offers/1000115", "2025-03")["offer"]
    assert list(differences(examples.OFFER_2025, offer)) == []


def test_the_admin_offer_has_the_examples_keys_in_its_order_besides_those_of_the_table(app: Caller) -> None:
    offer = answered(app, "offers/1000115", "union")["offer"]
    shown = {key: each for key, each in offer.items() if key in examples.ADMIN_OFFER_2019}
    shown["usage"] = {key: each for key, each in offer["usage"].items() if key != "period"}
    assert list(differences(examples.ADMIN_OFFER_2019, shown)) == []


def test_the_meta_of_2019_has_the_examples_keys_and_the_tables_short_description(app: Caller) -> None:
    meta = answered(app, "members/me/offers/meta", "2019-08")
    for collection in meta["collections"]:
        collection.pop("short_description")  # in the table, not in the example
    assert list(differences(examples.META_2019, meta)) == []


def test_a_use_answers_the_examples_keys_in_its_order(app: Caller) -> None:
    usage = body_of(app.post("members/me/offers/1000016/use", x_mock_revision="2019-08"))
    assert list(differences(examples.USE_2019, usage)) == []


def test_a_batch_answers_the_examples_keys_in_its_order(app: Caller) -> None:
    items = [{"name": "Offer 1"}, {"name": "Offer 2", "collection_ids": [1000016, 1000016]}]
    created = body_of(app.post("offers", {"offers": items}))
    assert list(differences(examples.CREATED_2019, created)) == []
    assert created["errors"] == examples.CREATED_2019["errors"]


@pytest.mark.parametrize("path", ["like", "unlike"])
def test_what_the_documents_answer_with_an_empty_object_is_one(app: Caller, path: str) -> None:
    assert body_of(app.put(f"members/me/offers/1000016/{path}")) == examples.EMPTY


def test_a_difference_would_be_found() -> None:
    other = dict(reversed(examples.OFFER_2019.items())) | {"liked": "no"}
    assert [line.split(":")[0] for line in differences(examples.OFFER_2019, other)] == ["", ".liked"]


BODIES = {
    "bad_credentials": {"grant_type": "password", "identifier_type": "id", "identifier": "42", "password": "wrong"},
    "bad_refresh_token": {"grant_type": "refresh_token", "refresh_token": "unknown"},
}
REFUSED = sorted({(row.revision, row.name, *refusal) for row in documented.operations() for refusal in row.refusals})


@pytest.mark.parametrize(("revision", "operation", "status", "text"), REFUSED)
def test_every_documented_refusal_is_answered_in_its_words(
    app: Caller, revision: str, operation: str, status: int, text: str
) -> None:
    """Forced by the scenario of its name; how each comes about honestly is tested where its rule is."""
    told = next(row for row in documented.operations() if (row.name, row.revision) == (operation, revision))
    ids = [one.id for one in REFUSALS.values() if one.text and pattern_of(one).fullmatch(text)]
    refusal = next(one for one in ids if REFUSALS[one].status_in(revision) == status)
    path = told.path.replace("{member_id}", "42").replace("{id}", "10000951" if status == 404 else "1000016")
    body = BODIES.get(refusal) or {name: [] for name in told.body} or None
    scenario = refusal.replace("_", "-")
    answer = app.call(told.method, path, json=body, x_mock_revision=revision, x_mock_scenario=scenario)
    assert (answer.status, body_of(answer)["error"]) == (status, text)


PARAMETERS = [(row, name) for row in documented.operations() for name in row.parameters]


@pytest.mark.parametrize(("row", "name"), PARAMETERS, ids=[f"{row.revision}-{row.name}-{n}" for row, n in PARAMETERS])
def test_every_documented_parameter_means_something(app: Caller, row: DocumentedOperation, name: str) -> None:
    kind = row.parameters[name]
    written = f"{name}[]" if kind.endswith("[]") else name
    offer_id = "1000220" if row.name == "grant_offer" else "1000016"
    path = row.path.replace("{id}", offer_id).replace("{member_id}", "44")
    answer = app.call(row.method, path, f"{written}={EXACT.get(name, VALUES[kind])}", x_mock_revision=row.revision)
    assert answer.status == 200
    assert notes(app) == []


def test_an_undocumented_parameter_would_be_noted(app: Caller) -> None:
    assert app.get("members/me/offers", "colour=red").status == 200
    assert [name for _, name in notes(app)] == ["colour"]


def notes(app: Caller) -> list[tuple[str, str]]:
    """What the journal has noted of the newest request."""
    newest = app.mock.worlds.get(app.headers["x-mock-world"]).journal.newest_first()[0]
    return [(note.about, note.name) for note in newest.notes]
