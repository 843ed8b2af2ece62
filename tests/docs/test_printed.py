"""Every command that the documents and the reference print, answered with keys, types and order as printed beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver.api.table import OPERATIONS
from mockserver.mock import Mock, build
from mockserver.revisions import REVISIONS, UNION
from mockserver.settings import Settings
from tests.callers import Caller, body_of
from tests.docs.curl import CURLS, request_of, run

PRINTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "printed.yaml").read_text())
COMMANDS: list[dict[str, Any]] = PRINTED["commands"]
DATED = [name for name in REVISIONS if name != UNION]
TYPES = {"text": str, "integer": int, "boolean": bool, "object": dict}
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def shape_of(command: dict[str, Any], revision: str) -> Any:
    """The shape of a command's answer in a revision; None where the revision lacks it."""
    told = command["answer"]
    by_date = isinstance(told, dict) and bool(told.keys() & set(DATED))
    return told.get(revision) if by_date else told


def cases() -> Iterator[Any]:
    for command in COMMANDS:
        for revision in DATED:
            shape = shape_of(command, revision)
            if shape is not None:
                at = COMMANDS.index(command)
                yield pytest.param(command, revision, shape, id=f"{at}-{command['operation']}-{revision}")


def differences(told: Any, found: Any, *, more: bool = False, path: str = "answer") -> Iterator[str]:
    """Where an answer is not of a shape; with ``more`` it may have more keys between the printed ones."""
    if isinstance(told, str):
        word = told.removesuffix("|null")
        if found is None and told != word:
            return
        if word in PRINTED["shapes"]:
            yield from differences(PRINTED["shapes"][word], found, more=more, path=path)
        elif word == "date":
            if not (isinstance(found, str) and DATE.fullmatch(found)):
                yield f"{path}: {found!r} is no date"
        elif type(found) is not TYPES[word]:
            yield f"{path}: {found!r} is no {told}"
    elif isinstance(told, list):
        if not isinstance(found, list) or (not found and told and "[]" not in path):
            yield f"{path}: {found!r} is no list with something in it"
            return
        for each in found:
            yield from differences(told[0], each, more=more, path=f"{path}[]")
    elif not isinstance(found, dict):
        yield f"{path}: {found!r} is no object"
    elif "*" in told:
        for key, each in found.items():
            yield from differences(told["*"], each, more=more, path=f"{path}.{key}")
    else:
        yield from _keys(told, found, more=more, path=path)


def _keys(told: dict[str, Any], found: dict[str, Any], *, more: bool, path: str) -> Iterator[str]:
    shapes = {key.removesuffix("?"): shape for key, shape in told.items()}
    wanted = [key.removesuffix("?") for key in told if not key.endswith("?") or key[:-1] in found]
    there = [key for key in found if key in shapes] if more else list(found)
    if there != wanted:
        yield f"{path}: the keys {there} instead of {wanted}"
    for key in there:
        if key in shapes:
            yield from differences(shapes[key], found[key], more=more, path=f"{path}.{key}")


@pytest.fixture(scope="module")
def mock() -> Mock:
    return build(Settings(fast_path=False))


@pytest.fixture
def app(mock: Mock, request: pytest.FixtureRequest) -> Caller:
    """An app in a world of its own."""
    caller = Caller(mock)
    caller.headers["x-mock-world"] = re.sub(r"[^A-Za-z0-9._-]", "-", request.node.name)[-64:]
    return caller


def curl_of(command: dict[str, Any]) -> str:
    if "curl" not in command:
        (found,) = [curl for curl in CURLS if request_of(curl) == command["request"]]
        return found
    curl: str = command["curl"]
    for name in ("$MEMBER", "$FORM", "$JSON"):
        curl = curl.replace(name, PRINTED["headers"][name])
    return curl


@pytest.mark.parametrize(("command", "revision", "shape"), list(cases()))
def test_a_printed_command_is_answered_as_printed(
    app: Caller, command: dict[str, Any], revision: str, shape: Any
) -> None:
    app.headers["x-mock-revision"] = revision
    answer = run(app, curl_of(command))
    entry = app.mock.worlds.get(app.headers["x-mock-world"]).journal.newest_first()[0]
    assert (answer.status, entry.operation) == (200, command["operation"])
    assert list(differences(shape, body_of(answer))) == []


@pytest.fixture(scope="module")
def strict_mock() -> Mock:
    return build(Settings(strict=True))


@pytest.mark.parametrize(("command", "revision", "shape"), list(cases()))
def test_a_printed_command_is_answered_the_same_under_strict(
    app: Caller, strict_mock: Mock, command: dict[str, Any], revision: str, shape: Any
) -> None:
    app.mock = strict_mock
    app.headers["x-mock-revision"] = revision
    answer = run(app, curl_of(command))
    assert (answer.status, list(differences(shape, body_of(answer)))) == (200, [])


@pytest.mark.parametrize(("command", "revision", "shape"), list(cases()))
def test_the_union_answers_no_less_in_the_same_order(
    app: Caller, command: dict[str, Any], revision: str, shape: Any
) -> None:
    answer = run(app, curl_of(command))
    assert answer.status == 200
    assert list(differences(shape, body_of(answer), more=True)) == []


def test_every_command_of_the_documents_and_every_operation_is_there() -> None:
    assert sorted(command["request"] for command in COMMANDS if "curl" not in command) == sorted(map(request_of, CURLS))
    assert {command["operation"] for command in COMMANDS} == set(OPERATIONS)


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("Usage2019", {"usable": True, "max_uses": None, "active_until": None, "uses_left": 1}),
        ("Usage2019", {"usable": True, "max_uses": None, "uses_left": 1}),
        ("Usage2019", {"usable": True, "max_uses": None, "uses_left": 1, "active_until": None, "period": None}),
        ("Usage2019", {"usable": 1, "max_uses": None, "uses_left": 1, "active_until": None}),
        ("Usage2019", {"usable": True, "max_uses": True, "uses_left": 1, "active_until": None}),
        ("Usage2019", {"usable": True, "max_uses": None, "uses_left": 1, "active_until": "2019-03-13"}),
        (["Store"], []),
        (["Store"], [{"id": 1, "name": None}]),
        (["Store"], [{"id": 1, "store_id": None, "name": "a"}]),
        ({"*": "text"}, {"a": 1}),
        ({}, {"ids": []}),
        ("object", []),
    ],
)
def test_another_shape_would_be_found(shape: Any, body: Any) -> None:
    assert list(differences(shape, body))
