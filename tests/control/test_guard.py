"""Who may drive the mock."""

from __future__ import annotations

from dataclasses import replace

import pytest

FOREIGN = "http://evil.example"


def test_a_page_of_another_origin_may_not_drive_it(control):
    assert control.error("POST", "reset", status=403, origin=FOREIGN) == {
        "message": f"a page of {FOREIGN} may not drive this mock",
        "hint": "only the server's own pages may; outside a browser, leave the header Origin away; "
        "a proxy has to pass on the header Host (docs/proxies.md)",
        "path": "header.Origin",
    }


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://127.0.0.1:9999",
        "https://127.0.0.1",
        "http://127.0.0.1.evil.example:8080",
        "http://[",
        "http://[::1",
        "",
        "http://",
        "http://127.0.0.1:8080@evil.example",
    ],
)
def test_only_the_very_origin_is_its_own(control, origin):
    control.error("PUT", "clock", status=403, json={"frozen": True}, origin=origin)
    assert control.get("clock")["mode"] == "real"


def test_its_own_pages_may(control):
    assert control.put("clock", {"frozen": True}, origin="http://127.0.0.1:8080")["mode"] == "frozen"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_a_page_may_send_unasked_is_refused(control, kind):
    error = control.error("PUT", "clock", status=400, text='{"frozen": true}', content_type=kind)
    assert error == {
        "message": f"the body's Content-Type is {kind or 'missing'}",
        "hint": "send Content-Type: application/json",
        "path": "header.Content-Type",
    }
    assert control.get("clock")["mode"] == "real"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8080",
        "localhost",
        "[::1]:80",
        "10.0.2.2:8080",
        "mock",
        "anns-mac.local:8080",
        "mock.default.svc",
        "MOCK.TEST.",
    ],
)
def test_names_that_nobody_can_rebind_are_answered(control, host):
    control.host = host
    assert control.get("health") == {"status": "ok"}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8080", "localhost.evil.example"])
def test_a_rebound_name_is_refused_until_it_is_allowed(control, host):
    control.host = host
    name = host.partition(":")[0]
    assert control.error("GET", "state", status=403) == {
        "message": f"the control API does not answer to the host {name}",
        "hint": f"use an address, localhost or a .local name, or start with --allow-host {name}",
        "path": "header.Host",
    }
    control.mock.settings = replace(control.mock.settings, allow_host=(name,))
    assert control.get("health") == {"status": "ok"}


class TestToken:
    @pytest.fixture(autouse=True)
    def token(self, control):
        control.mock.settings = replace(control.mock.settings, control_token="s3cret")
        control.peer = ("192.168.1.7", 50_000)

    def test_every_address_but_loopback_needs_it(self, control):
        assert control.error("GET", "world", status=401) == {
            "message": "this server's control API needs its token",
            "hint": "send Authorization: Bearer TOKEN or X-Mock-Token: TOKEN, with what --control-token says",
        }

    @pytest.mark.parametrize("headers", [{"authorization": "Bearer s3cret"}, {"x_mock_token": "s3cret"}])
    def test_it_comes_in_either_header(self, control, headers):
        assert control.get("health", **headers) == {"status": "ok"}

    @pytest.mark.parametrize(
        "headers", [{"authorization": "Basic s3cret"}, {"x_mock_token": "s3cre"}, {"x_mock_token": "ß"}]
    )
    def test_another_is_refused(self, control, headers):
        control.error("GET", "health", status=401, **headers)

    @pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
    def test_loopback_needs_none(self, control, address):
        control.peer = (address, 1)
        assert control.get("health") == {"status": "ok"}

    @pytest.mark.parametrize(
        "header",
        [
            "x_forwarded_for",
            "x_forwarded_host",
            "x_forwarded_proto",
            "x_forwarded_server",
            "forwarded",
            "via",
            "x_real_ip",
            "cf_connecting_ip",
            "cf_ray",
            "true_client_ip",
            "x_client_ip",
            "cdn_loop",
        ],
    )
    def test_who_comes_through_a_proxy_is_not_local(self, control, header):
        control.peer = ("127.0.0.1", 1)
        control.error("GET", "world", status=401, **{header: "203.0.113.5"})
        assert control.get("world", **{header: "203.0.113.5"}, x_mock_token="s3cret")["name"] == "default"

    def test_with_trust_proxy_nobody_is_local(self, control):
        control.mock.settings = replace(control.mock.settings, trust_proxy=True)
        control.peer = ("127.0.0.1", 1)
        control.error("GET", "world", status=401)

    def test_a_public_name_leads_through_a_proxy(self, control):
        control.mock.settings = replace(control.mock.settings, allow_host=("mock.example.com",))
        control.peer, control.host = ("127.0.0.1", 1), "mock.example.com"
        control.error("GET", "world", status=401)

    def test_a_peer_that_is_not_known_is_not_local(self, control):
        control.peer = None
        control.error("GET", "health", status=401)


@pytest.mark.parametrize("path", ["health", "ready"])
def test_probes_are_answered_under_any_host(control, path):
    control.host = "10-0-0-7.pods.example.com"
    assert control.get(path) == {"status": "ok"}
    control.error("GET", "world", status=403)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://mock.test", "mock.test:80"),
        ("https://mock.test", "mock.test:443"),
        ("http://mock.test:80", "MOCK.test"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_a_port_that_goes_without_saying_may_be_said(control, origin, host):
    control.host = host
    assert control.put("clock", {"frozen": True}, origin=origin)["mode"] == "frozen"
