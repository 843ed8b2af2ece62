"""``/openapi.json`` and ``/docs`` of the running mock."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from mockserver.app import create_app
from mockserver.contract.control import control_document
from mockserver.contract.document import document
from mockserver.contract.tried import tokens_to_try
from mockserver.revisions import REVISIONS
from mockserver.settings import Settings


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Settings()).test_client()


def options(page: str) -> Any:
    found = re.search(r'data-options="([^"]*)"', page)
    assert found
    return json.loads(html.unescape(found.group(1)))


def test_the_document_is_that_of_the_mocks_own_revision_and_names_the_server(client: FlaskClient) -> None:
    served = client.get("/openapi.json", headers={"Host": "mock.test:8081"}).json
    assert served["servers"][0]["url"] == "http://mock.test:8081"
    assert served["paths"] == document("union")["paths"]
    assert served["info"]["version"] == "union"


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_can_be_asked_for(client: FlaskClient, revision: str) -> None:
    assert client.get(f"/openapi.json?revision={revision}").json["info"]["version"] == revision


def test_an_unknown_revision_is_refused_with_those_that_are_known(client: FlaskClient) -> None:
    answer = client.get("/openapi.json?revision=2018")
    assert (answer.status_code, answer.json) == (
        404,
        {"error": f"revision is one of {', '.join(REVISIONS)}, not 2018"},
    )


def test_a_worlds_document_leads_to_that_world(client: FlaskClient) -> None:
    served = client.get("/w/mine/openapi.json").json
    assert served["servers"][0]["url"] == "http://localhost/w/mine"


@pytest.mark.parametrize("base", ["", "/w/mine"])
def test_the_page_and_all_that_it_loads_come_from_the_mock(client: FlaskClient, base: str) -> None:
    page = client.get(f"{base}/docs", follow_redirects=True)
    assert page.request.path == f"{base}/docs/"
    assets = [*re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"', page.text)]
    assert assets == ["favicon-32x32.png", "page.js"]
    later = re.findall(r'"(swagger-ui[^"]+)"', client.get(f"{base}/docs/page.js").text)
    assert len(later) == 3
    for asset in (*assets, *later):
        with client.get(f"{base}/docs/{asset}") as answer:
            assert answer.status_code == 200
    for url in options(page.text)["urls"]:
        assert client.get(f"{base}/{url['url'].removeprefix('../')}").status_code == 200


def test_try_it_works_with_the_tokens_that_are_filled_in(client: FlaskClient) -> None:
    tokens = options(client.get("/docs/").text)["tokens"]
    schemes = document("union")["components"]["securitySchemes"]
    headers = {schemes[name]["name"]: token for name, token in tokens.items() if name != "member"}
    headers["Authorization"] = f"Bearer {tokens['member']}"
    served = client.get("/openapi.json").json
    slug = served["components"]["parameters"]["loyalty_club_slug"]["example"]
    path = "/v3/{loyalty_club_slug}/members/me/offers"
    assert path in served["paths"]
    assert client.get(path.format(loyalty_club_slug=slug), headers=headers).status_code == 200


def test_a_world_without_tokens_fills_none_in() -> None:
    mock = create_app(Settings()).extensions["mockserver"]
    world = mock.worlds.get("default")
    world.records.tokens.clear()
    assert tokens_to_try(world) == {}


def test_the_page_is_light_whatever_it_lists(client: FlaskClient) -> None:
    for revision in (*REVISIONS, "control"):
        assert len(client.get(f"/docs/?revision={revision}").data) + len(client.get("/docs/page.js").data) < 40_000
    assert client.get("/docs/?revision=2018").status_code == 404


@pytest.mark.parametrize("revision", [*REVISIONS, "control"])
def test_the_page_lists_every_operation_by_its_anchor(client: FlaskClient, revision: str) -> None:
    described = control_document() if revision == "control" else document(revision)
    page = client.get(f"/docs/?revision={revision}").text
    ids = [
        each["operationId"] for item in described["paths"].values() for each in item.values() if "operationId" in each
    ]
    assert sorted(re.findall(r'href="#/[^"/]*/(\w+)"', page)) == sorted(ids)
