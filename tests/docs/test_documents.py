"""The documents, held against the contract and against what is answered."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from mockserver import attributes
from mockserver.api.table import OPERATIONS
from mockserver.cli.operations import operations as operations_command
from mockserver.contract import coverage
from mockserver.contract.document import document
from mockserver.contract.documented import PageFact, told
from mockserver.contract.facts import EVERY, KINDS, FactPlace, below
from mockserver.mock import Mock, build
from mockserver.revisions import REVISIONS, UNION
from mockserver.settings import Settings
from tests.callers import NO_FAST_PATH, Caller, body_of
from tests.docs import examples
from tests.docs.curl import CURLS, run
from tests.regenerate import ROOT, rows_of_evidence

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


def test_the_contract_is_what_the_pages_say_and_nothing_else() -> None:
    found = list(coverage.facts())
    assert [fact for fact in found if fact.problem] == []
    assert {fact.evidence for fact in found} == {"documented", "reference", "ours"}
    assert Counter(fact.revision for fact in found if fact.evidence == "ours") == {
        "2019-08": 12,
        "2025-03": 12,
        "union": 33,
    }
    assert len(found) > 1_800


def test_the_coverage_table_is_all_green() -> None:
    result = CliRunner().invoke(operations_command, ["--coverage"])
    assert result.exit_code == 0
    covered = re.findall(r"(\d+)/(\d+)", result.output.strip().splitlines()[-1])
    assert len(covered) == len(KINDS)
    assert all(have == of for have, of in covered)


def test_each_fact_is_listed_with_its_evidence() -> None:
    def listed(*arguments: str) -> list[dict[str, Any]]:
        result = CliRunner().invoke(operations_command, ["--coverage", "--json", *arguments])
        assert result.exit_code == 0
        found: list[dict[str, Any]] = json.loads(result.output)
        return found

    every = listed()
    assert all(fact["page"] and fact["evidence"] for fact in every)
    assert listed("--revision", "2019-08") == [fact for fact in every if fact["revision"] == "2019-08"]


def test_the_page_says_where_each_operation_and_model_is_from() -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8").partition("## Where each fact is from")[2]
    written = [line for line in page.splitlines() if line.startswith("| `")]
    assert written == list(rows_of_evidence().values()), "run: python -m tests.regenerate"


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_contract_says_where_each_fact_is_from(revision: str) -> None:
    contract = document(revision)
    said = {
        FactPlace(row["x-operation"], "path", f"{method.upper()} {below(path)}"): row["x-evidence"]
        for path, item in contract["paths"].items()
        for method, row in item.items()
    }
    for name, schema in contract["components"]["schemas"].items():
        for key, each in schema.get("properties", {}).items():
            if "x-evidence" in each:
                said[FactPlace(name, "attribute", key)] = each["x-evidence"]
    for item in contract["paths"].values():
        for row in item.values():
            for each in row["parameters"]:
                if each.get("in") in ("query", "header"):
                    kind: Any = "parameter" if each["in"] == "query" else "header"
                    said[FactPlace(row["x-operation"], kind, each["name"].removesuffix("[]"))] = each["x-evidence"]
    known = told(revision)
    assert said == {place: known[place][0].shown for place in said}
    kinds = Counter(place.kind for place in said)
    assert min(kinds[kind] for kind in ("path", "attribute", "parameter", "header")) > 0
    for response in contract["components"]["responses"].values():
        assert list(response["x-evidence"]) == response["x-refusals"]


def test_the_source_of_a_row_is_a_page_that_has_it() -> None:
    pages: dict[tuple[str, str], set[str]] = {}
    sources = {(row.name, str(list(row.shown))): row.source for rows in attributes.ROWS.values() for row in rows}
    for model, revision in product(attributes.ROWS, REVISIONS):
        of = {"File": "OfferFile"}.get(model, model)
        for name, row in attributes.answered(model, revision).items():
            said = told(revision).get(FactPlace(of, "attribute", name), ())
            pages.setdefault((row.name, str(list(row.shown))), set()).update(each.page for each in said)
    assert {key: sources[key] for key, found in pages.items() if sources[key] not in found | {"ours"}} == {}


def test_the_document_of_an_operation_is_a_page_that_has_it() -> None:
    for operation in OPERATIONS.values():
        for revision in map(REVISIONS.__getitem__, ("2019-08", "2025-03")):
            if operation.is_in(revision):
                pages = {
                    said.page for place, of in told(revision.name).items() if place.of == operation.name for said in of
                }
                assert operation.source(revision) in pages, operation.name


def test_the_same_is_found_whatever_the_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that says more than the contract has, one kind after the other."""
    for kind in KINDS:
        more = FactPlace("use_offer", kind, "more")
        monkeypatch.setattr(
            coverage, "told", lambda name, more=more: told(name) | {more: (PageFact("1", "documented", "x.md"),)}
        )
        wrong = [fact for fact in coverage.facts_in("2025-03") if fact.problem]
        assert [(fact.kind, fact.name, fact.problem) for fact in wrong] == [(kind, "more", "not there")]


TABLES: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "changed_tables.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, to change its tables in."""
    to = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "mockserver", to / "mockserver", ignore=shutil.ignore_patterns("__pycache__", "static"))
    return to


@pytest.mark.skipif(NO_FAST_PATH, reason="once is enough: it looks at tables alone")
@pytest.mark.parametrize("change", TABLES, ids=[each["what"] for each in TABLES])
def test_a_changed_table_of_the_code_turns_the_coverage_red(copy: Path, change: dict[str, str]) -> None:
    path = copy / "mockserver" / change["file"]
    kept = path.read_text("utf-8")
    assert change["old"] in kept, f"{change['file']} has no such lines any more: {change['old']}"
    path.write_text(kept.replace(change["old"], change["new"]), "utf-8")
    try:
        environ = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "mockserver", "operations", "--coverage"]
        done = subprocess.run(command, cwd=copy, env=environ, capture_output=True, text=True, check=False)
    finally:
        path.write_text(kept, "utf-8")
    assert (done.returncode, done.stderr) == (1, "")
    assert change["wrong"] in done.stdout, done.stdout[-2_000:]


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
DATES = [name for name in REVISIONS if name != UNION]
REFUSED = [
    (date, place.of, place.name, said[0].value)
    for date in DATES
    for place, said in told(date).items()
    if place.kind == "refusal" and place.of != EVERY and said[0].evidence != "ours" and " " in said[0].value
]


def path_of(date: str, operation: str) -> tuple[str, str]:
    """The method and path that the pages of a date have for an operation first."""
    method, _, path = next(
        place.name for place in told(date) if (place.of, place.kind) == (operation, "path")
    ).partition(" ")
    return method, path


@pytest.mark.parametrize(("date", "operation", "refusal", "answer"), REFUSED)
def test_every_documented_refusal_is_answered_in_its_words(
    app: Caller, date: str, operation: str, refusal: str, answer: str
) -> None:
    """Forced by the scenario of its name; how each comes about honestly is tested where its rule is."""
    method, path = path_of(date, operation)
    status, _, text = answer.partition(" ")
    path = path.replace("{member_id}", "42").replace("{id}", "10000951" if status == "404" else "1000016")
    name = told(date).get(FactPlace(operation, "attribute", "(body)"), [PageFact("", "ours", "")])[0].value
    lists = [place.name for place, said in told(date).items() if place.of == name and "[], required" in said[0].value]
    body = BODIES.get(refusal) or {each: [] for each in lists} or None
    scenario = refusal.replace("_", "-")
    got = app.call(method, path, json=body, x_mock_revision=date, x_mock_scenario=scenario)
    assert (got.status, body_of(got)["error"]) == (int(status), text.replace("{id}", "10000951"))


PARAMETERS = [
    (date, place.of, place.name, said[0].value)
    for date in DATES
    for place, said in told(date).items()
    if place.kind == "parameter"
]


@pytest.mark.parametrize(("date", "operation", "name", "kind"), PARAMETERS)
def test_every_documented_parameter_means_something(
    app: Caller, date: str, operation: str, name: str, kind: str
) -> None:
    written = f"{name}[]" if kind.endswith("[]") else name
    method, path = path_of(date, operation)
    path = path.replace("{id}", "1000220" if operation == "grant_offer" else "1000016").replace("{member_id}", "44")
    answer = app.call(method, path, f"{written}={EXACT.get(name, VALUES[kind])}", x_mock_revision=date)
    assert answer.status == 200
    assert notes(app) == []


def test_an_undocumented_parameter_would_be_noted(app: Caller) -> None:
    assert app.get("members/me/offers", "colour=red").status == 200
    assert [name for _, name in notes(app)] == ["colour"]


def notes(app: Caller) -> list[tuple[str, str]]:
    """What the journal has noted of the newest request."""
    newest = app.mock.worlds.get(app.headers["x-mock-world"]).journal.newest_first()[0]
    return [(note.about, note.name) for note in newest.notes]
