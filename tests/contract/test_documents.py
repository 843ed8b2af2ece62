"""The published documents: valid, the same as the committed copies, and true to themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
from click.testing import CliRunner

from mockserver.api.table import OPERATIONS
from mockserver.cli.openapi import openapi
from mockserver.contract.text import described, names, text_of
from mockserver.errors import REFUSALS
from mockserver.revisions import REVISIONS
from tests.contract.checking import schema_at

COPIES = Path(__file__).parents[2] / "contract"
METHODS = {"get", "post", "put", "patch", "delete"}
every_document = pytest.mark.parametrize("name", names())
every_revision = pytest.mark.parametrize("revision", REVISIONS)


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for item in document["paths"].values() for method, row in item.items() if method in METHODS]


@every_document
def test_the_committed_copy_is_the_document(name: str) -> None:
    copy = (COPIES / f"{name}.json").read_bytes()
    assert copy == text_of(name), "run: python -m tests.regenerate"


def test_every_committed_copy_has_a_document() -> None:
    assert {path.stem for path in COPIES.glob("*.json")} == set(names())


@every_document
def test_a_strict_validator_accepts_the_document(name: str) -> None:
    validator = pytest.importorskip("openapi_spec_validator", reason="openapi-spec-validator is not installed")
    validator.OpenAPIV31SpecValidator(described(name)).validate()


@every_document
def test_operation_ids_are_unique(name: str) -> None:
    ids = [row["operationId"] for row in operations(described(name))]
    assert len(ids) == len(set(ids))


@every_revision
def test_every_operation_is_there_under_its_own_name_and_in_each_context(revision: str) -> None:
    rows = {row["operationId"]: row for row in operations(described(revision))}
    date = REVISIONS[revision]
    assert {row["x-operation"] for row in rows.values()} == {
        operation.name for operation in OPERATIONS.values() if operation.is_in(date)
    }
    for operation in OPERATIONS.values():
        if not operation.is_in(date):
            continue
        assert rows[operation.name]["x-operation"] == operation.name
        assert "x-alias-of" not in rows[operation.name]
        own = [row for row in rows.values() if row["x-operation"] == operation.name]
        contexts = (len(operation.contexts_in(date)) if "{context}" in operation.path else 1) + len(operation.also)
        assert len([row for row in own if "x-alias-of" not in row]) == contexts
        assert len([row for row in own if "x-alias-of" in row]) == len(operation.aliases)


LATER = (
    "guest",
    "Guest",
    "member_id",
    "grant",
    "banned",
    "Banned",
    "period",
    "Period",
    '"scope"',
    "x-scope",
    "2025",
)
GONE = (
    "short_title",
    "short_description",
    "shops",
    "preview",
    "only_usable",
    "usage_authorization_tokens",
    "offers-member-2019",
)


@pytest.mark.parametrize(("revision", "words"), [("2019-08", LATER), ("2025-03", GONE)])
def test_a_date_mentions_nothing_that_it_lacks(revision: str, words: tuple[str, ...]) -> None:
    text = orjson.dumps(described(revision)).decode()
    for own in ("not_granted", "Not granted", "needs a grant", "grant_type"):
        text = text.replace(own, "")
    assert [word for word in words if word in text] == []


@every_revision
def test_every_refusal_is_there_with_its_status(revision: str) -> None:
    document = described(revision)
    responses = document["components"]["responses"]
    found: dict[str, set[int]] = {}
    inline = [(s, r) for row in operations(document) for s, r in row["responses"].items() if "x-refusals" in r]
    for status, response in inline:
        for refusal in response["x-refusals"]:
            found.setdefault(refusal, set()).add(int(status))
    for row in operations(document):
        for status, response in row["responses"].items():
            if "$ref" in response:
                for refusal in responses[response["$ref"].rpartition("/")[2]]["x-refusals"]:
                    found.setdefault(refusal, set()).add(int(status))
    routed = {"path_not_found", "method_not_allowed"}
    assert found.keys() | routed == REFUSALS.keys() - REVISIONS[revision].absent_refusals
    assert {name: {REFUSALS[name].status_in(revision)} for name in found} == found
    assert {refusal for each in responses.values() for refusal in each["x-refusals"]} >= routed


@every_revision
def test_every_example_is_valid(revision: str) -> None:
    document = described(revision)
    for name, schema in document["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            schema_at(document, {"$ref": f"#/components/schemas/{name}"}).validate(example)
    shared = list(document["components"]["responses"].values())
    for response in shared + [each for row in operations(document) for each in row["responses"].values()]:
        for content in response.get("content", {}).values():
            for example in content.get("examples", {}).values():
                schema_at(document, content["schema"]).validate(example["value"])


def test_an_example_with_a_wrong_kind_would_be_found() -> None:
    offer = described("union")["components"]["schemas"]["Offer"]["examples"][0]
    with pytest.raises(jsonschema_rs.ValidationError):
        schema_at(described("union"), {"$ref": "#/components/schemas/Offer"}).validate(offer | {"liked": "yes"})


@every_revision
def test_schemas_have_titles_and_nothing_is_left_unused(revision: str) -> None:
    document = described(revision)
    text = text_of(revision).decode()
    for name, schema in document["components"]["schemas"].items():
        assert schema["title"] == name
        assert f'"#/components/schemas/{name}"' in text


def test_the_command_writes_the_document(tmp_path: Path) -> None:
    out = tmp_path / "contract.json"
    result = CliRunner().invoke(openapi, ["--revision", "2019-08", "--out", str(out)])
    assert (result.exit_code, out.read_bytes()) == (0, text_of("2019-08"))


def test_the_command_refuses_an_unknown_revision() -> None:
    result = CliRunner().invoke(openapi, ["--revision", "2018"])
    assert result.exit_code == 2
    assert ", ".join(REVISIONS) in result.output
