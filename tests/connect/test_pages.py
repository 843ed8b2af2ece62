"""The page that a phone opens: the right world, time and base URL, and a certificate that each phone can install."""

from __future__ import annotations

import html
import plistlib
import re
import ssl
import uuid
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mockserver.app import create_app
from mockserver.connect import pages
from mockserver.connect.qr import svg
from mockserver.hosts.tls import HttpsListener, certificate_for
from mockserver.mock import build
from mockserver.settings import Settings

pytest.importorskip("cryptography", reason="the extra tls is not installed")
ANDROID, IPHONE = "Mozilla/5.0 (Linux; Android 17; Pixel 11)", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"
FROZEN = Settings(clock="2019-03-13T18:00:00Z", freeze=True, host="0.0.0.0")


class Reader(HTMLParser):
    """Gathers the text of elements by id, all text, and everything that a page loads or leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.by_id: dict[str, str] = {}
        self.links: list[str] = []
        self.text = ""
        self._open: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self._open = given.get("id")
        self.links += [value for name in ("href", "src", "action") if (value := given.get(name))]

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open:
            self.by_id[self._open] = self.by_id.get(self._open, "") + data
            self._open = None


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> HttpsListener:
    directory = tmp_path_factory.mktemp("data")
    names = ["localhost", "127.0.0.1", "192.168.1.20", "mac.local"]
    return HttpsListener([], 8081, certificate_for(names, directory))  # nobody listens here


@pytest.fixture(scope="module")
def app(secure: HttpsListener) -> Flask:
    return create_app(mock=build(FROZEN), secure=secure)


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    return app.test_client()


def opened(client: FlaskClient, path: str, host: str = "192.168.1.20:8080", **headers: Any) -> Reader:
    answer = client.get(path, headers={"Host": host, **headers})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/html"
    return Reader(answer.text)


@pytest.mark.parametrize(
    ("path", "world", "prefix"), [("/connect", "default", ""), ("/w/anna/connect", "anna", "/w/anna")]
)
def test_the_page_names_the_world_its_time_and_the_addresses_to_paste(
    phone: FlaskClient, path: str, world: str, prefix: str
) -> None:
    page = opened(phone, path)
    assert page.by_id["world"] == world
    assert page.by_id["base"] == f"http://192.168.1.20:8080{prefix}"
    assert page.by_id["secure"] == f"https://192.168.1.20:8081{prefix}"
    assert f"{prefix}/__mock/ui" in page.links


def test_the_time_is_that_of_the_world(phone: FlaskClient) -> None:
    assert opened(phone, "/connect").by_id["time"] == "2019-03-13T18:00:00.000Z"
    phone.put("/w/later/__mock/clock", json={"now": "2031-01-01T00:00:00Z", "frozen": True})
    assert opened(phone, "/w/later/connect").by_id["time"] == "2031-01-01T00:00:00.000Z"


def test_the_page_loads_nothing_from_elsewhere(phone: FlaskClient) -> None:
    page = opened(phone, "/connect", **{"User-Agent": ANDROID})
    assert [link for link in page.links if not link.startswith(("/", "data:"))] == []
    assert not re.search(r"url\(|@import|fetch\(", phone.get("/connect").text)


@pytest.mark.parametrize("name", ["192.168.1.20", "MAC.local"])
def test_a_name_of_the_certificate_raises_no_warning(phone: FlaskClient, name: str) -> None:
    assert "The certificate is not for" not in opened(phone, "/connect", f"{name}:8080").text


def test_a_name_that_the_certificate_is_not_for_is_told(phone: FlaskClient) -> None:
    assert "--tls-name mock.corp.test" in opened(phone, "/connect", "mock.corp.test:8080").text


@pytest.mark.parametrize("host", ["<script>alert(1)</script>", 'a"onclick=x', "a b"])
def test_a_forged_host_never_becomes_markup(phone: FlaskClient, host: str) -> None:
    answer = phone.get("/connect", headers={"Host": host})
    assert "<script>alert" not in answer.text
    assert '"onclick' not in answer.text


def test_an_impossible_world_is_refused(phone: FlaskClient) -> None:
    assert phone.get("/w/a%20b/connect").status_code == 400


def test_android_installs_der_and_everything_else_pem(phone: FlaskClient, secure: HttpsListener) -> None:
    pem = secure.certificate.authority.read_bytes()
    android, other = phone.get("/connect/ca.crt"), phone.get("/connect/ca.pem")
    assert (android.mimetype, other.mimetype) == ("application/x-x509-ca-cert", "application/x-pem-file")
    assert other.data == pem
    assert ssl.DER_cert_to_PEM_cert(android.data).split() == pem.decode().split()


def test_ios_installs_a_profile_that_is_the_same_each_time(phone: FlaskClient) -> None:
    answer = phone.get("/connect/ca.mobileconfig")
    assert answer.mimetype == "application/x-apple-aspen-config"
    profile = plistlib.loads(answer.data)
    (payload,) = profile["PayloadContent"]
    assert (profile["PayloadType"], payload["PayloadType"]) == ("Configuration", "com.apple.security.root")
    assert payload["PayloadContent"] == phone.get("/connect/ca.crt").data
    for each in (profile, payload):
        assert uuid.UUID(each["PayloadUUID"])
        assert {"PayloadIdentifier", "PayloadDisplayName", "PayloadVersion"} <= set(each)
    assert profile["PayloadUUID"] != payload["PayloadUUID"]
    assert phone.get("/connect/ca.mobileconfig").data == answer.data


def test_no_answer_holds_the_key(phone: FlaskClient) -> None:
    for path in ("/connect", "/connect/ca.pem", "/connect/ca.crt", "/connect/ca.mobileconfig", "/connect/server.json"):
        assert b"PRIVATE" not in phone.get(path).data


def test_the_fingerprint_is_what_the_phone_will_show(phone: FlaskClient, secure: HttpsListener) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    certificate = x509.load_pem_x509_certificate(secure.certificate.authority.read_bytes())
    assert certificate.fingerprint(SHA256()).hex(":").upper() in opened(phone, "/connect").text


@pytest.mark.parametrize(
    ("agent", "open_for"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", ["iPhone, iPad"]),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9)", ["Android"]),
        ("curl/8", ["iPhone, iPad", "Android"]),
    ],
)
def test_the_steps_of_the_phone_in_hand_are_open(phone: FlaskClient, agent: str, open_for: list[str]) -> None:
    page = phone.get("/connect", headers={"User-Agent": agent}).text
    assert re.findall(r"<details open>\s*<summary>(.*?)</summary>", page) == open_for


def test_without_https_the_page_says_how_to_have_it_and_there_is_no_certificate() -> None:
    phone = create_app(mock=build(FROZEN)).test_client()
    page = opened(phone, "/connect")
    assert "secure" not in page.by_id
    assert "--tls" in page.text
    answer = phone.get("/connect/ca.pem")
    assert (answer.status_code, "--tls" in answer.get_json()["error"]) == (404, True)


def test_an_unknown_form_of_the_certificate_is_not_found(phone: FlaskClient) -> None:
    assert phone.get("/connect/ca.p12").status_code == 404


def test_a_computer_is_shown_what_a_phone_scans(phone: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "in_container", lambda: False)
    monkeypatch.setattr(pages, "lan_addresses", lambda: ["192.168.1.20"])
    page = phone.get("/w/anna/connect", headers={"Host": "localhost:8080"}).text
    assert "http://192.168.1.20:8080/w/anna/connect" in page
    assert "<svg" in page


@pytest.mark.parametrize("hidden", ["in a container", "listening on loopback", "already on a phone", "no network"])
def test_an_address_that_no_phone_can_reach_is_not_shown(
    secure: HttpsListener, monkeypatch: pytest.MonkeyPatch, hidden: str
) -> None:
    monkeypatch.setattr(pages, "in_container", lambda: hidden == "in a container")
    monkeypatch.setattr(pages, "lan_addresses", lambda: [] if hidden == "no network" else ["192.168.1.20"])
    settings = Settings(host="127.0.0.1") if hidden == "listening on loopback" else FROZEN
    client = create_app(mock=build(settings), secure=secure).test_client()
    host = "192.168.1.20:8080" if hidden == "already on a phone" else "localhost:8080"
    agent = "Mozilla/5.0 (Linux; Android 15; Pixel 9)" if hidden == "already on a phone" else "curl/8"
    page = client.get("/connect", headers={"Host": host, "User-Agent": agent}).text
    assert "<svg" not in page
    code = client.get("/connect/qr.svg", headers={"Host": host})
    assert code.status_code == (200 if hidden == "already on a phone" else 404)
    assert ("mockserver serve --host 0.0.0.0" in page) == (hidden == "listening on loopback")


def test_the_code_is_a_picture_of_its_own_and_leads_where_a_computer_came_from(phone: FlaskClient) -> None:
    code = phone.get("/w/anna/connect/qr.svg", headers={"Host": "192.168.1.20:8080"})
    assert (code.status_code, code.mimetype) == (200, "image/svg+xml")
    assert code.data == svg("http://192.168.1.20:8080/w/anna/connect").encode()
    assert (
        "192.168.1.20:8080/w/anna/connect" in phone.get("/w/anna/connect", headers={"Host": "192.168.1.20:8080"}).text
    )


PHONE = {"REMOTE_ADDR": "192.168.1.77", "REMOTE_PORT": "40000"}
SAID = (
    "no app at this device's address has",
    "CLEARTEXT",
    "ACCESS_LOCAL_NETWORK",
    "adb shell pm grant",
    "not run on a device",
)


def test_a_phone_whose_app_asked_nothing_is_told_what_it_probably_is() -> None:
    client = create_app(mock=build(FROZEN)).test_client()

    def page(path: str, agent: str) -> str:
        headers = {"Host": "192.168.1.20:8080", "User-Agent": agent}
        return html.unescape(client.get(path, headers=headers, environ_base=PHONE).text)

    android, ios = page("/w/anna/connect", ANDROID), page("/w/anna/connect", IPHONE)
    assert [said for said in SAID if said not in android] == []
    assert "adb reverse tcp:8080 tcp:8080" in android
    assert "NSAllowsLocalNetworking" in ios
    assert "ACCESS_LOCAL_NETWORK" not in ios
    client.get("/v3/infinity-mall/members/me/offers", environ_base=PHONE)
    assert "asked this world, but default" in page("/w/anna/connect", ANDROID)
    assert "1 request of the API came to this world" in page("/connect", ANDROID)


def test_a_computer_is_not_told_of_an_app(phone: FlaskClient) -> None:
    assert "unreached" not in opened(phone, "/connect", "localhost:8080").by_id
