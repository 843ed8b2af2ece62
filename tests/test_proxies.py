"""What proxies say of the client, and what they are believed."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from mockserver.app import create_app
from mockserver.proxies import forwarded
from mockserver.settings import Settings

ASKED = ("http", "mock:8080")


@pytest.mark.parametrize(
    ("headers", "reached"),
    [
        ({}, ("http", "mock:8080", "")),
        ({"x-forwarded-proto": "HTTPS, http", "x-forwarded-host": "a.example, b.example"}, ("https", "a.example", "")),
        ({"x-forwarded-proto": "gopher"}, ("http", "mock:8080", "")),
        ({"x-forwarded-host": "a b<script>"}, ("http", "mock:8080", "")),
        ({"x-forwarded-host": "a.example/path"}, ("http", "mock:8080", "")),
        ({"x-forwarded-host": "user@a.example"}, ("http", "mock:8080", "")),
        ({"x-forwarded-host": "[2001:db8::1]:81"}, ("http", "[2001:db8::1]:81", "")),
        ({"x-forwarded-host": "a.example", "x-forwarded-port": "8443"}, ("http", "a.example:8443", "")),
        ({"x-forwarded-host": "[::1]", "x-forwarded-port": "81"}, ("http", "[::1]:81", "")),
        ({"x-forwarded-host": "a.example:1", "x-forwarded-port": "2"}, ("http", "a.example:1", "")),
        (
            {"x-forwarded-proto": "https", "x-forwarded-host": "a.example", "x-forwarded-port": "443"},
            ("https", "a.example", ""),
        ),
        ({"x-forwarded-host": "a.example", "x-forwarded-port": "70000"}, ("http", "a.example", "")),
        ({"forwarded": "for=192.0.2.1;proto=https;host=a.example"}, ("https", "a.example", "")),
        ({"forwarded": 'For="[2001:db8::1]"; Host="a.example:81", host=b.example'}, ("http", "a.example:81", "")),
        ({"forwarded": "host=a.example", "x-forwarded-host": "b.example"}, ("http", "a.example", "")),
        ({"forwarded": 'host="a b"'}, ("http", "mock:8080", "")),
        ({"forwarded": "broken;;host=a.example"}, ("http", "mock:8080", "")),
        ({"x-forwarded-prefix": "/mock/"}, ("http", "mock:8080", "/mock")),
        ({"x-forwarded-prefix": "/a, /b"}, ("http", "mock:8080", "/a/b")),
        ({"x-forwarded-prefix": "//evil.example"}, ("http", "mock:8080", "")),
        ({"x-forwarded-prefix": "/a/../b"}, ("http", "mock:8080", "")),
        ({"x-forwarded-prefix": '/"><script>'}, ("http", "mock:8080", "")),
    ],
)
def test_what_is_said_counts_if_it_can_be(headers: dict[str, str], reached: tuple[str, str, str]) -> None:
    assert tuple(forwarded(headers, *ASKED)) == reached


APP = {"X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM", "X-Product-Name": "default", "X-User-Agent": "x"}
BEHIND = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "qa.internal", "X-Forwarded-Prefix": "/mock"}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Settings(trust_proxy=True)).test_client()


@pytest.mark.parametrize("world", ["", "/w/anna"])
def test_every_link_leads_back_through_the_proxy(client: FlaskClient, world: str) -> None:
    base = f"https://qa.internal/mock{world}"
    offer = client.get(f"{world}/v3/infinity-mall/members/guest/offers/1000016", headers=APP | BEHIND).get_json()[
        "offer"
    ]
    assert offer["files"][0]["url"].startswith(f"{base}/files/")
    for document in ("openapi.json", "__mock/openapi.json"):
        assert client.get(f"{world}/{document}", headers=BEHIND).get_json()["servers"][0]["url"] == base
    page = client.get(f"{world}/connect", headers=BEHIND).text
    assert f'id="base">{base}<' in page
    assert f'href="/mock{world}/__mock/ui"' in page
    for asked, led in {"/": "/__mock/ui", "/__mock/ui/": "/__mock/ui", "/docs": "/docs/"}.items():
        moved = client.get(f"{world}{asked}", headers=BEHIND)
        assert (moved.status_code // 100, moved.headers["Location"]) == (3, f"/mock{world}{led}")


def test_without_trust_proxy_nothing_is_believed() -> None:
    client = create_app(Settings()).test_client()
    offer = client.get("/v3/infinity-mall/members/guest/offers/1000016", headers=APP | BEHIND).get_json()["offer"]
    assert offer["files"][0]["url"].startswith("http://localhost/files/")


def test_the_real_host_is_looked_at_too(client: FlaskClient) -> None:
    assert client.get("/__mock/world", headers=BEHIND).status_code == 200
    assert client.get("/__mock/world", headers=BEHIND | {"Host": "rebound.example"}).status_code == 403
    assert client.get("/__mock/world", headers=BEHIND | {"X-Forwarded-Host": "public.example"}).status_code == 403


def test_the_docs_show_tokens_to_who_may_drive_alone() -> None:
    client = create_app(Settings(control_token="s3cret")).test_client()
    seen = client.get("/docs/", headers={"X-Forwarded-For": "203.0.113.5"}).text
    assert "8433d608" not in seen
    assert "B7t9U9" not in seen
    local = {"REMOTE_ADDR": "127.0.0.1", "REMOTE_PORT": "1"}
    assert "8433d608" in client.get("/docs/", environ_overrides=local).text
    assert "8433d608" not in client.get("/docs/", headers={"Host": "rebound.example"}, environ_overrides=local).text


@pytest.mark.parametrize(
    "path", ["/docs/", "/docs/page.js", "/openapi.json", "/connect", "/connect/server.json", "/__mock/ui"]
)
def test_pages_have_a_policy_of_their_own(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_connect_page_allows_its_own_script_and_style_alone(client: FlaskClient) -> None:
    first, second = client.get("/connect"), client.get("/connect")
    nonce = first.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
    assert first.text.count(f'nonce="{nonce}"') == first.text.count("<script") + first.text.count("<style")
    assert nonce not in second.text


@pytest.mark.parametrize("page", ["/docs/", "/openapi.json", "/connect", "/__mock/ui", "/__mock/openapi.json", "/"])
@pytest.mark.parametrize("name", ["a b", "%2E%2E", "x" * 65, "%00"])
def test_an_impossible_world_is_a_400_on_every_page(client: FlaskClient, page: str, name: str) -> None:
    answer = client.get(f"/w/{name}{page}")
    assert answer.status_code == 400
    assert "a world's name is 1 to 64 of" in json.dumps(answer.get_json(), ensure_ascii=False)


def test_caches_are_told_to_keep_nothing_and_what_answers_depend_on(client: FlaskClient) -> None:
    for path in ("members/guest/offers", "members/guest/offers/1", "nowhere"):
        headers = client.get(f"/v3/infinity-mall/{path}", headers=APP).headers
        assert headers["Cache-Control"] == "no-store"
        assert {"Authorization", "X-Client-Authorization", "X-Mock-World"} <= set(headers["Vary"].split(", "))
    assert client.get("/v3/x", headers={"X-Mock-World": "a b"}).headers["Cache-Control"] == "no-store"
    assert client.get("/files/offer-1000016-offer_default-base.jpg").headers["Cache-Control"] == "public, max-age=3600"
