"""The documentation page's "Try it out": what is filled in works, for every operation and in any world."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from mockserver.contract.control import control_document
from mockserver.contract.document import document
from mockserver.contract.tried import for_world, tokens_to_try
from mockserver.control.routes import ControlRoute
from mockserver.control.table import ROUTES
from mockserver.exchange import Request, Response
from mockserver.mock import Mock, build
from mockserver.revisions import REVISIONS
from mockserver.settings import Settings
from tests.callers import HEADERS, MEMBER_TOKEN
from tests.pictures import halves

FORM = "multipart/form-data; boundary=b"


def resolved(described: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        kind, name = part["$ref"].split("/")[2:]
        part = described["components"][kind][name]
    return part


def body_of(described: dict[str, Any], operation: dict[str, Any]) -> tuple[str, bytes]:
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        (example,) = resolved(described, content["schema"])["examples"]
        if media == "application/json":
            return media, json.dumps(example).encode()
        parts = [f'--b\r\nContent-Disposition: form-data; name="crop_to"\r\n\r\n{example["crop_to"]}\r\n'.encode()]
        if "file" in example:
            head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
            parts.append(head + halves((1_200, 1_200)) + b"\r\n")
        return FORM, b"".join([*parts, b"--b--\r\n"])
    return "", b""


def tried(described: dict[str, Any], path: str, method: str, tokens: dict[str, str], mock: Mock) -> Response:
    """Send an operation as the page does: with every example that it shows, and nothing else."""
    operation = described["paths"][path][method]
    headers = {"x-client-authorization": tokens["client"], "x-product-name": tokens["product"], "x-user-agent": "docs"}
    headers["authorization"] = f"Bearer {tokens['member']}"
    query = []
    for parameter in (resolved(described, each) for each in operation["parameters"]):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
        elif "example" in parameter:
            if parameter["in"] == "query":
                query.append((parameter["name"], parameter["example"]))
            else:
                headers[parameter["name"].lower()] = parameter["example"]
    media, body = body_of(described, operation)
    headers |= {"content-type": media} if media else {}
    answer = mock.handle(Request(method.upper(), path, urlencode(query), headers, body))
    return answer.work() if answer.work else answer


def operations() -> Iterator[tuple[str, str, str]]:
    for revision in REVISIONS:
        for path, item in document(revision)["paths"].items():
            yield from ((revision, path, method) for method in item)


@pytest.mark.parametrize(("revision", "path", "method"), list(operations()))
def test_every_operation_works_with_what_is_filled_in(revision: str, path: str, method: str) -> None:
    mock = build(Settings(revision=revision))
    world = mock.worlds.get("default")
    described = for_world(document(revision), world, with_secrets=True)
    if path.endswith("/reprocess"):
        tried(described, path.removesuffix("/reprocess"), "post", tokens_to_try(world), mock)
    answer = tried(described, path, method, tokens_to_try(world), mock)
    assert answer.status == 200, answer.body.decode()
    assert b'"success":false' not in answer.body


def test_a_world_of_other_records_has_its_own_filled_in(tmp_path: Any) -> None:
    (tmp_path / "data.json").write_text(
        json.dumps({
            "clubs": [{"slug": "mine", "usage_authorization_tokens": ["s3cret"]}],
            "clients": [
                {"token": "reader", "clubs": ["mine"], "permits": ["Offers:Api:MemberOffers:Get", "A:1", "A:2"]},
                {"token": "everything", "clubs": ["mine"], "permits": ["*"]},
            ],
            "members": [{"id": 7, "club": "mine", "password": "pw"}],
            "tokens": [{"token": "t", "member_id": 7, "refresh_token": "kept-to-itself"}],
            "offers": [{"id": 5, "club": "mine", "name": "Five", "status": "published"}],
        })
    )  # fmt: skip
    mock = build(Settings(fixtures=tmp_path))
    world = mock.worlds.get("default")
    assert tokens_to_try(world)["client"] == "everything"
    described = for_world(document("union"), world, with_secrets=True)
    for path, method in (("members/me/offers/{id}/use", "post"), ("members/oauth/token", "post"), ("offers", "put")):
        answer = tried(described, f"/v3/{{loyalty_club_slug}}/{path}", method, tokens_to_try(world), mock)
        assert answer.status == 200, answer.body
    assert "kept-to-itself" not in json.dumps(for_world(document("union"), world, with_secrets=False))


VALUES = {
    "scenarios/{id}": "scenarios/mine",
    "requests/{id}": "requests/1",
    "state/offers/{id}": "state/offers/1000115",
    "state/members/{id}": "state/members/42",
    "barriers/{name}": "barriers/pair",
    "{token}": MEMBER_TOKEN,
    "{slug}": "infinity-mall",
}


def _drive(mock: Mock, method: str, path: str, body: Any, media: str = "application/json") -> Response:
    text = body if media == "application/yaml" else json.dumps(body)
    sent = {"content-type": media}
    answer = mock.handle(Request(method, f"/__mock/{path}", "", sent, text.encode(), peer=("127.0.0.1", 1)))
    return answer.work() if answer.work else answer


WITH_BODIES = [route for route in ROUTES if route.body is not None and route.path != "mcp"]  # agents: tests/mcp


@pytest.mark.parametrize("route", WITH_BODIES, ids=lambda route: route.name)
def test_every_body_of_a_control_call_has_an_example_that_works(route: ControlRoute) -> None:
    mock = build(Settings())
    mock.handle(Request("GET", "/v3/infinity-mall/members/me/offers", "", HEADERS))
    _drive(mock, "POST", "rules", {"then": {"hold": {"barrier": "pair", "until": 2}}})
    call = control_document()["paths"][f"/__mock/{route.path}"][route.method.lower()]
    path = route.path
    for placeholder, value in VALUES.items():
        path = path.replace(placeholder, value)
    for media, content in call["requestBody"]["content"].items():
        answer = _drive(mock, route.method, path, content["example"], media)
        assert answer.status in (route.statuses[0], 200), answer.body


def test_control_calls_are_described() -> None:
    for item in control_document()["paths"].values():
        for operation in item.values():
            assert len(operation["description"]) > len(operation["summary"]), operation["operationId"]
