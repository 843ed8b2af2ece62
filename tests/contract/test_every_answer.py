"""The check that every answer of the suite goes through finds what is wrong, and only that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.api.schemas.named import schema_named
from mockserver.mock import Mock, build
from mockserver.revisions import REVISIONS
from mockserver.settings import Settings
from mockserver.values.fields import Bound
from tests.callers import Caller
from tests.contract.checking import BROKEN
from tests.control.driver import Driver

OFFER = "members/me/offers/1000115"


@pytest.fixture(scope="module")
def served() -> Mock:
    return build(Settings(fast_path=False))


@pytest.fixture
def app(served: Mock) -> Caller:
    return Caller(served)


def found() -> list[str]:
    """What the check has found, taken from it so that this test does not fail by it."""
    taken = list(BROKEN)
    BROKEN.clear()
    return taken


def wrong(monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    schema = type(schema_named("Usage"))
    monkeypatch.setattr(schema, "dump", lambda self, value, many: change(Bound.dump(self, value, many=many)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda usage: usage | {"usable": "yes"}, '"yes" is not of type "boolean"'),
        (lambda usage: usage | {"left": 3}, "'left' was unexpected"),
        (lambda usage: {key: usage[key] for key in list(usage)[1:]}, '"usable" is a required property'),
        (lambda usage: usage | {"active_until": "2019-03-13T18:41:00+01:00"}, '"date-time"'),
        (lambda usage: dict(reversed(usage.items())), "keys in the order"),
    ],
    ids=["a wrong kind", "a further key", "a key too few", "a date with an offset", "another order"],
)
def test_a_deliberately_wrong_answer_is_caught(
    app: Caller, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], dict[str, Any]], said: str
) -> None:
    wrong(monkeypatch, change)
    app.get(OFFER)
    problems = found()
    assert problems
    assert any(said in problem for problem in problems), problems


def test_a_refusal_that_says_more_than_the_contract_is_caught(app: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from mockserver.api import refusals

    monkeypatch.setattr(refusals.orjson, "dumps", lambda *_, **__: b'{"error":"No","hint":1}')
    app.get(OFFER, authorization=None)
    assert any("'hint' was unexpected" in problem for problem in found())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error":"Already used"}', "already_active says 'Already used'"),
        (b'{"error":"Already active","hint":1}', "already_active has the keys ['error', 'hint']"),
        (b"", "already_active has the body b''"),
    ],
)
def test_a_forced_refusal_that_is_not_the_documented_one_is_caught(
    app: Caller, monkeypatch: pytest.MonkeyPatch, body: bytes, said: str
) -> None:
    from mockserver.api import refusals

    monkeypatch.setattr(refusals, "sized", lambda _: body)
    rule = {"name": "both", "when": {"operation": ["use_offer", "get_offer"]}, "then": {"refuse": "already_active"}}
    world = Driver(app.mock, "forced")
    world.json("POST", "rules", json=rule, status=201)
    for method, path in (("POST", f"{OFFER}/use"), ("GET", OFFER)):  # documented for the one, not for the other
        app.call(method, f"/w/forced/v3/infinity-mall/{path}")
        assert any(said in problem for problem in found()), method
    world.json("DELETE", "rules")


@pytest.mark.parametrize("revision", REVISIONS)
def test_right_answers_of_every_revision_pass(app: Caller, revision: str) -> None:
    for path in (OFFER, "members/me/offers", "members/me/offers/meta", "offers", "members/me/offers/7"):
        app.get(path, x_mock_revision=revision)
    assert found() == []
